namespace Cenote.Statistics;

/// <summary>
/// The last report of the server about the leases of a pool. Readers take the one that is there, and never wait for
/// another. Thread-safe.
/// </summary>
internal sealed class SessionReports
{
    /// <summary>The age from which a report is not shown any more.</summary>
    private static readonly TimeSpan LongestAge = TimeSpan.FromSeconds(30);

    /// <summary>The age from which a request is not worth an answer: its caller is gone.</summary>
    private static readonly long s_longestRequest = TimeSpan.FromSeconds(5).Ticks;

    private SessionReport? _last;
    private long _wantedUntil;

    /// <summary>Gets the last report, of any age.</summary>
    internal SessionReport? Last => Volatile.Read(ref _last);

    /// <summary>Returns whether a caller reached its timeout lately, and no report has come since.</summary>
    internal bool IsWanted(TimeSpan now) => now.Ticks < Volatile.Read(ref _wantedUntil);

    /// <summary>Requests a report, because a caller reached its timeout.</summary>
    internal void Want(TimeSpan now) => Volatile.Write(ref _wantedUntil, now.Ticks + s_longestRequest);

    internal void Publish(SessionReport report)
    {
        Volatile.Write(ref _last, report);
        Volatile.Write(ref _wantedUntil, 0);
    }

    /// <summary>Returns the last report, unless it is too old.</summary>
    internal SessionReport? Read(TimeSpan now) => Last is { } last && now - last.At <= LongestAge ? last : null;
}
