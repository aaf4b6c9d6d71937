using Cenote.Telemetry;

namespace Cenote.Registry;

/// <summary>
/// A detector of applications that construct many pools to one database instead of keeping one. Disposed pools do not
/// count. Dropped ones do, because their timers keep them alive and their connections open.
/// </summary>
internal static class DuplicatePoolDetector
{
    /// <summary>
    /// The number of pools of one name that is not a leak: a reader and a writer without names, two during a
    /// replacement.
    /// </summary>
    internal const int MaxPoolsOfOneName = 3;

    /// <summary>
    /// The number of pools of any names that is not a leak: parts of one program may each have their own.
    /// </summary>
    internal const int MaxPools = 9;

    private static readonly object Gate = new();

    /// <summary>
    /// Checks the live pools together with one that was just added. Warns once: each counted pool records that the
    /// warning was given.
    /// </summary>
    internal static void Check(PoolEngine pool)
    {
        // Pools of a budget are many on purpose, for example one for each tenant.
        if (pool.Place is not { } place || pool.Settings.Budget is not null)
        {
            return;
        }

        List<PoolEngine> others;
        lock (Gate)
        {
            // Pools on another clock belong to another application, for example a test's.
            others = PoolMetrics.Pools.Read();
            others.RemoveAll(other => ReferenceEquals(other, pool) || other.Place != place || other.Settings.Budget is not null || other.Settings.Clock.TimeProvider != pool.Settings.Clock.TimeProvider);
            var isKnown = others.Exists(static other => other.IsOneOfMany);
            if (!isKnown && others.Count < MaxPools && others.Count(other => other.Settings.Name == pool.Settings.Name) < MaxPoolsOfOneName)
            {
                return;
            }

            others.ForEach(static other => other.IsOneOfMany = true);
            pool.IsOneOfMany = true;
            if (isKnown)
            {
                return;
            }
        }

        var oldest = others[0].Settings;
        pool.Journal.ManyPoolsFound(others.Count + 1, oldest.Name, oldest.Clock.Elapsed, LeaseOrigin.Capture().StackTrace);
    }
}
