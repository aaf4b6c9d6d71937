using System.Collections.ObjectModel;

namespace Cenote;

/// <summary>A consistent snapshot of a pool. Cheap enough to read every second.</summary>
public sealed class PoolStatistics
{
    internal PoolStatistics()
    {
    }

    /// <summary>Gets the name of the pool.</summary>
    public string PoolName { get; internal init; } = "";

    /// <summary>Gets the time of the snapshot.</summary>
    public DateTimeOffset Time { get; internal init; }

    /// <summary>Gets the state of the pool.</summary>
    public PoolState State { get; internal init; }

    /// <summary>Gets the minimum number of open connections.</summary>
    public int MinSize { get; internal init; }

    /// <summary>
    /// Gets the maximum number of open connections. The current limit, <see cref="PoolCounts.Limit"/>, may be lower.
    /// </summary>
    public int MaxSize { get; internal init; }

    /// <summary>Gets the number of connections kept idle beyond those leased, as far as the limit allows.</summary>
    public int MinIdle { get; internal init; }

    /// <summary>Gets the counts of connections by state, and of waiting callers.</summary>
    public PoolCounts Counts { get; internal init; }

    /// <summary>Gets the number of rents since construction.</summary>
    public long Rents { get; internal init; }

    /// <summary>Gets the number of rents that queued.</summary>
    public long Waits { get; internal init; }

    /// <summary>
    /// Gets the time that the first caller in the queue has waited so far, or <see cref="TimeSpan.Zero"/> for an empty
    /// queue.
    /// </summary>
    public TimeSpan LongestWait { get; internal init; }

    /// <summary>Gets the number of callers that reached the acquire timeout.</summary>
    public long Timeouts { get; internal init; }

    /// <summary>Gets the number of callers that cancelled in the queue.</summary>
    public long Cancellations { get; internal init; }

    /// <summary>Gets the number of callers that failed because no connection could be opened.</summary>
    public long Errors { get; internal init; }

    /// <summary>
    /// Gets the number of callers that were rejected because the circuit was open and no connection was left.
    /// </summary>
    public long CircuitRejections { get; internal init; }

    /// <summary>
    /// Gets the number of callers that were rejected because too many callers waited, or waited too long.
    /// </summary>
    public long OverloadRejections { get; internal init; }

    /// <summary>Gets the numbers of each lane, in the order of the options; none for a pool without lanes.</summary>
    public IReadOnlyList<LaneStatistics> Lanes { get; internal set; } = [];

    /// <summary>Gets the state of the circuit.</summary>
    public CircuitState CircuitState { get; internal init; }

    /// <summary>Gets how often the circuit has opened.</summary>
    public long CircuitOpenings { get; internal init; }

    /// <summary>Gets the number of physical connections that were opened.</summary>
    public long ConnectionsOpened { get; internal init; }

    /// <summary>Gets the number of failed connection attempts.</summary>
    public long OpenFailures { get; internal init; }

    /// <summary>
    /// Gets the number of closed physical connections by reason, without reasons that never occurred.
    /// </summary>
    public IReadOnlyDictionary<CloseReason, long> ConnectionsClosedByReason { get; internal init; } = ReadOnlyDictionary<CloseReason, long>.Empty;

    /// <summary>Gets the number of physical connections that were closed, for any reason.</summary>
    public long ConnectionsClosed => ConnectionsClosedByReason.Values.Sum();

    /// <summary>Gets the number of sessions whose reset began after a lease.</summary>
    public long ResetsStarted { get; internal init; }

    /// <summary>
    /// Gets the number of leases after which no reset was needed. It is 0 unless
    /// <see cref="ConnectionPoolOptions.ResetMode"/> is <see cref="ResetMode.WhenDirty"/>.
    /// </summary>
    public long ResetsSaved { get; internal init; }

    /// <summary>
    /// Gets the number of leases that were held longer than <see cref="LeakDetectionOptions.Threshold"/>.
    /// </summary>
    public long LeaksSuspected { get; internal init; }

