namespace Cenote.ReadReplicas.Topology;

/// <summary>What happened to a server since the set was constructed. Written by its probe and the keeper, read by anybody.</summary>
internal sealed class ServerCounters
{
    private long _probes;
    private long _probeFailures;
    private long _departures;
    private string? _lastFailure;

    internal long Probes => Interlocked.Read(ref _probes);

    internal long ProbeFailures => Interlocked.Read(ref _probeFailures);

    internal long Departures => Interlocked.Read(ref _departures);

    internal string? LastFailure => Volatile.Read(ref _lastFailure);

    internal void NoteProbe(Exception? failure)
    {
        Interlocked.Increment(ref _probes);
        if (failure is not null)
        {
            Interlocked.Increment(ref _probeFailures);
            Volatile.Write(ref _lastFailure, $"{failure.GetType().Name}: {failure.Message}");
        }
    }

    internal void NoteDeparture() => Interlocked.Increment(ref _departures);
}
