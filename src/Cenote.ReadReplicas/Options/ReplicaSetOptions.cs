using Microsoft.Extensions.Logging;

namespace Cenote;

/// <summary>
/// The settings of a set. They are copied when it is constructed; <see cref="ReplicaSet.Reconfigure"/> changes those of
/// a running set. Every problem is reported in one <see cref="ReplicaSetOptionsException"/>.
/// </summary>
public sealed class ReplicaSetOptions
{
    // Boxed, so that a running set that is reconfigured reads the whole of the old or of the new value.
    private object? _maxReadsOnPrimary;
    private object? _revokeLeasesAfter;

    /// <summary>Creates options with the defaults.</summary>
    public ReplicaSetOptions()
    {
    }

    internal ReplicaSetOptions(ReplicaSetOptions other)
    {
        Name = other.Name;
        Strategy = other.Strategy;
        AcquireTimeout = other.AcquireTimeout;
        PrimaryTimeout = other.PrimaryTimeout;
        CausalReadTimeout = other.CausalReadTimeout;
        ProbeInterval = other.ProbeInterval;
        ProbeTimeout = other.ProbeTimeout;
        FailureThreshold = other.FailureThreshold;
        RecoveryThreshold = other.RecoveryThreshold;
        SlowStartDuration = other.SlowStartDuration;
        MaxLag = other.MaxLag;
        MaxReadsOnPrimary = other.MaxReadsOnPrimary;
        RevokeLeasesAfter = other.RevokeLeasesAfter;
        TokenSigningKeys = other.TokenSigningKeys is null ? null! : [.. other.TokenSigningKeys.Select(static key => (byte[])key?.Clone()!)];
        TimeProvider = other.TimeProvider;
        LoggerFactory = other.LoggerFactory;
    }

    /// <summary>Gets or sets the name of the set in logs, statistics and exceptions.</summary>
    /// <value>Default <c>replicas</c>. 1 to 200 characters, none of them invisible or changing the direction of
    /// text.</value>
    public string Name { get; set; } = "replicas";

    /// <summary>Gets or sets the strategy that chooses the replica of each read.</summary>
    /// <value>Default <see cref="ReplicaStrategy.PowerOfTwoChoices"/>.</value>
    public IReplicaStrategy Strategy { get; set; } = ReplicaStrategy.PowerOfTwoChoices();

    /// <summary>
    /// Gets or sets the maximum time that a caller waits for a connection of any server. It covers the choice of a
    /// server, the queue and the wait for a token.
    /// </summary>
    /// <value>Default 30 s. Range 1 ms to 1 day.</value>
    public TimeSpan AcquireTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Gets or sets the time that a write waits for a primary, within <see cref="AcquireTimeout"/>, before it fails
    /// with a <see cref="NoPrimaryException"/>.
    /// </summary>
    /// <value>Default 5 s. Range 0 to 1 day. Longer than a failover takes if writes are to survive one.</value>
    public TimeSpan PrimaryTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Gets or sets the time that a read with a token waits, within <see cref="AcquireTimeout"/>, for a replica to
    /// reach its position. Then it goes to the primary.
    /// </summary>
    /// <value>Default 500 ms. Range 0 to 1 min.</value>
    public TimeSpan CausalReadTimeout { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>
    /// Gets or sets the time between two probes of a server. A failure in its pool starts one immediately.
    /// </summary>
    /// <value>Default 1 s. Range 10 ms to 1 h.</value>
    public TimeSpan ProbeInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Gets or sets the maximum time that a probe waits for its connection, and then again for the answer.
    /// </summary>
    /// <value>Default 1 s. Range 10 ms to 1 min.</value>
    public TimeSpan ProbeTimeout { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Gets or sets the number of failed probes in a row that evict a server.</summary>
    /// <value>Default 2. Range 1 to 100.</value>
    public int FailureThreshold { get; set; } = 2;

    /// <summary>
    /// Gets or sets the number of successful probes in a row, within <see cref="MaxLag"/>, after which an evicted
    /// server is used again.
    /// </summary>
    /// <value>Default 2. Range 1 to 100.</value>
    public int RecoveryThreshold { get; set; } = 2;

    /// <summary>
    /// Gets or sets the time in which the share of a recovered replica grows from nothing to the whole.
    /// </summary>
    /// <value>Default 10 s. Range 0, which is the whole immediately, to 1 h.</value>
    public TimeSpan SlowStartDuration { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Gets or sets the maximum lag. A replica further behind gets no reads.</summary>
    /// <value>
    /// Default 10 s. Range <see cref="ProbeInterval"/> to 1 day, or <see cref="Timeout.InfiniteTimeSpan"/> for any lag.
    /// Measured from the positions that the primary had at earlier probes, so exact to about
    /// <see cref="ProbeInterval"/>; reported by the server where the database has no positions.
    /// </value>
    public TimeSpan MaxLag { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Gets or sets the maximum number of concurrent reads on the primary when no replica can serve them. Further ones
    /// fail with a <see cref="ReplicasUnavailableException"/>.
    /// </summary>
    /// <value>
    /// Default <see langword="null"/>: half the maximum size of the primary's pool, at least 1. Range 0, which is none,
    /// to 10,000. A set without replicas has no such limit: there the primary is the server of reads.
    /// </value>
    public int? MaxReadsOnPrimary
    {
        get => (int?)_maxReadsOnPrimary;
        set => _maxReadsOnPrimary = value;
    }

    /// <summary>
    /// Gets or sets the time for which a server must be unreachable before its leases are revoked
    /// (<see cref="ConnectionPool.TryRevoke"/>). The holders get a <see cref="LeaseRevokedException"/> instead of
    /// waiting for a host that is gone.
    /// </summary>
    /// <value>
    /// Default <see langword="null"/>: never, because a server that is too busy to answer probes may
    /// still work for the holders; their command timeouts end their waits. Range 0, which is as soon as it counts as
    /// unreachable, to 1 day.
    /// </value>
    public TimeSpan? RevokeLeasesAfter
    {
        get => (TimeSpan?)_revokeLeasesAfter;
        set => _revokeLeasesAfter = value;
    }

    /// <summary>
    /// Gets or sets the keys that sign the text of tokens, so that a client cannot forge one. The first signs, each of
    /// them verifies. Use the same keys in every process.
    /// </summary>
    /// <value>Default empty: tokens are not signed. Each 16 to 1,024 bytes, from a random generator. Never
    /// shown.</value>
    public IReadOnlyList<byte[]> TokenSigningKeys { get; set; } = [];

    /// <summary>Gets or sets the clock and the timers of the set.</summary>
    /// <value>Default <see cref="System.TimeProvider.System"/>.</value>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;

    /// <summary>Gets or sets the factory of the set's logger, of category <c>Cenote.ReadReplicas</c>.</summary>
    /// <value>Default <see langword="null"/>: no logs.</value>
    public ILoggerFactory? LoggerFactory { get; set; }
}
