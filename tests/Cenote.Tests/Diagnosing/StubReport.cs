using Cenote.Statistics;

namespace Cenote.Tests.Diagnosing;

/// <summary>A report of the server that is the same for each lease, except for sessions that wait for a lock.</summary>
internal static class StubReport
{
    /// <param name="pool">A pool that queries its server.</param>
    /// <param name="state">What the session of each lease does.</param>
    /// <param name="seconds">For how long; <see langword="null"/> where the server does not say.</param>
    /// <param name="locked">The number of leases whose sessions run a statement that waits for a lock instead.</param>
    internal static void Publish(ConnectionPool pool, SessionState state, double? seconds, int locked = 0)
    {
        var clock = pool.Engine.Settings.Clock;
        var session = new SessionActivity
        {
            State = state,
            IsIdle = state is SessionState.Idle or SessionState.IdleInTransaction,
            StateDuration = seconds is { } duration ? TimeSpan.FromSeconds(duration) : null,
        };
        var waiting = new SessionActivity { State = SessionState.Running, IsWaitingForLock = true, StateDuration = session.StateDuration };
        pool.Engine.Sessions!.Publish(new SessionReport(clock.Elapsed, clock.UtcNow)
        {
            Leases = pool.GetLeases().Index().ToDictionary(static lease => (lease.Item.SlotId, lease.Item.Number), lease => lease.Index < locked ? waiting : session),
        });
    }
}
