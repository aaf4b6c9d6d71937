using Cenote.Events;
using Cenote.Time;

namespace Cenote.Diagnosing;

/// <summary>
/// A writer of what the server reported into the log and the events: leases that wait for locks, and leases that are
/// idle in a transaction.
/// </summary>
internal sealed class LockJournal(PoolJournal journal, PoolClock clock)
{
    private const int MaxLeasesInText = 3;

    /// <summary>Between two statements of a transaction, every session is idle in it.</summary>
    private static readonly TimeSpan ShortestIdle = TimeSpan.FromSeconds(1);

    /// <summary>The time without a report after which the next one is about another incident.</summary>
    private static readonly TimeSpan LongestGap = TimeSpan.FromSeconds(30);

    private TimeSpan _recordedAt;
    private HashSet<(CallSite Holder, SessionState State, string Root)> _recorded = [];

    /// <summary>
    /// Records the leases, unless their call sites were recorded before, in the same incident. Called by one query at a
    /// time.
    /// </summary>
    internal void Record(IReadOnlyList<LeaseInfo> leases)
    {
        var waiting = leases.Where(static lease => lease.Session is { IsWaitingForLock: true }).ToList();
        var idle = leases.Where(static lease => lease.Session is { State: SessionState.IdleInTransaction } session && IsLong(session)).ToList();
        List<LeaseInfo> all = [.. waiting, .. idle];
        var places = all.Select(static lease => (lease.CallSite, lease.Session!.State, lease.Session.Root.Describe(lease.Session.PoolName))).ToHashSet();
        var now = clock.Elapsed;
        var isKnown = places.IsSubsetOf(now - _recordedAt > LongestGap ? [] : _recorded);
        _recordedAt = now;
        _recorded = places;
        if (!isKnown)
        {
            journal.SessionsBlocked(waiting.Count, idle.Count, string.Join("; ", all.Take(MaxLeasesInText)));
        }
    }

    private static bool IsLong(SessionActivity session) => session.StateDuration is not { } duration || duration >= ShortestIdle;
}
