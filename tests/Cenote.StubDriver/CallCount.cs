namespace Cenote.StubDriver;

/// <summary>How many calls of one kind were begun and ended.</summary>
public sealed class CallCount
{
    private int _started;
    private int _ended;

    /// <summary>Calls begun.</summary>
    public int Started => Volatile.Read(ref _started);

    /// <summary>Calls that came to an end, well or badly.</summary>
    public int Ended => Volatile.Read(ref _ended);

    /// <summary>Calls under way.</summary>
    public int Running => Started - Ended;

    internal int Start() => Interlocked.Increment(ref _started);

    internal void End() => Interlocked.Increment(ref _ended);
}
