using System.Text.Json;
using Cenote.Shop.Clients;
using Cenote.Shop.Pools;

namespace Cenote.Shop.Reporting;

/// <summary>Turns a result into the report for machines.</summary>
internal static class JsonReportMaker
{
    public static JsonReport Make(RunResult result)
    {
        var done = result.Meters.Total(OperationOutcome.Done);
        return new JsonReport(
            SchemaVersion: 1,
            Ok: result.Holds,
            Interrupted: result.Interrupted,
            Settings: Settings(result),
            SetupSeconds: Math.Round(result.SetupTime.TotalSeconds, 3),
            ElapsedSeconds: Math.Round(result.Elapsed.TotalSeconds, 3),
            OperationsDone: done,
            OperationsPerSecond: PerSecond(done, result.Elapsed),
            Operations: Operations(result.Meters, result.Elapsed),
            Arrangements: result.Arrangements.ToDictionary(arrangement => SnakeCase(arrangement.Kind.ToString()), Arrangement, StringComparer.Ordinal),
            Pool: Pool(result, PoolPart.Mixed),
            Writer: Pool(result, PoolPart.Writer),
            Readers: Pool(result, PoolPart.Readers),
            Comparison: result.Comparison is { } comparison ? JsonComparison.From(comparison) : null,
            Errors: [.. result.Errors.List().Select(pair => new JsonError(pair.Key, pair.Value))],
            Checks: [.. result.Findings.Select(finding => new JsonCheck(
                finding.Name, finding.Holds, finding.Statement, finding.Detail, finding.ProblemCount, finding.Problems))]);
    }

    private static JsonSettings Settings(RunResult result) => new(
        Provider: result.Options.Provider.ToString().ToLowerInvariant(),
        Database: result.Heading.Database,
        Seconds: result.Options.Duration.TotalSeconds,
        Clients: result.Options.Clients,
        MinSize: result.Options.Pools.Minimum,
        MaxSize: result.Options.Pools.Maximum,
        Pools: SnakeCase(result.Options.Pools.Plan.ToString()),
        Readers: result.Options.Pools.Readers,
        Seed: result.Options.Seed,
        Products: result.Options.Size.Products,
        Customers: result.Options.Size.Customers,
        Orders: result.Options.Size.Orders,
        Rows: result.Rows);

    private static Dictionary<string, JsonOperation> Operations(OperationMeters meters, TimeSpan elapsed) =>
        Enum.GetValues<OperationKind>().ToDictionary(kind => SnakeCase(kind.ToString()), kind => Operation(meters[kind], elapsed), StringComparer.Ordinal);

    private static JsonArrangement Arrangement(ArrangementSight arrangement)
    {
        var done = arrangement.Meters.Total(OperationOutcome.Done);
        return new JsonArrangement(
            ElapsedSeconds: Math.Round(arrangement.Worked.TotalSeconds, 3),
            OperationsDone: done,
            OperationsPerSecond: PerSecond(done, arrangement.Worked),
            Operations: Operations(arrangement.Meters, arrangement.Worked));
    }

    private static JsonOperation Operation(OperationMeter meter, TimeSpan elapsed) => new(
        Done: meter.Count(OperationOutcome.Done),
        OutOfStock: meter.Count(OperationOutcome.OutOfStock),
        Failed: meter.Count(OperationOutcome.Failed),
        Unknown: meter.Count(OperationOutcome.Unknown),
        Cancelled: meter.Count(OperationOutcome.Cancelled),
        PerSecond: PerSecond(meter.Count(OperationOutcome.Done), elapsed),
        LatencyMs: JsonLatency.From(meter.Latency.Summarize()));

    private static JsonPool? Pool(RunResult result, PoolPart part) => result.Pools.FirstOrDefault(pool => pool.Part == part) is { } sight ? Pool(sight) : null;

    private static JsonPool Pool(PoolSight sight)
    {
        var pool = sight.Statistics;
        return new JsonPool(
            Name: pool.PoolName,
            Rents: pool.Rents,
            Leases: sight.Rents.Leases,
            PooledConnections: sight.Rents.PooledConnections,
            Waits: pool.Waits,
            Timeouts: pool.Timeouts,
            Cancellations: pool.Cancellations,
            Errors: pool.Errors,
            CircuitOpenings: pool.CircuitOpenings,
            CircuitRejections: pool.CircuitRejections,
            Opened: pool.ConnectionsOpened,
            OpenFailures: pool.OpenFailures,
            ClosedTotal: pool.ConnectionsClosed,
            Closed: pool.ConnectionsClosedByReason.ToDictionary(pair => SnakeCase(pair.Key.ToString()), pair => pair.Value, StringComparer.Ordinal),
            OpenAtEnd: pool.Counts.Total,
            LeasedAtEnd: pool.Counts.Leased,
            PeakOpen: sight.Peaks.Total,
            PeakLeased: sight.Peaks.Leased,
            PeakWaiting: sight.Peaks.Waiting,
            WaitMs: JsonLatency.From(pool.WaitTime),
            UseMs: JsonLatency.From(pool.UseTime),
            ConnectMs: JsonLatency.From(pool.ConnectTime));
    }

    private static double PerSecond(long count, TimeSpan elapsed) => Math.Round(count / Math.Max(0.001, elapsed.TotalSeconds), 1);

    public static string SnakeCase(string name) => JsonNamingPolicy.SnakeCaseLower.ConvertName(name);
}
