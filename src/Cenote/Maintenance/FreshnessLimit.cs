using Cenote.Leasing;
using Cenote.Time;

namespace Cenote.Maintenance;

/// <summary>
/// For how long a connection that is neither used nor checked counts as alive: as configured, or less where the server
/// ends idle sessions sooner.
/// </summary>
internal static class FreshnessLimit
{
    /// <summary>The coarse clock is up to a tick behind, and a tick may come late.</summary>
    private static readonly TimeSpan LeastMargin = 1.5 * PoolClock.TickPeriod;

    /// <returns><see langword="null"/> for ever.</returns>
    internal static TimeSpan? Read(PoolSettings settings, LeaseDesk desk)
    {
        TimeSpan? pace = settings.ValidationInterval is var interval && interval == Timeout.InfiniteTimeSpan ? null : interval;
        foreach (var slot in desk.Slots.All)
        {
            if (slot.Physical?.ServerIdleTimeout is { } limit && limit > TimeSpan.Zero && Within(limit) is var own && !(own >= pace))
            {
                pace = own;
            }
        }

        return pace;
    }

    /// <summary>
    /// Soon enough before a server's limit: also for one that is too short to be kept, for which every connection that
    /// was not used this moment is validated.
    /// </summary>
    private static TimeSpan Within(TimeSpan limit)
    {
        var margin = limit / 10 > LeastMargin ? limit / 10 : LeastMargin;
        return limit > margin ? limit - margin : TimeSpan.Zero;
    }
}
