using System.Globalization;

namespace Cenote.Diagnosing;

/// <summary>
/// A search for the reason why callers wait, in what the pool did in the last minute, and for problems that will come
/// soon. It finds nothing when the numbers are not conclusive.
/// </summary>
/// <param name="engine">The pool.</param>
/// <param name="statistics">The current numbers of the pool.</param>
/// <param name="window">The numbers of the last minute, or <see langword="null"/> when the time is too short for a
/// conclusion.</param>
internal sealed class CauseAnalyzer(PoolEngine engine, PoolStatistics statistics, TrendWindow? window)
{
    /// <summary>The age of a lease that looks forgotten when no threshold is set.</summary>
    private static readonly TimeSpan LongForAnyUse = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan StillForLong = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long a session is idle whose holder does something else than to run one statement after the other. MySQL
    /// reports whole seconds, so one may have just begun.
    /// </summary>
    private static readonly TimeSpan IdleForLong = TimeSpan.FromSeconds(2);

    private readonly IReadOnlyList<LeaseInfo> _leases = engine.Leases.Read();

    internal static bool IsCause(FindingKind kind) => kind is FindingKind.NestedRentDeadlock or FindingKind.LockWait or FindingKind.IdleInTransaction or FindingKind.LeakSuspected or FindingKind.DatabaseSaturated or FindingKind.SlowQueries or FindingKind.PoolTooSmall or FindingKind.BudgetExhausted or FindingKind.LaneFull;

    internal void Find(List<Finding> findings, bool isSaturated)
    {
        if (window is not null && FindNestedRentDeadlock() is { } deadlock)
        {
            findings.Add(deadlock);
            isSaturated = false;
        }

        if ((FindLockWait(isSaturated) ?? FindIdleTransactions(isSaturated)) is { } session)
        {
            findings.Add(session);
            isSaturated = false;
        }

        if (FindLeak(isSaturated) is { } leak)
        {
            findings.Add(leak);
            isSaturated = false;
        }

        if (FindBudget() is { } budget)
        {
            findings.Add(budget);
            isSaturated = false;
        }

        if (isSaturated && (FindOfLeases() ?? FindFullLane() ?? (window is null ? null : FindSmallPool(window))) is { } cause)
        {
            findings.Add(cause);
        }

        if (window is not null && FindChurn(window) is { } churn)
        {
            findings.Add(churn);
        }
    }

    /// <summary>
    /// Finds holders that wait for each other, in the whole pool or in a lane. Every connection that it may have is
    /// leased, and for seconds none was returned. As many callers wait as there are holders. Each waits in the source
    /// file of a holder, or at a call site where a nested rent was seen. A holder that does not wait would return its
    /// connection. One that runs a statement, by the server's report, does not wait for another connection, unless the
    /// statement waits for a lock, which another holder may have, or for its client, which may wait in between.
    /// </summary>
    private Finding? FindNestedRentDeadlock()
    {
        if (engine.Settings.NestedRentBehavior == NestedRentBehavior.Throw)
        {
            return null;
        }

        return (window!.Still < StillForLong || AreIdle(_leases, window.Still) == false ? null : FindNestedRentDeadlock(_leases, statistics.Counts.Leased, window.Still, lane: -1))
            ?? window.StillLanes.Where(static still => still.Time >= StillForLong)
                .Select(still => FindNestedRentDeadlock(still.Lane, still.Time)).FirstOrDefault(static finding => finding is not null);
    }

    /// <summary>
    /// Finds the same in a lane. A lane that is full for seconds is common, so the source files are not enough: nested
    /// rents were seen, or the server has reported that all holders have been idle for a while.
    /// </summary>
    private Finding? FindNestedRentDeadlock(int lane, TimeSpan time)
    {
        var slots = engine.Desk.ReadSlotsOf(lane);
        var leases = _leases.Where(lease => slots.Contains(lease.SlotId)).ToList();
        return AreIdle(leases, time) ?? engine.Nesting is not null ? FindNestedRentDeadlock(leases, statistics.Lanes[lane].InUse, time, lane) : null;
    }

