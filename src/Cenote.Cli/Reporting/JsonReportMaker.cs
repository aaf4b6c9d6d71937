using System.Text.Json;
using Cenote.Cli.Clients;
using Cenote.Cli.Commands;

namespace Cenote.Cli.Reporting;

/// <summary>Turns a result into the report for machines.</summary>
internal static class JsonReportMaker
{
    public static JsonReport Make(RunResult result)
    {
        var done = result.Meters.Total(OperationOutcome.Done);
        return new JsonReport
        {
            Ok = result.Holds,
            Interrupted = result.Interrupted,
            Settings = Settings(result),
            SetupSeconds = Math.Round(result.SetupTime.TotalSeconds, 3),
            ElapsedSeconds = Math.Round(result.Elapsed.TotalSeconds, 3),
            OperationsDone = done,
            OperationsPerSecond = PerSecond(done, result.Elapsed),
            Operations = Enum.GetValues<OperationKind>().ToDictionary(kind => SnakeCase(kind.ToString()), kind => Operation(result.Meters[kind], result.Elapsed), StringComparer.Ordinal),
            Pool = Pool(result),
            Errors = [.. result.Meters.Errors.List().Select(pair => new JsonError(pair.Key, pair.Value))],
            Checks = [.. result.Findings.Select(finding => new JsonCheck(
                finding.Name, finding.Holds, finding.Statement, finding.Detail, finding.ProblemCount, finding.Problems))],
        };
    }

    private static JsonSettings Settings(RunResult result) => new()
    {
        Provider = result.Options.Provider.ToString().ToLowerInvariant(),
        Database = result.Heading.Database,
        Seconds = result.Options.Duration.TotalSeconds,
        Clients = result.Options.Clients,
        MinSize = result.Options.MinSize,
        MaxSize = result.Options.MaxSize,
        Seed = result.Options.Seed,
        Products = result.Options.Size.Products,
        Customers = result.Options.Size.Customers,
        Orders = result.Options.Size.Orders,
        Rows = result.Rows,
    };

    private static JsonOperation Operation(OperationMeter meter, TimeSpan elapsed) => new()
    {
        Done = meter.Count(OperationOutcome.Done),
        OutOfStock = meter.Count(OperationOutcome.OutOfStock),
        Failed = meter.Count(OperationOutcome.Failed),
        Unknown = meter.Count(OperationOutcome.Unknown),
        Cancelled = meter.Count(OperationOutcome.Cancelled),
        PerSecond = PerSecond(meter.Count(OperationOutcome.Done), elapsed),
        LatencyMs = JsonLatency.From(meter.Latency.Summarize()),
    };

    private static JsonPool Pool(RunResult result)
    {
        var pool = result.Pool;
        return new JsonPool
        {
            Name = pool.PoolName,
            Rents = pool.Rents,
            Leases = result.Meters.Rents.Leases,
            PooledConnections = result.Meters.Rents.PooledConnections,
            Waits = pool.Waits,
            Timeouts = pool.Timeouts,
            Cancellations = pool.Cancellations,
            Errors = pool.Errors,
            CircuitOpenings = pool.CircuitOpenings,
            CircuitRejections = pool.CircuitRejections,
            Opened = pool.Opened,
            OpenFailures = pool.OpenFailures,
            ClosedTotal = pool.ClosedTotal,
            Closed = pool.Closed.ToDictionary(pair => SnakeCase(pair.Key.ToString()), pair => pair.Value, StringComparer.Ordinal),
            OpenAtEnd = pool.Counts.Total,
            LeasedAtEnd = pool.Counts.Leased,
            PeakOpen = result.Peaks.Total,
            PeakLeased = result.Peaks.Leased,
            PeakWaiting = result.Peaks.Waiting,
            WaitMs = JsonLatency.From(pool.WaitTime),
            UseMs = JsonLatency.From(pool.UseTime),
            ConnectMs = JsonLatency.From(pool.ConnectTime),
        };
    }

    private static double PerSecond(long count, TimeSpan elapsed) => Math.Round(count / Math.Max(0.001, elapsed.TotalSeconds), 1);

    private static string SnakeCase(string name) => JsonNamingPolicy.SnakeCaseLower.ConvertName(name);
}
