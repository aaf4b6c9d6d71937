namespace Cenote.ReadReplicas.Statistics;

/// <summary>
/// What happened to a server since the set was constructed. Written by its probe and the keeper, read by anybody.
/// </summary>
internal sealed class ServerCounters
{
    private long _probes;
    private long _probeFailures;
    private long _evictions;
    private string? _lastFailure;

    internal long Probes => Interlocked.Read(ref _probes);

    internal long ProbeFailures => Interlocked.Read(ref _probeFailures);

    internal long Evictions => Interlocked.Read(ref _evictions);

    internal string? LastFailure => Volatile.Read(ref _lastFailure);

    internal void RecordProbe(Exception? failure)
    {
        Interlocked.Increment(ref _probes);
        if (failure is not null)
        {
            Interlocked.Increment(ref _probeFailures);
            Volatile.Write(ref _lastFailure, $"{failure.GetType().Name}: {failure.Message}");
        }
    }

    internal void RecordEviction() => Interlocked.Increment(ref _evictions);
}
