using Cenote.Cli.Checking;

namespace Cenote.Cli.Measuring;

/// <summary>The checked options of a command that measures with a statement.</summary>
internal abstract record StatementOptions
{
    public required ServerQuestions Questions { get; init; }

    /// <summary>Gets the connection string. Never shown.</summary>
    public required string ConnectionString { get; init; }

    public required TimeSpan Timeout { get; init; }

    /// <summary>Gets the statement. Never shown, because it may have values of customers in it.</summary>
    public required string Statement { get; init; }

    /// <summary>Gets a value indicating whether the statement may change data.</summary>
    public bool AllowsWrites { get; init; }

    /// <summary>Gets how long all measurements together take.</summary>
    public required TimeSpan Duration { get; init; }

    public bool Json { get; init; }
}
