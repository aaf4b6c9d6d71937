using System.CommandLine;

namespace Cenote.Cli.Commands;

/// <summary>
/// The words of a command that measures with a statement. <see cref="StatementOptionsReader"/> checks the values.
/// </summary>
internal abstract class StatementCommand : DatabaseCommand
{
    /// <inheritdoc/>
    protected StatementCommand(string name, string description, string databases = "postgresql, mysql or sqlite")
        : base(name, description, databases)
    {
        Add(Statement);
        Add(StatementFile);
        Add(AllowWrites);
        Add(Seconds);
    }

    public Option<string?> Statement { get; } = new("--statement")
    {
        HelpName = "SQL",
        Description = "The statement to execute, without parameters. Each execution is a lease of its own.",
    };

    public Option<string?> StatementFile { get; } = new("--statement-file")
    {
        HelpName = "FILE",
        Description = "Reads the statement from a file.",
    };

    public Option<bool> AllowWrites { get; } = new("--allow-writes")
    {
        Description = "Allows a statement that changes data, which it then does thousands of times. Without it, all sessions are read-only, and the statement may not control transactions, or files, settings and sessions of the server.",
    };

    public Option<string?> Seconds { get; } = new("--seconds")
    {
        HelpName = "SECONDS",
        Description = "How long to measure, 2 to 3600. [default: 60]",
    };
}
