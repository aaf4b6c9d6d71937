using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Cenote.Hosting.Health;

/// <summary>
/// Combines findings into one result: the worst status, the reasons of all that are not healthy, all numbers.
/// </summary>
internal static class FindingsReport
{
    /// <param name="findings">The findings.</param>
    /// <param name="failureStatus">What the application wants an unhealthy one to be reported as.</param>
    internal static HealthCheckResult Combine(IReadOnlyList<PoolHealthEntry> findings, HealthStatus failureStatus)
    {
        if (findings.Count == 0)
        {
            return HealthCheckResult.Healthy("no pool is in use");
        }

        var data = new Dictionary<string, object>(StringComparer.Ordinal);
        foreach (var finding in findings)
        {
            data[$"{finding.Name}.status"] = finding.Status.ToString();
            foreach (var (key, value) in finding.Data)
            {
                data[$"{finding.Name}.{key}"] = value;
            }
        }

        var troubled = findings.Where(static finding => finding.Status != HealthStatus.Healthy).OrderBy(static finding => finding.Status).ToList();
        var worst = troubled.Count == 0 ? HealthStatus.Healthy : troubled[0].Status;
        return new HealthCheckResult(
            worst == HealthStatus.Unhealthy ? failureStatus : worst,
            string.Join("; ", (troubled.Count == 0 ? findings : troubled).Select(static finding => $"{finding.Name}: {finding.Description}")),
            troubled.Select(static finding => finding.Exception).OfType<Exception>().FirstOrDefault(),
            data);
    }
}
