using System.CommandLine;

namespace Cenote.Cli.Commands;

/// <summary>The words of <c>cenote compare</c>. <see cref="CompareOptionsReader"/> checks the values.</summary>
internal sealed class CompareCommand : StatementCommand
{
    public CompareCommand()
        : base(
            "compare",
            """
            Compares the pool with the pool of the driver on your database: both execute your
            statement in turn, with equally many connections, and reset sessions between holders.
            Shows throughput, the waits for a connection and whole leases. A difference within
            the noise is said to be so.

            The statement is executed for as long as the measurement takes, by many sessions at
            once. Measure a database that may be busy for that long. A statement that changes
            data is refused without --allow-writes.

            Exit code 0: measured. 1: the database was not reached, or refused the statement. 2: the
            arguments are invalid.
            """,
            "postgresql or mysql")
    {
        Add(Connections);
        Add(Clients);
    }

    public Option<string?> Connections { get; } = new("--connections")
    {
        HelpName = "NUMBER",
        Description = "The size of each pool, 1 to 500. [default: 10]",
    };

    public Option<string?> Clients { get; } = new("--clients")
    {
        HelpName = "LIST",
        Description = "How many clients share each pool: up to 6 numbers from 1 to 2000, with commas. [default: 1, --connections, and 4 times --connections]",
    };
}
