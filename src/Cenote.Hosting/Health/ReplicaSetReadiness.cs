using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Cenote.Hosting.Health;

/// <summary>
/// The readiness of a replica set: unhealthy without a primary. Its pools are degraded at worst, because what one of
/// them cannot serve, other servers can.
/// </summary>
internal static class ReplicaSetReadiness
{
    internal static IEnumerable<PoolHealthEntry> Check(ReplicaSet set, PoolHealthOptions options)
    {
        var diagnosis = set.Diagnose();
        yield return new PoolHealthEntry(set.Name, PoolReadiness.StatusOf(diagnosis.Level), diagnosis.Summary) { Data = DataOf(set.GetStatistics()) };
        foreach (var server in set.Servers)
        {
            var entry = PoolReadiness.Check(server.Pool, options);
            yield return entry.Status != HealthStatus.Unhealthy
                ? entry
                : new PoolHealthEntry(entry.Name, HealthStatus.Degraded, entry.Description) { Data = entry.Data, Exception = entry.Exception };
        }
    }

    private static Dictionary<string, object> DataOf(ReplicaSetStatistics statistics)
    {
        var data = new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["primary"] = statistics.Primary ?? "none",
            ["failovers"] = statistics.Failovers,
            ["readsOnPrimary"] = statistics.CurrentReadsOnPrimary,
            ["readsRefused"] = statistics.ReadsRefused,
            ["writesRefused"] = statistics.WritesRefused,
        };
        foreach (var server in statistics.Servers)
        {
            data[$"{server.Name}.role"] = server.Role.ToString();
            data[$"{server.Name}.state"] = server.State.ToString();
            if (server.Lag is { } lag)
            {
                data[$"{server.Name}.lagSeconds"] = Math.Round(lag.TotalSeconds, 3);
            }
        }

        return data;
    }
}
