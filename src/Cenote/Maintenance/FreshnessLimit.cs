using Cenote.Leasing;
using Cenote.Time;

namespace Cenote.Maintenance;

/// <summary>
/// The time for which an idle, unvalidated connection counts as alive: the configured interval, or less when the server
/// ends idle sessions sooner.
/// </summary>
internal static class FreshnessLimit
{
    /// <summary>The coarse clock is up to a tick behind, and a tick may come late.</summary>
    private static readonly TimeSpan LeastMargin = 1.5 * PoolClock.TickPeriod;

    /// <returns>The limit, or <see langword="null"/> for no limit.</returns>
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
    /// Gets a time soon enough before a server's limit. When the limit is shorter than the margin, every connection is
    /// validated unless it was used just now.
    /// </summary>
    private static TimeSpan Within(TimeSpan limit)
    {
        var margin = limit / 10 > LeastMargin ? limit / 10 : LeastMargin;
        return limit > margin ? limit - margin : TimeSpan.Zero;
    }
}
