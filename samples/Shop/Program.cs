using System.CommandLine;
using Cenote.Shared;
using Cenote.Shop.Arguments;
using Cenote.Shop.Instances;
using Cenote.Shop.Running;

if (args is [InstanceProgram.Word])
{
    return await InstanceProgram.RunAsync(Console.In, Console.Out, TimeProvider.System);
}

var output = GuardedWriter.Install();
var command = new RunCommand();
command.SetAction(async words =>
{
    var reader = new RunOptionsReader(command, words);
    var options = reader.Read();
    return reader.Problems.Count > 0 ? Refuse(reader.Problems) : await RunSession.RunAsync(options, TimeProvider.System);
});

var parsed = command.Parse(args);
if (parsed.Errors.Count > 0)
{
    var reader = new RunOptionsReader(command, parsed);
    reader.Read();
    return Refuse([.. parsed.Errors.Select(error => ArgumentProblems.WithoutWords(error.Message)), .. reader.Problems]);
}

// The session handles signals itself: the first Ctrl-C of a run must still lead to a report.
return output.Close(RunSession.Program, await parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null }));

static int Refuse(IReadOnlyCollection<string> problems)
{
    Console.Error.WriteLine(ArgumentProblems.Describe(problems, RunSession.Program, "./run --help"));
    return ExitCode.BadArguments;
}
