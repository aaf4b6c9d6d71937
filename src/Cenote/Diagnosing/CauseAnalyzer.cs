using System.Globalization;

namespace Cenote.Diagnosing;

/// <summary>
/// Says why callers wait, from what the pool did in the last minute; and what will be trouble soon. Where the numbers
/// do not tell, it says nothing.
/// </summary>
/// <param name="engine">The pool.</param>
/// <param name="statistics">Its numbers now.</param>
/// <param name="window">What came before; <see langword="null"/> when that is too short to say anything.</param>
internal sealed class CauseAnalyzer(PoolEngine engine, PoolStatistics statistics, TrendWindow? window)
{
    /// <summary>A lease that looks forgotten although nobody has set a threshold.</summary>
    private static readonly TimeSpan LongForAnyUse = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan StillForLong = TimeSpan.FromSeconds(5);

    private readonly IReadOnlyList<LeaseInfo> _leases = engine.Leases.Read();

    internal static bool IsCause(FindingKind kind) => kind is FindingKind.NestedRentDeadlock or FindingKind.LeakSuspected or FindingKind.DatabaseSaturated or FindingKind.SlowQueries or FindingKind.PoolTooSmall;

    internal void Find(List<Finding> findings, bool isSaturated)
    {
        if (window is not null && FindDoubleRent() is { } doubleRent)
        {
            findings.Add(doubleRent);
            isSaturated = false;
        }

        if (FindLeak(isSaturated) is { } leak)
        {
            findings.Add(leak);
            isSaturated = false;
        }

        if (isSaturated && window is not null && (FindSlowUses(window) ?? FindSaturatedDatabase(window) ?? FindSmallPool(window)) is { } cause)
        {
            findings.Add(cause);
        }

        if (window is not null && FindChurn(window) is { } churn)
        {
            findings.Add(churn);
        }
    }

    /// <summary>
    /// Every connection is out, and for seconds none has come back. If as many callers wait as there are holders, and
    /// each asks in a source file that a holder is in (or at a line where a flow was seen to ask for a second
    /// connection), they wait for each other: a holder who did not would return.
    /// </summary>
    private Finding? FindDoubleRent()
    {
        if (window!.Still < StillForLong || engine.Settings.NestedRentBehavior == NestedRentBehavior.Throw)
        {
            return null;
        }

        const int Most = 100;
        var held = _leases.Select(static lease => lease.CallSite).Distinct().ToList();
        var suspicious = engine.Desk.DescribeWaiters(Most).Where(site => site.IsKnown && held.Exists(holder => IsNested(holder, site))).ToList();
        if (suspicious.Count < Math.Clamp(statistics.Counts.Leased, 1, Most))
        {
            return null;
        }

        return new Finding(
            FindingKind.NestedRentDeadlock,
            DiagnosisLevel.Unhealthy,
            Text($"stands still for {window.Still.TotalSeconds:0} s: holders seem to wait for a second connection"),
            Text($"{Readable.Count(statistics.Counts.Limit, "connection is", "connections are")} out, which is all, {Readable.Count(statistics.Counts.Waiting, "caller waits", "callers wait")}, and none was rented for {window.Still.TotalSeconds:0} s. Held by {held[0]}; asked for by {suspicious[0]}. Nested rents seen so far: {statistics.NestedRents}{(engine.Settings.NestedRentBehavior == NestedRentBehavior.Allow ? " (the pool does not look for them)" : "")}."),
            "Pass the connection that a flow holds on instead of renting another. NestedRentBehavior = Warn or Throw names the two places; a larger pool only puts the standstill off.");
    }

    private bool IsNested(CallSite holder, CallSite asking) =>
        engine.Nesting?.HasSeen(holder, asking) ?? (holder.FilePath == asking.FilePath && holder != asking);

    private Finding? FindLeak(bool isSaturated)
    {
        var suspected = _leases.Where(static lease => lease.IsSuspectedLeak).ToList();
        if (suspected.Count == 0 && isSaturated && engine.Settings.LeakThreshold is null)
        {
            // Longer than anything that came back within the last minute, too.
            var longest = window?.Use.Summarize().P99 ?? TimeSpan.Zero;
            suspected = [.. _leases.Where(lease => lease.Age >= LongForAnyUse && lease.Age >= longest * 10)];
        }

        var proven = window?.ClosedFor(CloseReason.Abandoned) ?? 0;
        if (suspected.Count == 0 && proven == 0)
        {
            return null;
        }

        var oldest = suspected.OrderByDescending(static lease => lease.Age).FirstOrDefault();
        return new Finding(
            FindingKind.LeakSuspected,
            DiagnosisLevel.Degraded,
            oldest is null
                ? Text($"leak: connections never returned, in the last minute: {proven}")
                : Text($"leak suspected: {suspected.Count} of {statistics.Counts.Limit} connections are held for too long, the longest for {Readable.About(oldest.Age)} by {oldest.CallSite}"),
            Text($"Leases that look forgotten: {suspected.Count}{(oldest is null ? "" : $", the oldest is {oldest}")}. Garbage-collected unreturned in the last minute: {proven}."),
            "Look at that line: is the connection disposed of on every path? LeakDetection.StackSamplingInterval shows the callers; RevokeAfter takes such connections back.");
    }

