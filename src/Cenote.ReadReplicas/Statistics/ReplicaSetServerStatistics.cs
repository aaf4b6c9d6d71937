namespace Cenote;

/// <summary>A snapshot of one server of a set.</summary>
public sealed record ReplicaSetServerStatistics
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

    /// <summary>The server's name.</summary>
    public string Name { get; }

    /// <summary>What it is.</summary>
    public ServerRole Role { get; }

    /// <summary>Whether it is used.</summary>
    public ReplicaSetServerState State { get; }

    /// <summary>Why it is not; empty while it serves.</summary>
    public string Reason { get; }

    /// <summary>Gets whether its address was seen to lead to several servers at once.</summary>
    public bool HasMultipleServers { get; }

    /// <summary>Its weight.</summary>
    public int Weight { get; }

    /// <summary>The part of its reads that it gets after its return, 0 to 1.</summary>
    public double TrafficShare { get; }

    /// <summary>How far it is behind; <see langword="null"/> on a primary and when unknown.</summary>
    public TimeSpan? Lag { get; }

    /// <summary>The moving average of how long a probe takes.</summary>
    public TimeSpan? Latency { get; }

    /// <summary>How far its data had come at its last probe.</summary>
    public string? Position { get; }

    /// <summary>The number of promotions in its history, for databases that count.</summary>
    public long? Timeline { get; }

    /// <summary>Probes that ended.</summary>
    public long Probes { get; }

    /// <summary>Those of them that failed.</summary>
    public long ProbeFailures { get; }

    /// <summary>How often the server left the rotation of reads.</summary>
    public long Evictions { get; }

    /// <summary>What the last failed probe ran into; may be long ago.</summary>
    public string? LastProbeFailure { get; }

    /// <summary>Its pool. <see cref="PoolStatistics.Rents"/> is what the server was asked to serve.</summary>
    public PoolStatistics Pool { get; }
}