    /// <summary>
    /// Returns whether the server has reported within a time that no lease ran a statement, nor had just run one:
    /// <see langword="false"/> when one ran a statement without waiting, or locks are the reason,
    /// <see langword="null"/> when it is not known of all.
    /// </summary>
    private bool? AreIdle(IReadOnlyList<LeaseInfo> leases, TimeSpan time)
    {
        if (engine.Sessions?.Last is not { } report || engine.Settings.Clock.Elapsed - report.At > time)
        {
            return null;
        }

        var sessions = leases.Select(lease => report.Leases.GetValueOrDefault((lease.SlotId, lease.Number))).ToList();
        return SessionActivity.AreHeldByLocks(sessions) || sessions.Exists(static session => session is { State: SessionState.Running, IsWaitingForLock: false }) ? false
            : sessions.TrueForAll(static session => session is { IsIdle: true } && session.StateDuration >= IdleForLong) ? true
            : null;
    }

    /// <param name="leases">The leases of the pool or of the lane.</param>
    /// <param name="count">The number of connections.</param>
    /// <param name="time">How long it stands still.</param>
    /// <param name="lane">The lane; below 0 for the whole pool.</param>
    private Finding? FindNestedRentDeadlock(IReadOnlyList<LeaseInfo> leases, int count, TimeSpan time, int lane)
    {
        const int MaxWaiters = 100;
        var held = leases.Select(static lease => lease.CallSite).Distinct().ToList();
        var nested = engine.Desk.DescribeWaiters(MaxWaiters, lane).Where(site => site.IsKnown && held.Exists(holder => IsNested(holder, site))).ToList();
        if (nested.Count < Math.Clamp(count, 1, MaxWaiters))
        {
            return null;
        }

        var (name, waiting) = lane < 0 ? (null, statistics.Counts.Waiting) : (statistics.Lanes[lane].Name, statistics.Lanes[lane].Waiting);

        // The other lanes of the pool are served.
        return new Finding(
            FindingKind.NestedRentDeadlock,
            name is null ? DiagnosisLevel.Unhealthy : DiagnosisLevel.Degraded,
            Text($"{(name is null ? "" : $"lane '{name}' ")}stands still for {time.TotalSeconds:0} s: holders seem to wait for a second connection"),
            Text($"{Readable.Count(name is null ? statistics.Counts.Limit : count, "connection is", "connections are")} leased, which is all{(name is null ? "" : $" that lane '{name}' may have")}, {Readable.Count(waiting, "caller waits", "callers wait")}, and none was returned for {time.TotalSeconds:0} s. Held by {held[0]}; requested by {nested[0]}. Nested rents so far: {statistics.NestedRents}{(engine.Settings.NestedRentBehavior == NestedRentBehavior.Allow ? " (not detected with NestedRentBehavior = Allow)" : "")}."),
            $"Pass on the connection that a flow holds instead of renting another. NestedRentBehavior = Warn or Throw reports the two call sites. A larger {(name is null ? "pool" : "lane")} only delays the standstill.");
    }

    private bool IsNested(CallSite holder, CallSite waiting) =>
        engine.Nesting?.HasSeen(holder, waiting) ?? (holder.FilePath == waiting.FilePath && holder != waiting);

    /// <summary>
    /// Finds leases whose sessions wait for a lock, while callers wait: half of the reported ones.
    /// </summary>
    private Finding? FindLockWait(bool isSaturated)
    {
        var waiting = _leases.Where(static lease => lease.Session is { IsWaitingForLock: true }).ToList();
        if (!isSaturated || !SessionActivity.AreHeldByLocks(_leases.Select(static lease => lease.Session)))
        {
            return null;
        }

        var most = waiting.GroupBy(static lease => lease.Session!.Root.Describe(lease.Session.PoolName, namesClient: false), StringComparer.Ordinal)
            .OrderBy(static group => group.First().Session!.Root.IsWaitingForLock).ThenByDescending(static group => group.Count()).First();
        var root = most.First().Session!.Root;
        return new Finding(
            FindingKind.LockWait,
            DiagnosisLevel.Degraded,
            root.IsWaitingForLock
                ? Text($"locked: {waiting.Count} of {statistics.Counts.Limit} connections wait for locks")
                : Text($"locked: {waiting.Count} of {statistics.Counts.Limit} connections wait for locks, {(most.Count() == waiting.Count ? "all" : Text($"{most.Count()} of them"))} because of {most.Key}, which is {root}"),
            Text($"{Some(waiting)}. By the server's report at {Readable.Moment(waiting[0].Session!.Time)}."),
            "Make the transaction at the end of the chain shorter: commit before other work, and do not wait for anything in it. More connections would only wait for the same lock.");
    }

