namespace Cenote.ReadReplicas.Probing;

/// <summary>
/// The interval of probes while callers wait for the server to advance: 1 ms at first, then longer, up to 16 ms. One
/// probe serves all waiting callers, and none of them holds a connection meanwhile.
/// </summary>
internal sealed class EagerProbeInterval
{
    private static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(16);

    private int _waiting;
    private int _round;

    internal void Enter()
    {
        Interlocked.Increment(ref _waiting);
        Volatile.Write(ref _round, 0);
    }

    internal void Leave() => Interlocked.Decrement(ref _waiting);

    /// <summary>Returns the next interval; <see langword="null"/> without a waiting caller.</summary>
    internal TimeSpan? Next()
    {
        if (Volatile.Read(ref _waiting) <= 0)
        {
            return null;
        }

        var round = Math.Min(Interlocked.Increment(ref _round), 16);
        var pace = TimeSpan.FromMilliseconds(Math.Pow(1.3, round));
        return pace < Longest ? pace : Longest;
    }
}
