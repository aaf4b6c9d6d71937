namespace Cenote;

/// <summary>
/// How often statements of one text ran, how long they took, and how they failed, see
/// <see cref="ConnectionPool.GetStatementStatistics"/>.
/// </summary>
public sealed record StatementStatistics
{
    /// <summary>The text of <see cref="Text"/> for all statements that are not told apart any more.</summary>
    public const string OtherStatements = "(other statements)";

    /// <summary>
    /// The statement with <c>?</c> in place of its literals, without comments; at most 2,000 characters.
    /// </summary>
    public required string Text { get; init; }

    /// <summary>Executions that have ended, well or not.</summary>
    public required long Count { get; init; }

    /// <summary>Those of them that failed or were cancelled.</summary>
    public required long Errors { get; init; }

    /// <summary>How long all of them took together.</summary>
    public required TimeSpan TotalTime { get; init; }

    /// <summary>
    /// How long they took: from the start of the execution until it has ended, or its reader is closed, as with
    /// <see cref="ConnectionPoolOptions.QueryTimeout"/>.
    /// </summary>
    public required LatencySummary ExecutionTime { get; init; }

    /// <summary>
    /// What the driver said of the last failure, without what it quotes of values; <see langword="null"/> when none
    /// failed.
    /// </summary>
    public required string? LastError { get; init; }

    /// <summary>When that was.</summary>
    public required DateTimeOffset? LastErrorTime { get; init; }
}
