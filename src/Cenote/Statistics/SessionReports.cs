namespace Cenote.Statistics;

/// <summary>
/// The last report of the server about the leases of a pool. Readers take the one that is there, and never wait for
/// another. Thread-safe.
/// </summary>
internal sealed class SessionReports
{
    /// <summary>The age from which a report is not shown any more.</summary>
    private static readonly TimeSpan LongestAge = TimeSpan.FromSeconds(30);

    private SessionReport? _last;
    private volatile bool _isWanted;

    /// <summary>Gets the last report, of any age.</summary>
    internal SessionReport? Last => Volatile.Read(ref _last);

    /// <summary>Gets whether a caller reached its timeout since the last report was begun.</summary>
    internal bool IsWanted => _isWanted;

    /// <summary>Requests a report, because a caller reached its timeout.</summary>
    internal void Want() => _isWanted = true;

    internal void Begin() => _isWanted = false;

    internal void Publish(SessionReport report) => Volatile.Write(ref _last, report);

    /// <summary>Returns the last report, unless it is too old.</summary>
    internal SessionReport? Read(TimeSpan now) => Last is { } last && now - last.At <= LongestAge ? last : null;
}
