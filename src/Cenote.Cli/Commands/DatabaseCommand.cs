using System.CommandLine;
using Cenote.Shared;

namespace Cenote.Cli.Commands;

/// <summary>
/// The words of a command that works on a database. <see cref="DatabaseOptionsReader"/> checks the values.
/// </summary>
internal abstract class DatabaseCommand : Command
{
    /// <param name="name">The name of the command.</param>
    /// <param name="description">What it does.</param>
    /// <param name="databases">The databases that it supports, as the user writes them.</param>
    protected DatabaseCommand(string name, string description, string databases = "postgresql, mysql or sqlite")
        : base(name, description)
    {
        Databases = databases;
        Database = new("DATABASE")
        {
            Description = $"{databases}; mysql is MariaDB, too.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        Add(Database);
        Add(Connection);
        Add(ConnectionFile);
        Add(Timeout);
        Add(Json);
    }

    /// <summary>Gets the databases that the command supports, as the user writes them.</summary>
    public string Databases { get; }

    public Argument<string?> Database { get; }

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
        Description = "How long one connect or one wait may take, 0.1 to 600. [default: 10]",
    };

    public Option<bool> Json { get; } = new("--json") { Description = "Prints the report as JSON." };
}
