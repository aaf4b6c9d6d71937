using Cenote.ReadReplicas.Routing;
using Cenote.ReadReplicas.Statistics;
using Cenote.ReadReplicas.Topology;

namespace Cenote;

/// <summary>
/// A server of a set: its pool and the results of its probes. Thread-safe; every value may be a moment old.
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

    /// <summary>Gets the name of the server within the set.</summary>
    public string Name { get; }

    /// <summary>Gets the pool of connections to the server.</summary>
    public ConnectionPool Pool { get; }

    /// <summary>Gets the weight of the server's share of reads.</summary>
    public int Weight { get; }

    /// <summary>Gets the current role of the server, as far as known.</summary>
    public ServerRole Role => _standing.Role;

    /// <summary>Gets the state of the server, which shows whether it is used.</summary>
    public ReplicaSetServerState State => _standing.State;

    /// <summary>Gets why the server is not used; empty while it serves.</summary>
    public string Reason => _standing.Reason;

    /// <summary>
    /// Gets whether the address leads to multiple servers. Causal reads are not reliable then.
    /// </summary>
    public bool HasMultipleServers
    {
        get => _hasMultipleServers;
        internal set => _hasMultipleServers = value;
    }

    /// <summary>Gets the moving average of the duration of probes; <see langword="null"/> before the first.</summary>
    public TimeSpan? Latency => Read(ref _latency);

    /// <summary>
    /// Gets the lag of a replica behind the primary; <see langword="null"/> on a primary and when unknown.
    /// </summary>
    public TimeSpan? Lag => Read(ref _lag);

    /// <summary>
    /// Gets the position of the server at its last probe; <see langword="null"/> when the database has none.
    /// </summary>
    public ReplicationPosition? Position => _standing.Position;

    /// <summary>
    /// Gets the part of its reads that a recovered server gets. It grows from near 0 to 1 over
    /// <see cref="ReplicaSetOptions.SlowStartDuration"/>.
    /// </summary>
    public double TrafficShare => _standing.TrafficShare;

    /// <summary>
    /// Gets the approximate number of leased connections plus waiting callers: see
    /// <see cref="ConnectionPool.GetApproximateLoad"/>.
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

    /// <summary>Returns the name.</summary>
    public override string ToString() => Name;

    internal void SetLatency(TimeSpan latency) => Volatile.Write(ref _latency, latency.Ticks);

    internal void SetLag(TimeSpan? lag) => Volatile.Write(ref _lag, lag?.Ticks ?? -1);

    private static TimeSpan? Read(ref long ticks) => Volatile.Read(ref ticks) is >= 0 and var value ? TimeSpan.FromTicks(value) : null;
}
