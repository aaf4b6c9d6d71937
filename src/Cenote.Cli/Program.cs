using System.CommandLine;
using Cenote.Cli;
using Cenote.Cli.Commands;
using Cenote.Cli.Display;

var output = GuardedWriter.Install();
var run = new RunCommand();
var top = new TopCommand();
var root = new RootCommand("Cenote: one connection pool for every ADO.NET driver.") { run, top };
run.SetAction(async words =>
{
    var reader = new RunOptionsReader(run, words);
    var options = reader.Read();
    return reader.Problems.Count > 0 ? Refuse(reader.Problems, run) : await RunSession.RunAsync(options, TimeProvider.System);
});
top.SetAction(async words =>
{
    var reader = new TopOptionsReader(top, words);
    var options = reader.Read();
    return reader.Problems.Count > 0 ? Refuse(reader.Problems, top) : await TopSession.RunAsync(options, TimeProvider.System);
});

var parsed = root.Parse(args);
if (parsed.Errors.Count > 0)
{
    return RefuseWords();
}

// The sessions mind signals themselves: the first Ctrl-C of a run must still lead to a report.
var code = await parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null });
if (output.Failure is not { } failure)
{
    return code;
}

Console.Error.WriteLine($"cenote: standard output cannot be written: {failure}");
return code == ExitCode.Success ? ExitCode.CheckFailed : code;

int RefuseWords()
{
    if (parsed.CommandResult.Command == top)
    {
        var topReader = new TopOptionsReader(top, parsed);
        topReader.Read();
        return Refuse([.. parsed.Errors.Select(error => ArgumentProblems.WithoutWords(error.Message)), .. topReader.Problems], top);
    }

    var runReader = new RunOptionsReader(run, parsed);
    if (parsed.CommandResult.Command == run)
    {
        runReader.Read();
    }

    return Refuse([.. parsed.Errors.Select(error => ArgumentProblems.WithoutWords(error.Message)), .. runReader.Problems], run);
}

static int Refuse(IReadOnlyCollection<string> problems, Command command)
{
    Console.Error.WriteLine(ArgumentProblems.Describe(problems, command.Name));
    return ExitCode.BadArguments;
}
