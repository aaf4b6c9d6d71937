namespace Cenote;

/// <summary>A snapshot of a set. Counters count from its construction.</summary>
public sealed class ReplicaSetStatistics
{
    internal ReplicaSetStatistics()
    {
    }

    /// <summary>Gets the name of the set.</summary>
    public string SetName { get; internal init; } = "";

    /// <summary>Gets the time of the snapshot.</summary>
    public DateTimeOffset Time { get; internal init; }

    /// <summary>Gets the name of the primary; <see langword="null"/> while no primary answers.</summary>
    public string? Primary { get; internal init; }

    /// <summary>Gets the servers in the order of their declaration.</summary>
    public IReadOnlyList<ReplicaSetServerStatistics> Servers { get; internal init; } = [];

    /// <summary>Gets how often another server became the primary.</summary>
    public long Failovers { get; internal init; }

    /// <summary>Gets the reads that the primary served, because no replica could serve or exists.</summary>
    public long ReadsOnPrimary { get; internal init; }

    /// <summary>
    /// Gets the current reads on the primary of a set with replicas, which
    /// <see cref="ReplicaSetOptions.MaxReadsOnPrimary"/> limits.
    /// </summary>
    public int CurrentReadsOnPrimary { get; internal init; }

    /// <summary>Gets the reads that failed with a <see cref="ReplicasUnavailableException"/>.</summary>
    public long ReadsRefused { get; internal init; }

    /// <summary>Gets the writes that failed with a <see cref="NoPrimaryException"/>.</summary>
    public long WritesRefused { get; internal init; }

    /// <summary>Gets the reads with a token that a replica served immediately.</summary>
    public long CausalReadsImmediate { get; internal init; }

    /// <summary>Gets the reads with a token that waited for a replica to reach its position.</summary>
    public long CausalReadsAfterWait { get; internal init; }

    /// <summary>
    /// Gets the reads with a token that went to the primary, because no replica reached its position in time.
    /// </summary>
    public long CausalReadsOnPrimary { get; internal init; }

    /// <summary>Returns the primary, the servers and the number of failovers.</summary>
    public override string ToString() => FormattableString.Invariant(
        $"{SetName}: primary {Primary ?? "none"}; {string.Join(", ", Servers.Select(static server => $"{server.Name} {server.State}"))}; {Failovers} failovers");
}
