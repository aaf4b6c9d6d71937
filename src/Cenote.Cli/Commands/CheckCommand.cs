using System.CommandLine;
using Cenote.Shared;

namespace Cenote.Cli.Commands;

/// <summary>The words of <c>cenote check</c>. <see cref="CheckOptionsReader"/> checks the values.</summary>
internal sealed class CheckCommand : Command
{
    public CheckCommand()
        : base(
            "check",
            """
            Checks a database for a connection pool: reaches it, shows its version, role, limits and
            timeouts, measures the latency, tries what a reset of a session clears, and says what
            follows for the settings of a pool. Changes nothing but sessions of its own.

            Exit code 0: checked. 1: the database was not reached, or refused a question. 2: the
            arguments are invalid. 4: checked, with a problem.
            """)
    {
        Add(Database);
        Add(Connection);
        Add(ConnectionFile);
        Add(Timeout);
        Add(Json);
    }

    public Argument<string?> Database { get; } = new("DATABASE")
    {
        Description = "postgresql, mysql (MariaDB, too), or sqlite.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    public Option<string?> Connection { get; } = new("--connection")
    {
        HelpName = "STRING",
        Description = "The connection string, without a password: every user of the machine sees the arguments of a process.",
    };

    public Option<string?> ConnectionFile { get; } = new("--connection-file")
    {
        HelpName = "FILE",
        Description = $"Reads the connection string from a file; - is standard input. [default: the environment variable {SecretSource.ConnectionVariable}]",
    };

    public Option<string?> Timeout { get; } = new("--timeout")
    {
        HelpName = "SECONDS",
        Description = "How long one connect or one wait may take. [default: 10]",
    };

    public Option<bool> Json { get; } = new("--json") { Description = "Prints the report as JSON." };
}
