using System.CommandLine;
using Cenote.Cli.Commands;
using Cenote.Shared;

const string Program = "cenote";

var output = GuardedWriter.Install();
var top = new TopCommand();
var check = new CheckCommand();
var size = new SizeCommand();
var compare = new CompareCommand();
var root = new RootCommand("Cenote: one connection pool for every ADO.NET driver.") { top, check, size, compare };
top.SetAction(async words =>
{
    var reader = new TopOptionsReader(top, words);
    var options = reader.Read();
    return reader.Problems.Count > 0 ? Refuse(reader.Problems, top) : await TopSession.RunAsync(options, TimeProvider.System);
});
check.SetAction(async words =>
{
    var reader = new CheckOptionsReader(check, words);
    return reader.Read() is { } options ? await CheckSession.RunAsync(options, TimeProvider.System) : Refuse(reader.Problems, check);
});
size.SetAction(async words =>
{
    var reader = new SizeOptionsReader(size, words);
    return reader.Read() is { } options ? await SizeSession.RunAsync(options, TimeProvider.System) : Refuse(reader.Problems, size);
});
compare.SetAction(async words =>
{
    var reader = new CompareOptionsReader(compare, words);
    return reader.Read() is { } options ? await CompareSession.RunAsync(options, TimeProvider.System) : Refuse(reader.Problems, compare);
});

var parsed = root.Parse(args);
if (parsed.Errors.Count > 0)
{
    return RefuseWords();
}

// The session handles signals itself.
return output.Close(Program, await parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null }));

int RefuseWords()
{
    var problems = parsed.Errors.Select(error => ArgumentProblems.WithoutWords(error.Message));
    return Refuse([.. problems, .. ProblemsOf(parsed.CommandResult.Command)], parsed.CommandResult.Command);
}

IReadOnlyList<string> ProblemsOf(Command command)
{
    if (command == top)
    {
        var reader = new TopOptionsReader(top, parsed);
        reader.Read();
        return reader.Problems;
    }

    if (command == check)
    {
        var reader = new CheckOptionsReader(check, parsed);
        reader.Read();
        return reader.Problems;
    }

    if (command == size)
    {
        var reader = new SizeOptionsReader(size, parsed);
        reader.Read();
        return reader.Problems;
    }

    if (command == compare)
    {
        var reader = new CompareOptionsReader(compare, parsed);
        reader.Read();
        return reader.Problems;
    }

    return [];
}

int Refuse(IReadOnlyCollection<string> problems, Command command)
{
    Console.Error.WriteLine(ArgumentProblems.Describe(problems, Program, command == root ? "cenote --help" : $"cenote {command.Name} --help"));
    return ExitCode.BadArguments;
}
