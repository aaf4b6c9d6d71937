namespace Cenote.Shared;

/// <summary>
/// A throttle that lets one of many similar items through per interval, and counts the others. A pool in trouble has
/// thousands, which would hide earlier ones. Thread-safe.
/// </summary>
internal sealed class Throttle(TimeSpan interval, TimeProvider clock)
{
    private readonly long _interval = (long)(interval.TotalSeconds * clock.TimestampFrequency);
    private long _next = long.MinValue;
    private int _heldBack;

    /// <param name="heldBack">How many were held back since the last one that passed.</param>
    internal bool MayPass(out int heldBack)
    {
        var now = clock.GetTimestamp();
        var next = Interlocked.Read(ref _next);
        if (now >= next && Interlocked.CompareExchange(ref _next, now + _interval, next) == next)
        {
            heldBack = Interlocked.Exchange(ref _heldBack, 0);
            return true;
        }

        heldBack = 0;
        Interlocked.Increment(ref _heldBack);
        return false;
    }
}
