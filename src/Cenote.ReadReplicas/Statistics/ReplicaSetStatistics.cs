namespace Cenote;

/// <summary>A snapshot of a set. Counters count from its construction.</summary>
public sealed record ReplicaSetStatistics
{
    /// <summary>The set's name.</summary>
    public required string SetName { get; init; }

    /// <summary>When the snapshot was taken.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>Gets the name of the primary; <see langword="null"/> while no primary answers.</summary>
    public required string? Primary { get; init; }

    /// <summary>The servers, in the order in which they were declared.</summary>
    public required IReadOnlyList<ReplicaSetServerStatistics> Servers { get; init; }

    /// <summary>How often another server became the primary.</summary>
    public long Failovers { get; init; }

    /// <summary>Gets the reads that the primary served, because no replica could serve or exists.</summary>
    public long ReadsOnPrimary { get; init; }

    /// <summary>
    /// Those of them that are under way, in a set that has replicas: what
    /// <see cref="ReplicaSetOptions.MaxReadsOnPrimary"/> limits.
    /// </summary>
    public int CurrentReadsOnPrimary { get; init; }

    /// <summary>Reads that failed with a <see cref="ReplicasUnavailableException"/>.</summary>
    public long ReadsRefused { get; init; }

    /// <summary>Writes that failed with a <see cref="NoPrimaryException"/>.</summary>
    public long WritesRefused { get; init; }

    /// <summary>Reads with a token that a replica could serve at once.</summary>
    public long CausalReadsImmediate { get; init; }

    /// <summary>Reads with a token that waited for a replica to come that far.</summary>
    public long CausalReadsAfterWait { get; init; }

    /// <summary>Reads with a token that went to the primary, because no replica came that far in time.</summary>
    public long CausalReadsOnPrimary { get; init; }
}
