using Cenote.Events;

namespace Cenote.Diagnosing;

/// <summary>
/// A writer of what the server reported into the log and the events: leases that wait for locks, and leases that are
/// idle in a transaction.
/// </summary>
internal sealed class LockJournal(PoolJournal journal)
{
    private const int MaxLeasesInText = 3;

    /// <summary>Between two statements of a transaction, every session is idle in it.</summary>
    private static readonly TimeSpan ShortestIdle = TimeSpan.FromSeconds(1);

    private HashSet<(CallSite Holder, SessionState State, string Root)> _recorded = [];

    /// <summary>
    /// Records the leases, unless their call sites were recorded before. Called by one query at a time.
    /// </summary>
    internal void Record(IReadOnlyList<LeaseInfo> leases)
    {
        var waiting = leases.Where(static lease => lease.Session is { IsWaitingForLock: true }).ToList();
        var idle = leases.Where(static lease => lease.Session is { State: SessionState.IdleInTransaction } session && IsLong(session)).ToList();
        List<LeaseInfo> all = [.. waiting, .. idle];
        var places = all.Select(static lease => (lease.CallSite, lease.Session!.State, lease.Session.Root.Describe(lease.Session.PoolName))).ToHashSet();
        var isKnown = places.IsSubsetOf(_recorded);
        _recorded = places;
        if (!isKnown)
        {
            journal.SessionsBlocked(waiting.Count, idle.Count, string.Join("; ", all.Take(MaxLeasesInText)));
        }
    }

    private static bool IsLong(SessionActivity session) => session.StateDuration is not { } duration || duration >= ShortestIdle;
}
