namespace Cenote.Diagnostics;

/// <summary>Lets a message through once a second: one that comes with every caller of an overloaded pool would be an overload of its own.</summary>
internal sealed class LogRate
{
    private long _next;

    internal bool MayLog(long now)
    {
        var next = Volatile.Read(ref _next);
        return now >= next && Interlocked.CompareExchange(ref _next, now + 1000, next) == next;
    }
}
