namespace Cenote.StubDriver;

/// <summary>Counts the sessions of several databases together.</summary>
public sealed class StubServer
{
    private readonly object _lock = new();
    private int _sessions;
    private int _peakSessions;

    /// <summary>Sessions open now.</summary>
    public int Sessions => Volatile.Read(ref _sessions);

    /// <summary>The most sessions ever open at once.</summary>
    public int PeakSessions => Volatile.Read(ref _peakSessions);

    internal void Add()
    {
        lock (_lock)
        {
            _peakSessions = Math.Max(_peakSessions, ++_sessions);
        }
    }

    internal void Remove()
    {
        lock (_lock)
        {
            _sessions--;
        }
    }
}
