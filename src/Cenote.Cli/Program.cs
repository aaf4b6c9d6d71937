using System.CommandLine;
using Cenote.Cli;
using Cenote.Cli.Commands;

var run = new RunCommand();
var root = new RootCommand("Cenote: one connection pool for every ADO.NET driver.") { run };
run.SetAction(async words =>
{
    var reader = new RunOptionsReader(run, words);
    var options = reader.Read();
    return reader.Problems.Count > 0 ? Refuse(reader.Problems) : await RunSession.RunAsync(options, TimeProvider.System);
});

var parsed = root.Parse(args);
if (parsed.Errors.Count > 0)
{
    var problems = parsed.Errors.Select(error => ArgumentProblems.WithoutValues(error.Message)).ToList();
    if (parsed.CommandResult.Command == run)
    {
        var reader = new RunOptionsReader(run, parsed);
        reader.Read();
        problems.AddRange(reader.Problems);
    }

    return Refuse(problems);
}

// The session minds signals itself: the first Ctrl-C must still lead to a report.
return await parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null });

static int Refuse(IReadOnlyCollection<string> problems)
{
    Console.Error.WriteLine(ArgumentProblems.Describe(problems));
    return ExitCode.BadArguments;
}
