namespace Cenote;

/// <summary>A snapshot of one server of a set.</summary>
public sealed class ReplicaSetServerStatistics
{
    internal ReplicaSetServerStatistics(ReplicaSetServer server)
    {
        var standing = server.Standing;
        Name = server.Name;
        Role = standing.Role;
        State = standing.State;
        Reason = standing.Reason;
        HasMultipleServers = server.HasMultipleServers;
        Weight = server.Weight;
        TrafficShare = standing.TrafficShare;
        Lag = server.Lag;
        Latency = server.Latency;
        Position = standing.Position?.ToString();
        Timeline = standing.Timeline;
        Probes = server.Counters.Probes;
        ProbeFailures = server.Counters.ProbeFailures;
        Evictions = server.Counters.Evictions;
        LastProbeFailure = server.Counters.LastFailure;
        Pool = server.Pool.GetStatistics();
    }

    /// <summary>Gets the name of the server.</summary>
    public string Name { get; }

    /// <summary>Gets the role of the server.</summary>
    public ServerRole Role { get; }

    /// <summary>Gets the state of the server.</summary>
    public ReplicaSetServerState State { get; }

    /// <summary>Gets why the server is not used; empty while it serves.</summary>
    public string Reason { get; }

    /// <summary>Gets whether its address leads to multiple servers.</summary>
    public bool HasMultipleServers { get; }

    /// <summary>Gets the weight.</summary>
    public int Weight { get; }

    /// <summary>Gets the part of its reads that it gets after its recovery, 0 to 1.</summary>
    public double TrafficShare { get; }

    /// <summary>Gets the lag; <see langword="null"/> on a primary and when unknown.</summary>
    public TimeSpan? Lag { get; }

    /// <summary>Gets the moving average of the duration of probes; <see langword="null"/> before the first.</summary>
    public TimeSpan? Latency { get; }

    /// <summary>Gets its position at the last probe; <see langword="null"/> when the database has none.</summary>
    public string? Position { get; }

    /// <summary>
    /// Gets the number of promotions in its history; <see langword="null"/> for databases that do not count them.
    /// </summary>
    public long? Timeline { get; }

    /// <summary>Gets the number of ended probes.</summary>
    public long Probes { get; }

    /// <summary>Gets the number of failed probes.</summary>
    public long ProbeFailures { get; }

    /// <summary>Gets how often the server was evicted from the rotation of reads.</summary>
    public long Evictions { get; }

    /// <summary>
    /// Gets the failure of the last failed probe, which may be long ago; <see langword="null"/> when none has failed.
    /// </summary>
    public string? LastProbeFailure { get; }

    /// <summary>
    /// Gets the statistics of its pool. <see cref="PoolStatistics.Rents"/> counts the rents from the server.
    /// </summary>
    public PoolStatistics Pool { get; }
}
