using Cenote.ReadReplicas.Routing;
using Cenote.ReadReplicas.Statistics;
using Cenote.ReadReplicas.Topology;

namespace Cenote;

/// <summary>
/// A server of a set: its pool, and what its probes have found. Thread-safe; every value may be a moment old.
/// </summary>
public sealed class ReplicaSetServer
{
    private long _latency = -1;
    private long _lag = -1;
    private volatile bool _hasMultipleServers;
    private volatile ServerStanding _standing = ServerStanding.Initial;

    internal ReplicaSetServer(string name, int ordinal, ConnectionPool pool, int weight, ServerRole declaredRole, bool ownsPool)
    {
        Name = name;
        Ordinal = ordinal;
        Pool = pool;
        Weight = weight;
        DeclaredRole = declaredRole;
        OwnsPool = ownsPool;
    }

    /// <summary>The server's name within the set.</summary>
    public string Name { get; }

    /// <summary>The pool of connections to the server.</summary>
    public ConnectionPool Pool { get; }

    /// <summary>The server's share of reads beside the others'.</summary>
    public int Weight { get; }

    /// <summary>What the server is now, as far as known.</summary>
    public ServerRole Role => _standing.Role;

    /// <summary>Whether the server is used.</summary>
    public ReplicaSetServerState State => _standing.State;

    /// <summary>Why it is not; empty while it serves.</summary>
    public string Reason => _standing.Reason;

    /// <summary>
    /// Gets whether the address was seen to lead to several servers at once. Reads that must see a write cannot be
    /// relied on then.
    /// </summary>
    public bool HasMultipleServers
    {
        get => _hasMultipleServers;
        internal set => _hasMultipleServers = value;
    }

    /// <summary>The moving average of how long a probe takes; <see langword="null"/> before the first.</summary>
    public TimeSpan? Latency => Read(ref _latency);

    /// <summary>
    /// How far a replica is behind the primary; <see langword="null"/> on a primary and when unknown.
    /// </summary>
    public TimeSpan? Lag => Read(ref _lag);

    /// <summary>
    /// How far the server's data had come at its last probe; <see langword="null"/> when the database does not tell.
    /// </summary>
    public ReplicationPosition? Position => _standing.Position;

    /// <summary>
    /// The part of its reads that a server gets which has just returned: grows from near 0 to 1 over
    /// <see cref="ReplicaSetOptions.SlowStartDuration"/>.
    /// </summary>
    public double TrafficShare => _standing.TrafficShare;

    /// <summary>
    /// Connections that are leased and callers that wait: see <see cref="ConnectionPool.GetApproximateLoad"/>.
    /// </summary>
    public int Load => Pool.GetApproximateLoad();

    /// <summary>The server's place in the order of declaration.</summary>
    internal int Ordinal { get; }

    internal ServerRole DeclaredRole { get; }

    internal bool OwnsPool { get; }

    internal ServerStanding Standing
    {
        get => _standing;
        set => _standing = value;
    }

    internal ServerCounters Counters { get; } = new();

    internal PoolGrowth Growth { get; } = new();

    /// <summary>The name.</summary>
    public override string ToString() => Name;

    internal void SetLatency(TimeSpan latency) => Volatile.Write(ref _latency, latency.Ticks);

    internal void SetLag(TimeSpan? lag) => Volatile.Write(ref _lag, lag?.Ticks ?? -1);

    private static TimeSpan? Read(ref long ticks) => Volatile.Read(ref ticks) is >= 0 and var value ? TimeSpan.FromTicks(value) : null;
}
