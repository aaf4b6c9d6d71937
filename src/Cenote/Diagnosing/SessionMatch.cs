using Cenote.Providers;
using Cenote.Statements;
using Cenote.Statistics;

namespace Cenote.Diagnosing;

/// <summary>
/// The answer of a server, joined with the sessions of this process's pools. A session is matched only when it is
/// certain that the server means the same one: a proxy gives ids of its own, and may lead to several servers whose ids
/// are alike.
/// </summary>
internal sealed class SessionMatch
{
    private const int LongestStatement = 120;

    /// <summary>
    /// By how much the ages of a session at its two ends may differ: the time of its login, and of a tick.
    /// </summary>
    private static readonly TimeSpan AgeTolerance = TimeSpan.FromSeconds(5);

    private readonly SessionReading _reading;
    private readonly Dictionary<long, ServerSession> _found;
    private readonly Dictionary<long, (PoolSessions Pool, OpenSession Session, bool IsUnchanged)> _ours = [];
    private readonly Dictionary<long, SessionActivity> _activities = [];
    private readonly HashSet<long> _path = [];
    private readonly bool _isProxied;
    private readonly bool _isDirect;

    /// <param name="own">The session of the query, as the client knows it.</param>
    /// <param name="reading">The answer.</param>
    /// <param name="pools">The pools on the server, as they were before the query; the one that asks first.</param>
    internal SessionMatch(SessionIdentity? own, SessionReading reading, List<PoolSessions> pools)
    {
        _reading = reading;
        _found = reading.Sessions.GroupBy(static session => session.Id).ToDictionary(static same => same.Key, static same => same.First());
        _isProxied = own is null || own.Id != reading.Own.Id;
        _isDirect = !_isProxied && own!.ClientPort == reading.Own.ClientPort;
        foreach (var pool in _isProxied ? [] : pools)
        {
            if (_isDirect || IsWhole(pool))
            {
                foreach (var session in pool.Sessions.Where(IsSame))
                {
                    _ours.TryAdd(session.Identity.Id, (pool, session, session.IsUnchanged()));
                }
            }
        }
    }

    /// <summary>Returns what the server reported about the leases of a pool.</summary>
    internal SessionReport ReportOn(PoolSessions pool)
    {
        var clock = pool.Engine.Settings.Clock;
        var time = clock.UtcNow;
        var leases = new Dictionary<(int, long), SessionActivity>();
        var missed = 0;
        foreach (var session in pool.Sessions)
        {
            if (session.Lease is not { } lease)
            {
                continue;
            }

            if (_ours.TryGetValue(session.Identity.Id, out var ours) && ReferenceEquals(ours.Session, session))
            {
                if (!ours.IsUnchanged)
                {
                    // The lease has ended meanwhile, and the answer may be about the next one.
                    continue;
                }

                leases[(lease.SlotId, lease.Number)] = ActivityOf(session.Identity.Id, time);
            }
            else
            {
                missed++;
            }
        }

        return new SessionReport(clock.Elapsed, time)
        {
            Leases = leases,
            Limitation = missed == 0 || leases.Count > 0 ? _reading.Limitation : ObstacleToMatching,
        };
    }

    private string ObstacleToMatching =>
        _isProxied ? "a proxy is in between, whose sessions are not those of the server"
        : _isDirect ? _reading.Limitation ?? "it does not have the sessions of the leases"
        : "a proxy or an address translation is in between, so its sessions could not be matched with the leases";

    /// <summary>Returns whether the server reported the session that the pool knows.</summary>
    private bool IsSame(OpenSession session)
    {
        if (!_found.TryGetValue(session.Identity.Id, out var found) || found.Id == _reading.Own.Id)
        {
            return false;
        }

        // A hidden session has nothing that could be compared, and an id alone is not enough.
        return !found.IsHidden && HasAge(session, found)
            && (_isDirect ? session.Identity.ClientPort == found.ClientPort : string.Equals(found.ClientAddress, _reading.Own.ClientAddress, StringComparison.Ordinal));
    }

    /// <summary>
    /// Returns whether all leases of a pool were found. Behind a proxy that changes the ports, one that is missing
    /// shows that the proxy leads to several servers.
    /// </summary>
    private bool IsWhole(PoolSessions pool)
    {
        var leased = pool.Sessions.Where(static session => session.Lease is not null).ToList();
        return leased.Count > 0 && leased.TrueForAll(IsSame) && leased.DistinctBy(static session => session.Identity.Id).Count() == leased.Count;
    }

    private static bool HasAge(OpenSession session, ServerSession found) =>
        found.Age is not { } age || (age - session.Age).Duration() <= AgeTolerance + (session.Age * 0.01);

    private SessionActivity ActivityOf(long id, DateTimeOffset time)
    {
        if (_activities.TryGetValue(id, out var known))
        {
            return known;
        }

        var found = _found.GetValueOrDefault(id);
        var isOurs = _ours.TryGetValue(id, out var ours);
        var lease = isOurs && ours.IsUnchanged ? ours.Session.Lease : null;
        var activity = new SessionActivity
        {
            SessionId = id,
            Time = time,
            State = found is null or { State: SessionState.Idle, IsTransactionHidden: true } ? SessionState.Unknown : found.State,
            IsIdle = found is { State: SessionState.Idle or SessionState.IdleInTransaction },
            StateDuration = found?.StateDuration,
            IsWaitingForLock = found?.IsWaitingForLock == true,
            Statement = isOurs && ours.Pool.Engine.Statements is not null && found?.Statement is { Length: > 0 } text ? Shorten(StatementText.WithoutLiterals(text, ours.Pool.Engine.Provider.LiteralRules)) : null,
            PoolName = isOurs ? ours.Pool.Engine.Settings.Name : null,
            CallSite = lease?.CallSite ?? default,
            IsLeased = lease is not null,
            IsHolderUnknown = isOurs && !ours.IsUnchanged,
            Client = isOurs || found is null ? null : ClientOf(found),
            Obstacle = found switch
            {
                { IsHidden: true } => "in a state that the pool's user may not see",
                { State: SessionState.Idle, IsTransactionHidden: true } => "idle, perhaps in a transaction that the pool's user may not see,",
                _ => null,
            },
        };

        // Where sessions block each other, the one that is reached again ends the chain.
        if (found is { IsWaitingForLock: true } && _path.Add(id))
        {
            activity.BlockedBy = [.. found.BlockedBy.Select(blocker => ActivityOf(blocker, time)).OrderBy(static blocker => blocker.IsWaitingForLock)];
            _path.Remove(id);
            _activities.Add(id, activity);
        }

        return activity;
    }

    private static string? ClientOf(ServerSession session)
    {
        string?[] parts = [session.User is null ? null : $"user {session.User}", session.ClientAddress];
        var text = string.Join(", ", parts.Where(static part => part is not null));
        return text.Length == 0 ? null : text;
    }

    private static string Shorten(string text) => text.Length <= LongestStatement ? text : string.Concat(text.AsSpan(0, LongestStatement - 1), "…");
}
