namespace Cenote.Leasing;

/// <summary>How long the leak scan has seen the current lease of a slot. Used by the leak scan alone.</summary>
internal sealed class LeaseWatch
{
    private long _ticket;
    private long _seenAt;
    private long _seenFor;

    /// <summary>
    /// Returns how long the leak scan itself has seen this lease. The pool's clock stands still between two ticks, and
    /// the machine may have stood still longer, so a lease's age may be far too high.
    /// </summary>
    internal long See(long ticket, long now, long longestGap)
    {
        var gap = Math.Min(now - _seenAt, longestGap);
        _seenFor = ticket == _ticket ? _seenFor + gap : 0;
        _ticket = ticket;
        _seenAt = now;
        return _seenFor;
    }
}
