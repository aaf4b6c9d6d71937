namespace Cenote.ReadReplicas.Topology;

/// <summary>
/// Who serves what at one moment. Immutable; a caller routes by one snapshot, and by the next when that one has been
/// replaced.
/// </summary>
internal sealed class TopologySnapshot
{
    private readonly TaskCompletionSource _replaced = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly RoleTerm?[] _reading;

    internal TopologySnapshot(ReplicaSetServer? primary, RoleTerm? writing, ReplicaSetServer[] candidates, RoleTerm?[] reading)
    {
        Primary = primary;
        Writing = writing;
        Candidates = candidates;
        _reading = reading;
    }

    /// <summary>
    /// Gets the server that gets writes. While no other is known, the last one; <see langword="null"/> when the last
    /// one is not a primary any more.
    /// </summary>
    internal ReplicaSetServer? Primary { get; }

    /// <summary>The primary's tenure; <see langword="null"/> while it is not reachable.</summary>
    internal RoleTerm? Writing { get; }

    /// <summary>The replicas that get reads.</summary>
    internal ReplicaSetServer[] Candidates { get; }

    /// <summary>Whether candidates have returned so recently that they do not get their whole share.</summary>
    internal bool IsRamping { get; init; }

    /// <summary>Whether every server was probed at least once.</summary>
    internal bool IsSettled { get; init; }

    /// <summary>Completes when there is a newer snapshot.</summary>
    internal Task Replaced => _replaced.Task;

    internal RoleTerm ReadingOf(ReplicaSetServer candidate) => _reading[candidate.Ordinal]!;

    internal RoleTerm? TryReadingOf(ReplicaSetServer server) => _reading[server.Ordinal];

    internal void Replace() => _replaced.TrySetResult();
}