    /// <summary>A half of the connections or more are kept by leases that are long, while most uses are not.</summary>
    private Finding? FindSlowUses(TrendWindow window)
    {
        var usual = window.QuietUse ?? window.Use.GetPercentile(0.5) ?? TimeSpan.Zero;
        var limit = usual * 10 > TimeSpan.FromSeconds(1) ? usual * 10 : TimeSpan.FromSeconds(1);
        var slow = _leases.Where(lease => lease.Age >= limit).ToList();
        if (slow.Count * 2 < statistics.Counts.Limit)
        {
            return null;
        }

        var site = slow.GroupBy(static lease => lease.CallSite).MaxBy(static group => group.Count())!;
        return new Finding(
            FindingKind.SlowQueries,
            DiagnosisLevel.Degraded,
            Text($"slow: {slow.Count} of {statistics.Counts.Limit} connections are held for more than {limit.TotalSeconds:0.#} s, mostly by {site.Key}"),
            Text($"Leases older than {limit.TotalSeconds:0.#} s: {slow.Count}, {site.Count()} of them from {site.Key}; the usual use takes {Milliseconds(usual)}.{SlowestStatement()}"),
            "Make what that line runs faster, or give it a pool of its own, so that short uses need not wait behind it. QueryTimeout sets a limit.");
    }

    /// <summary>Uses take twice as long as when the pool was quiet.</summary>
    private Finding? FindSaturatedDatabase(TrendWindow window)
    {
        if (window.QuietUse is not { } quiet || window.Use.GetPercentile(0.5) is not { } now || now < quiet * 2 || now - quiet < TimeSpan.FromMilliseconds(2))
        {
            return null;
        }

        return new Finding(
            FindingKind.DatabaseSaturated,
            DiagnosisLevel.Degraded,
            Text($"the database is slow: a use takes {Milliseconds(now)}, {Milliseconds(quiet)} when there is little to do"),
            Text($"Median use of the last {window.Length.TotalSeconds:0} s {Milliseconds(now)}, {now / quiet:0.0} times that of a quiet pool, at {window.RentsPerSecond:0.#} rents a second.{SlowestStatement()}"),
            "Look at the database: its load, locks, disk. More connections would make it slower; fewer may make it faster.");
    }

    /// <summary>
    /// Uses take as long as ever, and the connections are busy with them all the time (Little's law: connections busy =
    /// rents a second × time of a use).
    /// </summary>
    private Finding? FindSmallPool(TrendWindow window)
    {
        var uses = window.Use.Summarize();
        var busy = window.RentsPerSecond * uses.Average.TotalSeconds;
        if (uses.Count == 0 || busy < statistics.Counts.Limit * 0.7 || window.QuietUse is not { } quiet || uses.P50 >= quiet * 2)
        {
            return null;
        }

        return new Finding(
            FindingKind.PoolTooSmall,
            DiagnosisLevel.Degraded,
            Text($"the pool is too small: uses take {Milliseconds(uses.P50)} as ever, and {busy:0.0} of {statistics.Counts.Limit} connections are busy all the time"),
            Text($"{window.RentsPerSecond:0.#} rents a second, {Milliseconds(uses.Average)} each on average, keep {busy:0.0} connections busy; the median use is {Milliseconds(uses.P50)}, {Milliseconds(quiet)} when the pool is quiet."),
            Text($"Raise MaxSize step by step, and see that the time of a use stays; or use connections for shorter. Now {statistics.MaxSize}."));
    }

    /// <summary>
    /// In a minute, twice as many connections were closed as there may be, and at least one for ten rents or one a
    /// second.
    /// </summary>
    private Finding? FindChurn(TrendWindow window)
    {
        var reasons = Enum.GetValues<CloseReason>()
            .Where(static reason => reason is not (CloseReason.PoolClosed or CloseReason.PoolShrunk or CloseReason.Retired or CloseReason.OpenFailed))
            .Select(reason => (Reason: reason, Count: window.ClosedFor(reason)))
            .Where(static closed => closed.Count > 0)
            .OrderByDescending(static closed => closed.Count)
            .ToList();
        var sum = reasons.Sum(static closed => closed.Count);
        if (sum < 10 || sum < 2 * statistics.Counts.Limit || (sum * 10 < window.Rents && sum < window.Length.TotalSeconds))
        {
            return null;
        }

        return new Finding(
            FindingKind.ConnectionChurn,
            DiagnosisLevel.Degraded,
            Text($"churn: {Readable.Count(sum, "connection was", "connections were")} closed in the last {window.Length.TotalSeconds:0} s, mostly {reasons[0].Reason}"),
            Text($"{Readable.Count(sum, "close")}, {Readable.Count(window.Opened, "open")} and {Readable.Count(window.Rents, "rent")} in {window.Length.TotalSeconds:0} s: {string.Join(", ", reasons.Select(static closed => Text($"{closed.Count} {closed.Reason}")))}."),
            reasons[0].Reason switch
            {
                CloseReason.Idle => "Raise MinSize or MaxIdleTime: connections fall idle and are needed again.",
                CloseReason.Lifetime => "Raise MaxLifetime.",
                CloseReason.RequestedByHolder => "Look for what calls RetireOnReturn, or breaks the connections that it uses.",
                CloseReason.CancelOutcomeUnknown or CloseReason.StatementHung => "Statements are cancelled in doubt: look at time limits and at what is cancelled.",
                CloseReason.Abandoned or CloseReason.Revoked => "Look for the leak: see the lines in the leak reports.",
                _ => "Look at the network and the server: connections break. The log has each (event 22).",
            });
    }

    private string SlowestStatement() =>
        engine.Statements?.GetStatistics() is [var first, ..] ? Text($" Most time in total goes to: {Shorten(first.Text)} (p99 {Milliseconds(first.ExecutionTime.P99)}).") : "";

    private static string Shorten(string text) => text.Length <= 120 ? text : string.Concat(text.AsSpan(0, 119), "…");

    private static string Milliseconds(TimeSpan time) => Text($"{time.TotalMilliseconds:0.##} ms");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
