namespace Cenote.Hosting.Health;

/// <summary>A pool's numbers as the data of a health check: plain values that any writer can write.</summary>
internal static class PoolHealthData
{
    internal static IReadOnlyDictionary<string, object> Of(PoolStatistics statistics)
    {
        var counts = statistics.Counts;
        var data = new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["state"] = statistics.State.ToString(),
            ["circuit"] = statistics.CircuitState.ToString(),
            ["idle"] = counts.Idle,
            ["leased"] = counts.Leased,
            ["opening"] = counts.Opening,
            ["waiting"] = counts.Waiting,
            ["longestWaitSeconds"] = Math.Round(statistics.LongestWait.TotalSeconds, 3),
            ["limit"] = counts.Limit,
            ["minSize"] = statistics.MinSize,
            ["maxSize"] = statistics.MaxSize,
            ["timeouts"] = statistics.Timeouts,
            ["openFailures"] = statistics.OpenFailures,
        };
        if (statistics.LastOpenFailure is { } failure)
        {
            data["lastOpenFailure"] = failure.Kind.ToString();
            data["lastOpenFailureAt"] = failure.Time;
        }

        return data;
    }
}
