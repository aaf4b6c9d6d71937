using Cenote.Statistics;

namespace Cenote.Tests.Diagnosing;

/// <summary>A report of the server that is the same for each lease.</summary>
internal static class StubReport
{
    /// <param name="pool">A pool that queries its server.</param>
    /// <param name="state">What the session of each lease does.</param>
    /// <param name="seconds">For how long; <see langword="null"/> where the server does not say.</param>
    internal static void Publish(ConnectionPool pool, SessionState state, double? seconds)
    {
        var clock = pool.Engine.Settings.Clock;
        var session = new SessionActivity
        {
            State = state,
            IsIdle = state is SessionState.Idle or SessionState.IdleInTransaction,
            StateDuration = seconds is { } duration ? TimeSpan.FromSeconds(duration) : null,
        };
        pool.Engine.Sessions!.Publish(new SessionReport(clock.Elapsed, clock.UtcNow)
        {
            Leases = pool.GetLeases().ToDictionary(static lease => (lease.SlotId, lease.Number), _ => session),
        });
    }
}