    /// <summary>
    /// Finds leases of half of the connections that are idle in a transaction for long, while callers wait.
    /// </summary>
    private Finding? FindIdleTransactions(bool isSaturated)
    {
        var idle = _leases.Where(static lease => lease.Session is { State: SessionState.IdleInTransaction } session && IsLong(session)).ToList();
        if (!isSaturated || idle.Count == 0 || idle.Count * 2 < statistics.Counts.Limit)
        {
            return null;
        }

        var longest = idle.MaxBy(static lease => lease.Session!.StateDuration ?? TimeSpan.Zero)!;
        return new Finding(
            FindingKind.IdleInTransaction,
            DiagnosisLevel.Degraded,
            Text($"{idle.Count} of {statistics.Counts.Limit} connections are idle in a transaction, the longest for {Readable.About(longest.Session!.StateDuration ?? TimeSpan.Zero)}, leased by {longest.CallSite}"),
            Text($"{Some(idle)}. By the server's report at {Readable.Moment(longest.Session.Time)}."),
            "The application does other work between two statements of a transaction. Do that work before or after it.");
    }

    private static bool IsLong(SessionActivity session) => session.StateDuration is not { } duration || duration >= TimeSpan.FromSeconds(1);

    private static string Some(List<LeaseInfo> leases) => string.Join("; ", leases.Take(3));

    private Finding? FindLeak(bool isSaturated)
    {
        var suspected = _leases.Where(static lease => lease.IsSuspectedLeak).ToList();
        if (suspected.Count == 0 && isSaturated && engine.Settings.LeakThreshold is null)
        {
            // Must also be longer than the leases that were returned within the last minute.
            var longest = window?.Use.Summarize().P99 ?? TimeSpan.Zero;
            suspected = [.. _leases.Where(lease => lease.Age >= LongForAnyUse && lease.Age >= longest * 10)];
        }

        var abandoned = window?.ClosedFor(CloseReason.Abandoned) ?? 0;
        if (suspected.Count == 0 && abandoned == 0)
        {
            return null;
        }

        var oldest = suspected.OrderByDescending(static lease => lease.Age).FirstOrDefault();
        return new Finding(
            FindingKind.LeakSuspected,
            DiagnosisLevel.Degraded,
            oldest is null
                ? Text($"leak: {Readable.Count(abandoned, "connection was", "connections were")} abandoned in the last minute")
                : Text($"leak suspected: {suspected.Count} of {statistics.Counts.Limit} connections are held too long, the longest for {Readable.About(oldest.Age)} by {oldest.CallSite}"),
            Text($"Suspected leases: {suspected.Count}{(oldest is null ? "" : $", the oldest is {oldest}")}. Abandoned in the last minute (garbage-collected without being returned): {abandoned}."),
            "Check that the code at that line disposes of the connection on every path. LeakDetection.StackSamplingInterval records the callers, and RevokeAfter revokes such leases.");
    }

    /// <summary>Finds callers that wait because other pools have the connections of the budget.</summary>
    private Finding? FindBudget()
    {
        if (statistics.Counts.Waiting == 0 || !engine.Desk.WaitsForBudget || engine.Settings.Budget is not { } budget)
        {
            return null;
        }

        var (all, share) = (budget.GetStatistics(), engine.Desk.Share!);
        var reserved = all.Connections < all.MaxConnections ? Text($"; {all.MaxConnections - all.Connections} are guaranteed to others") : "";
        return new Finding(
            FindingKind.BudgetExhausted,
            DiagnosisLevel.Degraded,
            Text($"waits for budget '{budget.Name}': its pools have {all.Connections} of {all.MaxConnections} connections, this one {share.Held}{reserved}"),
            Text($"{all}; this pool has {share.Held}{budget.DescribeOthers(share)}. Guaranteed to this pool: {share.Guaranteed}."),
            "Return connections sooner, also in the other pools of the budget. Raise the budget if the database has room, or give this pool a GuaranteedSize.");
    }

    private Finding? FindOfLeases() => window is null ? null : FindSlowUses(window) ?? FindSaturatedDatabase(window);

    /// <summary>
    /// Finds the lane with the most waiting callers, where it has reached its own limits, not those of the pool.
    /// </summary>
    private Finding? FindFullLane()
    {
        var lane = statistics.Lanes.MaxBy(static lane => lane.Waiting);
        var reserved = statistics.Lanes.Where(other => other != lane && other.InUse < other.Reserve).ToList();
        if (lane is not { Waiting: > 0, IsFull: true } || (lane.InUse != lane.MaxSize && reserved.Count == 0))
        {
            return null;
        }

        return new Finding(
            FindingKind.LaneFull,
            DiagnosisLevel.Degraded,
            lane.InUse == lane.MaxSize
                ? Text($"lane '{lane.Name}' has its maximum of {Readable.Count(lane.InUse, "connection")}, and {Readable.Count(lane.Waiting, "caller waits", "callers wait")}")
                : Text($"lane '{lane.Name}' has {Readable.Count(lane.InUse, "connection")}, and {Readable.Count(lane.Waiting, "caller waits", "callers wait")}; {reserved.Sum(static other => other.Reserve - other.InUse)} are reserved for {string.Join(", ", reserved.Select(static other => other.Name))}"),
            Text($"Lanes: {string.Join("; ", statistics.Lanes)}."),
            "This is intended for work that may wait. Otherwise raise the MaxSize of the lane, lower the Reserve of the others, or send less work into it at once (MaxWaiters).");
    }

