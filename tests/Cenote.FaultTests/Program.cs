using System.Globalization;
using Cenote.FaultTests.Reporting;
using Cenote.FaultTests.Soak;
using Cenote.FaultTests.Standstill;

// Without arguments of the lab's own this is an ordinary test host. ./test --help says how the rest is started.
return args switch
{
    ["thaw"] => await ThawCommand.RunAsync(),
    ["soak", var minutes] => await SoakCommand.RunAsync(double.Parse(minutes, CultureInfo.InvariantCulture), seed: null),
    ["soak", var minutes, var seed] => await SoakCommand.RunAsync(double.Parse(minutes, CultureInfo.InvariantCulture), int.Parse(seed, CultureInfo.InvariantCulture)),
    ["recover", var rounds] => await RecoverCommand.RunAsync(int.Parse(rounds, CultureInfo.InvariantCulture)),
    ["reliability", "--only", var text] => await ReliabilityCommand.ShowAsync(text),
    ["reliability", var page] => await ReliabilityCommand.WriteAsync(page),
    _ => await Xunit.Runner.InProc.SystemConsole.ConsoleRunner.Run(args),
};
