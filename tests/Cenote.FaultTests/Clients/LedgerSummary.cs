namespace Cenote.FaultTests.Clients;

/// <summary>What the clients of one scenario met with.</summary>
/// <param name="Served">Operations that went well.</param>
/// <param name="LongestBeyond">The longest wait for a connection or an exception, less the deadline; negative when all
/// were earlier.</param>
/// <param name="Longest">The operation that waited so long.</param>
/// <param name="Late">Operations beyond deadline and slack, even if what the machine itself was late is
/// forgiven.</param>
/// <param name="Errors">Failed operations by kind.</param>
/// <param name="Recovery">
/// From the end of the fault to the first operation served, or to the start of the last operation that failed,
/// whichever is later: every operation begun after that was served.
/// </param>
/// <param name="Unclear">Exceptions that the pool should not have thrown.</param>
internal sealed record LedgerSummary(
    int Served, TimeSpan LongestBeyond, Operation? Longest, int Late, IReadOnlyDictionary<string, int> Errors, TimeSpan? Recovery, IReadOnlyList<string> Unclear);
