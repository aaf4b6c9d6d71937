namespace Cenote;

/// <summary>One consistent snapshot of a pool. Cheap enough to read every second.</summary>
public sealed record PoolStatistics
{
    /// <summary>The pool's name.</summary>
    public required string PoolName { get; init; }

    /// <summary>When the snapshot was taken.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>Whether the pool lends.</summary>
    public PoolState State { get; init; }

    /// <summary>The connections that the pool keeps open.</summary>
    public int MinSize { get; init; }

    /// <summary>
    /// The most connections that the pool may open; the size in force, <see cref="PoolCounts.Limit"/>, may be smaller.
    /// </summary>
    public int MaxSize { get; init; }

    /// <summary>Connections by state, and waiters.</summary>
    public required PoolCounts Counts { get; init; }

    /// <summary>Connections lent since construction.</summary>
    public required long Rents { get; init; }

    /// <summary>Rents that had to queue.</summary>
    public required long Waits { get; init; }

    /// <summary>
    /// How long the first in the queue has waited so far; <see cref="TimeSpan.Zero"/> when nobody waits.
    /// </summary>
    public TimeSpan LongestWait { get; init; }

    /// <summary>Callers that ran into the acquire timeout.</summary>
    public required long Timeouts { get; init; }

    /// <summary>Callers that cancelled while queued.</summary>
    public required long Cancellations { get; init; }

    /// <summary>Callers that were told that no connection could be opened.</summary>
    public required long Errors { get; init; }

    /// <summary>Callers that were refused because the circuit was open and nothing was left to serve them.</summary>
    public long CircuitRejections { get; init; }

    /// <summary>Callers that were turned away because too many waited, or had waited too long.</summary>
    public long OverloadRejections { get; init; }

    /// <summary>Whether the pool tries to reach its database.</summary>
    public CircuitState CircuitState { get; init; }

    /// <summary>How often the circuit has opened.</summary>
    public long CircuitOpenings { get; init; }

    /// <summary>Physical connections opened.</summary>
    public required long ConnectionsOpened { get; init; }

    /// <summary>Tries to open a physical connection that failed.</summary>
    public required long OpenFailures { get; init; }

    /// <summary>Physical connections closed, by reason. Reasons that never occurred are absent.</summary>
    public required IReadOnlyDictionary<CloseReason, long> ConnectionsClosedByReason { get; init; }

    /// <summary>Physical connections closed, for whatever reason.</summary>
    public long ConnectionsClosed => ConnectionsClosedByReason.Values.Sum();

    /// <summary>
    /// Leases that were held for longer than <see cref="LeakDetectionOptions.Threshold"/>, each counted once.
    /// </summary>
    public long LeaksSuspected { get; init; }

    /// <summary>Suspected leases that were returned after all.</summary>
    public long LeasesReturnedLate { get; init; }

    /// <summary>Leases that were garbage-collected unreturned: proven leaks.</summary>
    public long LeasesAbandoned => ConnectionsClosedByReason.GetValueOrDefault(CloseReason.Abandoned);

    /// <summary>Leases that were taken away from their holders.</summary>
    public long LeasesRevoked { get; init; }

    /// <summary>
    /// Rents by a flow that held a connection of the pool already; 0 unless
    /// <see cref="ConnectionPoolOptions.NestedRentBehavior"/> looks for them.
    /// </summary>
    public long NestedRents { get; init; }

    /// <summary>
    /// Upkeep tasks that threw. Each was logged, and upkeep went on; anything but 0 is a defect of the pool or of a
    /// policy of yours.
    /// </summary>
    public long MaintenanceFailures { get; init; }

    /// <summary>How long callers queued; callers served at once count as zero.</summary>
    public required LatencySummary WaitTime { get; init; }

    /// <summary>
    /// How long connections were held. Measured on every lease of a quiet pool, on a sample of one in 16 or 256 of a
    /// busy one.
    /// </summary>
    public required LatencySummary UseTime { get; init; }

    /// <summary>How long successful opens took, tries that failed not included.</summary>
    public required LatencySummary ConnectTime { get; init; }

    /// <summary>The last failure to open a connection since the last success.</summary>
    public required OpenFailure? LastOpenFailure { get; init; }
}
