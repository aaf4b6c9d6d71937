using System.CommandLine;
using Cenote.Shared;

namespace Cenote.Cli.Commands;

/// <summary>
/// The words of <c>cenote top</c>. <see cref="TopOptionsReader"/> checks the values, so that one message can name every
/// problem.
/// </summary>
internal sealed class TopCommand : Command
{
    public TopCommand()
        : base(
            "top",
            """
            Shows the connection pools of an application in the terminal, live, from its dashboard
            (app.MapCenoteDashboard), the worst first. Ctrl-C ends it.

            When its output is a file or a pipe it prints one table and ends.

            Exit code 0: shown. 1: the dashboard does not answer, or rejects. 2: the arguments
            are invalid. 4: with --once, a pool or a set is unhealthy.
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
        Description = "Shows one pool in detail: findings and recommendations, the holders of its connections, the last events.",
    };

    public Option<bool> Once { get; } = new("--once") { Description = "Prints one table and ends. The exit code is 4 when a pool or a set is unhealthy." };

    public Option<bool> Json { get; } = new("--json") { Description = "Prints the dashboard's JSON once and ends." };

    public Option<string[]> Header { get; } = new("--header")
    {
        HelpName = "\"Name: value\"",
        Description = "A header to send. May be repeated. Every user of the machine sees the arguments of a process, so give a token with --header-file.",
        Arity = ArgumentArity.ZeroOrMore,
    };

    public Option<string?> HeaderFile { get; } = new("--header-file")
    {
        HelpName = "FILE",
        Description = $"Reads headers from a file, one per line. - is standard input. [default: the environment variable {SecretSource.HeadersVariable}]",
    };
}
