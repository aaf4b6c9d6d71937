using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Cenote.Hosting.Health;

/// <summary>
/// The readiness of a replica set: unhealthy without a primary. The pools of its replicas are degraded at worst,
/// because what one of them cannot serve, other servers can.
/// </summary>
internal static class ReplicaSetReadiness
{
    internal static IEnumerable<PoolHealthEntry> Check(ReplicaSet set, PoolHealthOptions options)
    {
        var statistics = set.GetStatistics();
        var diagnosis = set.Diagnose();
        yield return new PoolHealthEntry(set.Name, PoolReadiness.StatusOf(diagnosis.Level), Describe(diagnosis, statistics)) { Data = DataOf(statistics) };
        foreach (var server in set.Servers)
        {
            var entry = PoolReadiness.Check(server.Pool, options);
            yield return entry.Status != HealthStatus.Unhealthy || server.Name == statistics.Primary
                ? entry
                : new PoolHealthEntry(entry.Name, HealthStatus.Degraded, entry.Description) { Data = entry.Data, Exception = entry.Exception };
        }
    }

    /// <summary>
    /// Describes the set without the reasons of its servers, which may be the driver's text: the answer of a health
    /// check may be public.
    /// </summary>
    private static string Describe(Diagnosis diagnosis, ReplicaSetStatistics statistics)
    {
        var serving = $"primary {statistics.Primary ?? "none"}";
        var others = statistics.Servers.Where(static server => server.State != ReplicaSetServerState.Serving).Select(static server => $"{server.Name} is {server.State}");
        return diagnosis.Level == DiagnosisLevel.Healthy ? diagnosis.Summary : string.Join(", ", others.Prepend(serving));
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
