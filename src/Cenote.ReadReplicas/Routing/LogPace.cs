namespace Cenote.ReadReplicas.Routing;

/// <summary>Lets a warning through once in a while.</summary>
internal sealed class LogPace(TimeSpan interval)
{
    private long _next = long.MinValue;

    internal bool MayLog(TimeProvider clock)
    {
        var now = clock.GetTimestamp();
        var next = Interlocked.Read(ref _next);
        return now >= next && Interlocked.CompareExchange(ref _next, now + (long)(interval.TotalSeconds * clock.TimestampFrequency), next) == next;
    }
}
