namespace Cenote;

/// <summary>
/// The executions, durations and failures of the statements with one text, see
/// <see cref="ConnectionPool.GetStatementStatistics"/>.
/// </summary>
public sealed class StatementStatistics
{
    internal StatementStatistics()
    {
    }

    /// <summary>The <see cref="Text"/> of all statements that are no longer counted separately.</summary>
    public const string OtherStatements = "(other statements)";

    /// <summary>
    /// Gets the statement with <c>?</c> for its literals, without comments, with at most 2,000 characters.
    /// </summary>
    public string Text { get; internal init; } = "";

    /// <summary>Gets the number of ended executions, including failed ones.</summary>
    public long Count { get; internal init; }

    /// <summary>Gets the number of executions that failed or were cancelled.</summary>
    public long Errors { get; internal init; }

    /// <summary>Gets the total time of the executions.</summary>
    public TimeSpan TotalTime { get; internal init; }

    /// <summary>
    /// Gets the durations of the executions: from the start until the end, or until the reader is closed, as for
    /// <see cref="ConnectionPoolOptions.QueryTimeout"/>.
    /// </summary>
    public LatencySummary ExecutionTime { get; internal init; }

    /// <summary>
    /// Gets the driver's message about the last failure, without quoted values, or <see langword="null"/> without a
    /// failure.
    /// </summary>
    public string? LastError { get; internal init; }

    /// <summary>Gets the time of the last failure, or <see langword="null"/> without a failure.</summary>
    public DateTimeOffset? LastErrorTime { get; internal init; }
}
