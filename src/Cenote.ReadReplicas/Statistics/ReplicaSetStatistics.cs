namespace Cenote;

/// <summary>A snapshot of a set. Counters count from its construction.</summary>
public sealed record ReplicaSetStatistics
{
    /// <summary>Gets the name of the set.</summary>
    public required string SetName { get; init; }

    /// <summary>Gets the time of the snapshot.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>Gets the name of the primary; <see langword="null"/> while no primary answers.</summary>
    public required string? Primary { get; init; }

    /// <summary>Gets the servers in the order of their declaration.</summary>
    public required IReadOnlyList<ReplicaSetServerStatistics> Servers { get; init; }

    /// <summary>Gets how often another server became the primary.</summary>
    public long Failovers { get; init; }

    /// <summary>Gets the reads that the primary served, because no replica could serve or exists.</summary>
    public long ReadsOnPrimary { get; init; }

    /// <summary>
    /// Gets the current reads on the primary of a set with replicas, which
    /// <see cref="ReplicaSetOptions.MaxReadsOnPrimary"/> limits.
    /// </summary>
    public int CurrentReadsOnPrimary { get; init; }

    /// <summary>Gets the reads that failed with a <see cref="ReplicasUnavailableException"/>.</summary>
    public long ReadsRefused { get; init; }

    /// <summary>Gets the writes that failed with a <see cref="NoPrimaryException"/>.</summary>
    public long WritesRefused { get; init; }

    /// <summary>Gets the reads with a token that a replica served immediately.</summary>
    public long CausalReadsImmediate { get; init; }

    /// <summary>Gets the reads with a token that waited for a replica to reach its position.</summary>
    public long CausalReadsAfterWait { get; init; }

    /// <summary>
    /// Gets the reads with a token that went to the primary, because no replica reached its position in time.
    /// </summary>
    public long CausalReadsOnPrimary { get; init; }
}
