namespace Cenote.ClusterLab.Clients;

/// <summary>What writers and readers met with, in the order in which it ended.</summary>
/// <param name="Writes">Acknowledged rows.</param>
/// <param name="Reads">Answers.</param>
/// <param name="InDoubt">Rows whose statement failed after it was sent.</param>
/// <param name="FailedWrites">How many of each kind.</param>
/// <param name="FailedReads">How many of each kind.</param>
/// <param name="Unclear">Exceptions that callers should not see.</param>
/// <param name="LongestWait">The longest that a writer waited for its answer, good or bad.</param>
/// <param name="LongestRead">The longest that a reader waited for an answer.</param>
internal sealed record LedgerContents(
    IReadOnlyList<Write> Writes,
    IReadOnlyList<Read> Reads,
    IReadOnlyList<Row> InDoubt,
    IReadOnlyDictionary<string, int> FailedWrites,
    IReadOnlyDictionary<string, int> FailedReads,
    IReadOnlyList<string> Unclear,
    TimeSpan LongestWait,
    TimeSpan LongestRead);
