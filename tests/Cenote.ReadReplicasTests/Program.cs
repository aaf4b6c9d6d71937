using System.Globalization;
using Cenote.ReadReplicasTests.Measuring;

// Without arguments of its own this is an ordinary test host. ./bench --help says what is measured.
return args switch
{
    ["causal", var rounds] => await CausalCommand.RunAsync(int.Parse(rounds, CultureInfo.InvariantCulture)),
    _ => await Xunit.Runner.InProc.SystemConsole.ConsoleRunner.Run(args),
};
