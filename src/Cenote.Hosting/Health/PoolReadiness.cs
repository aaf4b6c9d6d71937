using System.Globalization;
using Cenote.Providers;
using Cenote.Resilience;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Cenote.Hosting.Health;

/// <summary>Judges from a pool's numbers whether a caller could have a connection. Borrows nothing and waits for nothing.</summary>
internal static class PoolReadiness
{
    /// <param name="pool">The pool.</param>
    /// <param name="hasBeenFull">Whether its minimum was open before.</param>
    /// <param name="options">When it counts as saturated.</param>
    internal static PoolHealthFinding Judge(ConnectionPool pool, bool hasBeenFull, PoolHealthOptions options)
    {
        var statistics = pool.GetStatistics();
        var (status, description) = Judge(pool, statistics, pool.GetCircuit(), hasBeenFull, options);
        return new PoolHealthFinding(pool.Name, status, description)
        {
            Data = PoolHealthData.Of(statistics),
            Exception = status == HealthStatus.Healthy ? null : statistics.LastOpenFailure?.Exception,
        };
    }

    private static (HealthStatus Status, string Description) Judge(
        ConnectionPool pool, PoolStatistics statistics, CircuitStatus circuit, bool hasBeenFull, PoolHealthOptions options)
    {
        var counts = statistics.Counts;
        var open = OpenIn(counts);
        switch (statistics.State)
        {
            case PoolState.Closed:
                return (HealthStatus.Unhealthy, "closed: it was disposed of and lends no more");
            case PoolState.Suspended:
                return (HealthStatus.Unhealthy, $"suspended: {Waiting(statistics)} until it is resumed");
            case PoolState.Draining:
                return (HealthStatus.Unhealthy, Text($"draining: {counts.Leased} connections are still out; {Waiting(statistics)} until it is resumed"));
        }

        if (circuit.IsForced)
        {
            return (HealthStatus.Unhealthy, Text($"circuit opened by hand at {circuit.Since:O}: nobody is served until it is closed by hand"));
        }

        if (circuit.State != CircuitState.Closed)
        {
            return open == 0
                ? (HealthStatus.Unhealthy, Text($"circuit open since {circuit.Since:O} and no connection left{Failure(statistics)}"))
                : (HealthStatus.Degraded, Text($"circuit open since {circuit.Since:O}; {open} connections that are still alive serve{Failure(statistics)}"));
        }

        if (open == 0 && statistics.LastOpenFailure is not null)
        {
            // A pool without a minimum tries again only for a caller: out of service, it would get none and stay out for good.
            return statistics.MinSize > 0
                ? (HealthStatus.Unhealthy, "no connection can be opened" + Failure(statistics))
                : (HealthStatus.Degraded, $"no connection is open{Failure(statistics)}; the next caller tries again");
        }

        if (!hasBeenFull)
        {
            // A server that is full for good must not keep a process out of service that has connections to serve with.
            var status = open > 0 && statistics.LastOpenFailure is { Kind: FailureKind.TooManyConnections } ? HealthStatus.Degraded : HealthStatus.Unhealthy;
            return (status, Text($"not filled yet: {open} of the {statistics.MinSize} connections of its minimum are open{Failure(statistics)}"));
        }

        if (Saturation(statistics, options) is { } saturation)
        {
            return (HealthStatus.Degraded, saturation + Holders(pool));
        }

        return statistics.LastOpenFailure is { Kind: FailureKind.BadCredentials }
            ? (HealthStatus.Degraded, Text($"the database refuses the credentials; {open} connections that are still alive serve{Failure(statistics)}"))
            : (HealthStatus.Healthy, Text($"{counts.Leased} of {counts.Limit} connections leased, {counts.Idle} idle"));
    }

    /// <summary>Connections that serve callers, or will in a moment.</summary>
    private static int OpenIn(PoolCounts counts) => counts.Idle + counts.Leased + counts.Resetting + counts.Validating;

    private static string? Saturation(PoolStatistics statistics, PoolHealthOptions options)
    {
        var counts = statistics.Counts;
        if (counts.Waiting > 0 && (statistics.LongestWait >= options.DegradedWait || counts.Waiting >= counts.Limit))
        {
            return Text($"saturated: {counts.Waiting} waiting, longest {statistics.LongestWait.TotalSeconds:0.0} s, {counts.Leased} of {counts.Limit} connections leased");
        }

        return counts.Leased >= options.DegradedUtilization * counts.Limit
            ? Text($"nearly saturated: {counts.Leased} of {counts.Limit} connections leased, {counts.Waiting} waiting")
            : null;
    }

    private static string Holders(ConnectionPool pool)
    {
        var sites = pool.GetLeases().GroupBy(static lease => lease.CallSite).OrderByDescending(static site => site.Count());
        return sites.FirstOrDefault() is { } most
            ? Text($", held mostly by {most.Key}, {most.Count()} of them for up to {most.Max(static lease => lease.Age).TotalSeconds:0} s")
            : "";
    }

    private static string Waiting(PoolStatistics statistics) => statistics.Counts.Waiting == 0
        ? "callers queue"
        : Text($"{statistics.Counts.Waiting} callers queue, the first for {statistics.LongestWait.TotalSeconds:0.0} s,");

    /// <summary>The kind and the time; what the driver said may name hosts and users, and goes with the exception.</summary>
    private static string Failure(PoolStatistics statistics) =>
        statistics.LastOpenFailure is { } failure ? Text($"; the last try to connect failed at {failure.Time:O} ({failure.Kind})") : "";

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
