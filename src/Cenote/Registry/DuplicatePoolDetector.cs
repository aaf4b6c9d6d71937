using Cenote.Telemetry;

namespace Cenote.Registry;

/// <summary>
/// Finds an application that constructs pool after pool to one database instead of keeping one. Pools that are disposed
/// of do not count, and dropped ones do: their timers keep them alive, and their connections open.
/// </summary>
internal static class DuplicatePoolDetector
{
    /// <summary>
    /// As many of one name are no leak: a reader and a writer without names, two while one is being replaced.
    /// </summary>
    internal const int MaxPoolsOfOneName = 3;

    /// <summary>As many of any names are no leak: parts of one program may each have their own.</summary>
    internal const int MaxPools = 9;

    private static readonly object Gate = new();

    /// <summary>
    /// Looks at the live pools beside one that has just joined them. Warns once: whoever was counted carries on that it
    /// was said.
    /// </summary>
    internal static void Check(PoolEngine pool)
    {
        if (pool.Place is not { } place)
        {
            return;
        }

        List<PoolEngine> others;
        lock (Gate)
        {
            // Pools on another clock belong to another application: a test's.
            others = PoolMetrics.Pools.Read();
            others.RemoveAll(other => ReferenceEquals(other, pool) || other.Place != place || other.Settings.Clock.TimeProvider != pool.Settings.Clock.TimeProvider);
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