    /// <summary>Finds long leases that hold at least half of the connections, while most leases are short.</summary>
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
            Text($"slow: {slow.Count} of {statistics.Counts.Limit} connections are held longer than {limit.TotalSeconds:0.#} s, mostly by {site.Key}"),
            Text($"Leases older than {limit.TotalSeconds:0.#} s: {slow.Count}, {site.Count()} of them from {site.Key}; a usual lease takes {Milliseconds(usual)}.{SlowestStatement()}"),
            "Make the code at that line faster, or give it its own pool, so that short leases do not wait for it. QueryTimeout limits its statements.");
    }

    /// <summary>Finds a database in which leases take twice as long as in a quiet pool.</summary>
    private Finding? FindSaturatedDatabase(TrendWindow window)
    {
        if (window.QuietUse is not { } quiet || window.Use.GetPercentile(0.5) is not { } now || now < quiet * 2 || now - quiet < TimeSpan.FromMilliseconds(2))
        {
            return null;
        }

        return new Finding(
            FindingKind.DatabaseSaturated,
            DiagnosisLevel.Degraded,
            Text($"the database is slow: a lease takes {Milliseconds(now)}, and {Milliseconds(quiet)} in a quiet pool"),
            Text($"The median lease of the last {window.Length.TotalSeconds:0} s takes {Milliseconds(now)}, which is {now / quiet:0.0} times as long as in a quiet pool, at {window.RentsPerSecond:0.#} rents a second.{SlowestStatement()}"),
            "Check the load, locks and disk of the database. More connections would make it slower, and fewer may make it faster.");
    }

    /// <summary>
    /// Finds a pool whose connections are always busy although leases are as short as usual (Little's law: busy
    /// connections = rents a second × time of a lease).
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
            Text($"the pool is too small: leases take {Milliseconds(uses.P50)} as usual, and {busy:0.0} of {statistics.Counts.Limit} connections are always busy"),
            Text($"{window.RentsPerSecond:0.#} rents a second, {Milliseconds(uses.Average)} each on average, which keep {busy:0.0} connections busy. The median lease takes {Milliseconds(uses.P50)}, and {Milliseconds(quiet)} in a quiet pool."),
            Text($"Raise MaxSize (now {statistics.MaxSize}) step by step while the time of a lease stays the same, or hold connections for a shorter time."));
    }

    /// <summary>
    /// Finds churn: within a minute, twice as many connections as the limit were closed, and at least one for ten rents
    /// or one a second.
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
                CloseReason.Idle => "Raise MinSize or MaxIdleTime, because connections become idle and are needed again.",
                CloseReason.BudgetReclaimed => "The pools of the budget take connections from each other. Raise the budget, or give this pool a GuaranteedSize.",
                CloseReason.Lifetime => "Raise MaxLifetime.",
                CloseReason.RequestedByHolder => "Find the code that calls RetireOnReturn or breaks its connections.",
                CloseReason.CancelOutcomeUnknown or CloseReason.StatementHung => "Statements are cancelled with unknown outcome. Check query timeouts and which statements are cancelled.",
                CloseReason.TransactionFailed => "Find scopes that time out, and statements that are running when their scope ends.",
                CloseReason.Abandoned or CloseReason.Revoked => "Find the leak: the leak reports contain the lines.",
                _ => "Check the network and the server, because connections break. Log event 22 contains each failure.",
            });
    }

    private string SlowestStatement() =>
        engine.Statements?.GetStatistics() is [var first, ..] ? Text($" The most total time is spent in: {Shorten(first.Text)} (p99 {Milliseconds(first.ExecutionTime.P99)}).") : "";

    private static string Shorten(string text) => text.Length <= 120 ? text : string.Concat(text.AsSpan(0, 119), "…");

    private static string Milliseconds(TimeSpan time) => Text($"{time.TotalMilliseconds:0.##} ms");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
