using System.CommandLine;

namespace Cenote.Cli.Commands;

/// <summary>The words of <c>cenote top</c>. As with <see cref="RunCommand"/>, a reader judges the values: one message can then name every problem.</summary>
internal sealed class TopCommand : Command
{
    public TopCommand()
        : base(
            "top",
            """
            Shows the connection pools of an application in the terminal, live, from its dashboard
            (app.MapCenoteDashboard), the worst first. Ctrl-C ends it.

            When its output is a file or a pipe it prints one table and ends.

            Exit code 0: shown. 1: the dashboard does not answer, or refuses. 2: the arguments
            cannot work. 4: with --once, something that was shown is unhealthy.
            """)
    {
        Add(Url);
        Add(Pool);
        Add(Once);
        Add(Json);
        Add(Header);
        Add(HeaderFile);
    }

    public Argument<string?> Url { get; } = new("URL")
    {
        Description = "The address of the dashboard, such as http://127.0.0.1:5080/pools.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    public Option<string?> Pool { get; } = new("--pool")
    {
        HelpName = "NAME",
        Description = "One pool at length: findings and remedies, who holds its connections, what happened last.",
    };

    public Option<bool> Once { get; } = new("--once") { Description = "Prints one table and ends; with exit code 4 when something is unhealthy." };

    public Option<bool> Json { get; } = new("--json") { Description = "Prints the dashboard's JSON, once, and ends." };

    public Option<string[]> Header { get; } = new("--header")
    {
        HelpName = "\"Name: value\"",
        Description = "A header to send; may be repeated. Every user of the machine sees the arguments of a process: give a token by --header-file.",
        Arity = ArgumentArity.ZeroOrMore,
    };

    public Option<string?> HeaderFile { get; } = new("--header-file")
    {
        HelpName = "FILE",
        Description = $"Reads headers from a file, one a line; - is standard input. [default: the environment variable {SecretSource.HeadersVariable}]",
    };
}
