using Cenote.Statistics;

namespace Cenote.Telemetry;

/// <summary>
/// Pools with the same attributes. Names are meant to be unique. Where they are not, one measurement covers all of
/// them, because a listener would keep only one of several.
/// </summary>
internal sealed class PoolGroup(PoolLabels labels)
{
    internal PoolLabels Labels => labels;

    internal List<PoolEngine> Pools { get; } = [];

    internal static IReadOnlyCollection<PoolGroup> ReadAll()
    {
        var groups = new Dictionary<(string, string), PoolGroup>();
        foreach (var pool in PoolMetrics.Pools.Read())
        {
            var labels = pool.Labels;
            var key = (labels.PoolName, labels.DatabaseSystem);
            if (!groups.TryGetValue(key, out var group))
            {
                groups.Add(key, group = new PoolGroup(labels));
            }

            group.Pools.Add(pool);
        }

        return groups.Values;
    }
}
