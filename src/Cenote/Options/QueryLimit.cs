namespace Cenote.Options;

/// <summary>The limits that end a statement: the server's, the pool's and the driver's, in this order.</summary>
internal static class QueryLimit
{
    /// <summary>
    /// The time that the pool gives the server to end a statement by itself, because then nothing needs to be sent.
    /// </summary>
    private static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(100);

    /// <summary>
    /// The shortest limit of a server. The pool's own statements run under it, too, and must succeed.
    /// </summary>
    private static readonly TimeSpan ShortestOfServer = TimeSpan.FromMilliseconds(250);

    /// <summary>Returns the limit to set on a server.</summary>
    internal static TimeSpan? OfServer(TimeSpan? limit) => limit is { } time && time < ShortestOfServer ? ShortestOfServer : limit;

    /// <summary>Returns when the pool cancels a statement, for the limit that was set on the server.</summary>
    internal static TimeSpan Delay(TimeSpan limit, TimeSpan? serverLimit) => serverLimit <= limit ? limit + Grace : limit;

    /// <summary>
    /// Returns the driver's own command timeout in whole seconds. It is later than the pool's, in case no thread is
    /// left to run a timer.
    /// </summary>
    internal static int DriverSeconds(TimeSpan limit) => (int)Math.Min(int.MaxValue / 1000, Math.Ceiling((limit + Grace).TotalSeconds) + 1);

    internal static void ThrowIfOutOfRange(TimeSpan? limit, bool mayBeInfinite)
    {
        if (limit is { } time && !(mayBeInfinite && time == Timeout.InfiniteTimeSpan)
            && (time < OptionProblems.ShortestWait || time > OptionProblems.LongestWait))
        {
            throw new ArgumentOutOfRangeException(nameof(limit), time, "The query timeout is out of range. Use 1 ms to 1 day, or Timeout.InfiniteTimeSpan for none.");
        }
    }
}
