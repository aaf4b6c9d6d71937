using System.CommandLine;

namespace Cenote.Cli.Commands;

/// <summary>The words of <c>cenote size</c>. <see cref="SizeOptionsReader"/> checks the values.</summary>
internal sealed class SizeCommand : StatementCommand
{
    public SizeCommand()
        : base(
            "size",
            """
            Finds the size of a pool by measurement: executes a statement of yours on more and more
            connections, and says with how many the database does about the most work.

            The statement is executed for as long as the measurement takes, by many sessions at
            once. Measure a database that may be busy for that long. A statement that changes
            data is refused without --allow-writes.

            Exit code 0: measured. 1: the database was not reached, or refused the statement. 2: the
            arguments are invalid. 4: the server has too few connections for the instances.
            """)
    {
        Add(Max);
        Add(Instances);
        Add(Svg);
    }

    public Option<string?> Max { get; } = new("--max")
    {
        HelpName = "CONNECTIONS",
        Description = "The largest size to try, 1 to 1000. [default: 64, or three quarters of what the server has left]",
    };

    public Option<string?> Instances { get; } = new("--instances")
    {
        HelpName = "NUMBER",
        Description = "How many instances of the application share the database, 1 to 10000. [default: 1]",
    };

    public Option<string?> Svg { get; } = new("--svg")
    {
        HelpName = "FILE",
        Description = "Writes the curve as a picture (SVG).",
    };
}
