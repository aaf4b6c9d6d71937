namespace Cenote.StubDriver;

/// <summary>How many calls of one kind were begun and ended.</summary>
public sealed class CallCount
{
    private int _started;
    private int _ended;
    private int _peak;

    /// <summary>Calls begun.</summary>
    public int Started => Volatile.Read(ref _started);

    /// <summary>Calls that came to an end, well or badly.</summary>
    public int Ended => Volatile.Read(ref _ended);

    /// <summary>Calls under way.</summary>
    public int Running => Started - Ended;

    /// <summary>The most calls ever under way at once.</summary>
    public int Peak => Volatile.Read(ref _peak);

    internal int Start()
    {
        var number = Interlocked.Increment(ref _started);
        var running = number - Ended;
        int peak;
        while (running > (peak = Peak) && Interlocked.CompareExchange(ref _peak, running, peak) != peak)
        {
        }

        return number;
    }

    internal void End() => Interlocked.Increment(ref _ended);
}