    /// <summary>Gets the number of suspected leases that were returned late.</summary>
    public long LeasesReturnedLate { get; internal init; }

    /// <summary>Gets the number of leases that were garbage-collected without being returned.</summary>
    public long LeasesAbandoned => ConnectionsClosedByReason.GetValueOrDefault(CloseReason.Abandoned);

    /// <summary>Gets the number of revoked leases.</summary>
    public long LeasesRevoked { get; internal init; }

    /// <summary>
    /// Gets the number of rents by a flow that already held a connection of the pool. It is 0 unless
    /// <see cref="ConnectionPoolOptions.NestedRentBehavior"/> detects them.
    /// </summary>
    public long NestedRents { get; internal init; }

    /// <summary>Gets the number of sessions that have joined an ambient transaction.</summary>
    public long Enlistments { get; internal init; }

    /// <summary>Gets the number of ambient transactions whose outcome on a connection is unknown.</summary>
    public long TransactionsInDoubt { get; internal init; }

    /// <summary>
    /// Gets the number of session contexts that were set, or taken back, for a rent. Each took a round trip.
    /// </summary>
    public long SessionContextsSet { get; internal init; }

    /// <summary>
    /// Gets the number of rents whose session had their context already, see
    /// <see cref="WhenDirtyOptions.KeepSessionContexts"/>.
    /// </summary>
    public long SessionContextsKept { get; internal init; }

    /// <summary>Gets the number of rents that failed because their session context could not be set.</summary>
    public long SessionContextFailures { get; internal init; }

    /// <summary>
    /// Gets the number of commits without an answer that were found to be committed, see
    /// <see cref="RetryOptions.ResolveUnknownCommits"/>.
    /// </summary>
    public long CommitsFoundCommitted { get; internal init; }

    /// <summary>Gets the number of commits without an answer that were found to be rolled back.</summary>
    public long CommitsFoundRolledBack { get; internal init; }

    /// <summary>
    /// Gets the number of commits without an answer whose outcome stayed unknown
    /// (<see cref="CommitOutcomeUnknownException"/>).
    /// </summary>
    public long UnknownCommits { get; internal init; }

    /// <summary>
    /// Gets how often commands that the pool has created ran again after a lost connection, see
    /// <see cref="PooledCommand.IsReadOnly"/>.
    /// </summary>
    public long StatementRetries { get; internal init; }

    /// <summary>
    /// Gets how often the pool has queried the server for the sessions of its leases, see
    /// <see cref="ConnectionPoolOptions.ServerDiagnosis"/>. Failed queries are included.
    /// </summary>
    public long ServerQueries { get; internal init; }

    /// <summary>Gets how many of the <see cref="ServerQueries"/> failed.</summary>
    public long ServerQueryFailures { get; internal init; }

    /// <summary>
    /// Gets the number of maintenance tasks that threw. Each was logged, and maintenance went on. A number above 0 is a
    /// defect of the pool or of a custom policy.
    /// </summary>
    public long MaintenanceFailures { get; internal init; }

    /// <summary>Gets the times that callers waited. Immediate rents count as zero.</summary>
    public LatencySummary WaitTime { get; internal set; }

    /// <summary>
    /// Gets the times that connections were held. A quiet pool measures every lease, a busy one every 16th or 256th.
    /// </summary>
    public LatencySummary UseTime { get; internal set; }

    /// <summary>Gets the durations of successful connection attempts.</summary>
    public LatencySummary ConnectTime { get; internal set; }

    /// <summary>
    /// Gets the last failed connection attempt since the last success; <see langword="null"/> when none failed.
    /// </summary>
    public OpenFailure? LastOpenFailure { get; internal init; }

    /// <summary>Returns the state, the counts and the totals of rents and connections as text.</summary>
    public override string ToString() => FormattableString.Invariant(
        $"{PoolName}: {State}, {Counts}; {Rents} rents, {Timeouts} timeouts, {Errors} errors; {ConnectionsOpened} connections opened, {ConnectionsClosed} closed");
}
