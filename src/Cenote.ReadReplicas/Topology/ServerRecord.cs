using Cenote.ReadReplicas.Probing;

namespace Cenote.ReadReplicas.Topology;

/// <summary>What the probes of one server add up to. Guarded by the keeper's lock.</summary>
internal sealed class ServerRecord(ReplicaSetServer server, ReplicaSetOptions options)
{
    private readonly LatencyAverage _latency = new();
    private int _failures;
    private int _successes;
    private int _freshProbes;
    private int _followingProbes;

    internal ReplicaSetServer Server => server;

    /// <summary>Whether a probe has ended, well or badly.</summary>
    internal bool IsProbed { get; private set; }

    /// <summary>Gets whether the server has ever answered. Then one lost probe does not evict it.</summary>
    internal bool HasAnswered { get; private set; }

    internal bool IsReachable { get; private set; }

    internal bool IsTooFarBehind { get; private set; }

    /// <summary>
    /// On the clock of the set, since when another server has been promoted, on a later timeline, and this one is not
    /// known to follow it.
    /// </summary>
    internal TimeSpan? LeftBehindSince { get; private set; }

    /// <summary>What it said last, perhaps long ago.</summary>
    internal ServerStatus Status { get; private set; } = ServerStatus.Unknown;

    /// <summary>Where it was when it last said that it is a replica.</summary>
    internal ReplicationPosition? PositionAsReplica { get; private set; }

    internal TimeSpan? Lag { get; private set; }

    internal Exception? LastFailure { get; private set; }

    /// <summary>On the clock of the set, when it came back.</summary>
    internal TimeSpan? ReturnedAt { get; set; }

    internal void Take(in ProbeReport report)
    {
        IsProbed = true;
        server.Counters.RecordProbe(report.Failure);
        if (!report.IsAlive || (report.Status is null && !HasAnswered))
        {
            // A rejecting server is alive, but its role is unknown before its first status.
            LastFailure = report.Failure;
            _failures++;
            _successes = 0;
            if (!HasAnswered || _failures >= options.FailureThreshold)
            {
                IsReachable = false;
            }

            return;
        }

        _failures = 0;
        _successes++;
        if (!IsReachable && (!HasAnswered || _successes >= options.RecoveryThreshold))
        {
            IsReachable = true;
        }

        HasAnswered = true;
        if (report.Status is { } status)
        {
            LastFailure = null;
            Status = status;
            PositionAsReplica = status.Role == ServerRole.Replica ? status.Position : PositionAsReplica;
            server.SetLatency(_latency.Add(report.Latency));
        }
    }

    /// <summary>The position of a replica was read between two probes.</summary>
    internal void Advance(ReplicationPosition position)
    {
        Status = Status with { Position = position };
        PositionAsReplica = position;
    }

    /// <summary>
    /// Notes how far behind a replica is; leaves at once, returns after as many probes as a server that was away.
    /// </summary>
    internal void RecordLag(TimeSpan? lag)
    {
        Lag = lag;
        server.SetLag(lag);
        if (options.MaxLag != Timeout.InfiniteTimeSpan && lag > options.MaxLag)
        {
            IsTooFarBehind = true;
            _freshProbes = 0;
        }
        else if (IsTooFarBehind && ++_freshProbes >= options.RecoveryThreshold)
        {
            IsTooFarBehind = false;
        }
    }

    /// <summary>
    /// Processes the timeline of the last probe. A server that fails to follow has no timeline at times. That alone
    /// does not let it recover.
    /// </summary>
    internal void ProcessTimeline(long? latest, bool isNew, TimeSpan now)
    {
        if (PrimaryElection.IsOutdated(this, latest))
        {
            LeftBehindSince ??= now;
            _followingProbes = 0;
        }
        else if (LeftBehindSince is not null && isNew && ++_followingProbes >= options.RecoveryThreshold)
        {
            LeftBehindSince = null;
        }
    }

    /// <summary>The set is about other data now.</summary>
    internal void ForgetTimeline() => LeftBehindSince = null;

    /// <summary>A part other than that of a replica has no lag.</summary>
    internal void ForgetLag()
    {
        Lag = null;
        server.SetLag(null);
        IsTooFarBehind = false;
        _freshProbes = 0;
    }
}
