using System.CommandLine;
using Cenote.Shared;

namespace Cenote.Cli.Commands;

/// <summary>
/// The words of a command that works on a database. <see cref="DatabaseOptionsReader"/> checks the values.
/// </summary>
internal abstract class DatabaseCommand : Command
{
    protected DatabaseCommand(string name, string description)
        : base(name, description)
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
