namespace Cenote.Options;

/// <summary>How long a statement may run, and who sees to it.</summary>
internal static class QueryLimit
{
    /// <summary>
    /// Where the server ends a statement by itself, nothing needs to travel: the pool only steps in when the server
    /// does not.
    /// </summary>
    private static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(100);

    /// <summary>The pool's own statements run under the server's limit, too, and must get through.</summary>
    private static readonly TimeSpan ShortestOfServer = TimeSpan.FromMilliseconds(250);

    /// <summary>What a server is told, for a limit of the pool's.</summary>
    internal static TimeSpan? OfServer(TimeSpan? limit) => limit is { } time && time < ShortestOfServer ? ShortestOfServer : limit;

    /// <summary>When the pool cancels a statement, given what the server was told.</summary>
    internal static TimeSpan Delay(TimeSpan limit, TimeSpan? serverLimit) => serverLimit <= limit ? limit + Grace : limit;

    /// <summary>
    /// The driver's own command timeout in whole seconds: later than ours, in case that no thread is left to run a
    /// timer.
    /// </summary>
    internal static int DriverSeconds(TimeSpan limit) => (int)Math.Min(int.MaxValue / 1000, Math.Ceiling((limit + Grace).TotalSeconds) + 1);

    internal static void ThrowIfOutOfRange(TimeSpan? limit, bool mayBeInfinite)
    {
        if (limit is { } time && !(mayBeInfinite && time == Timeout.InfiniteTimeSpan)
            && (time < OptionProblems.ShortestWait || time > OptionProblems.LongestWait))
        {
            throw new ArgumentOutOfRangeException(nameof(limit), time, "A query timeout is 1 ms to 1 day, or Timeout.InfiniteTimeSpan for none.");
        }
    }
}
