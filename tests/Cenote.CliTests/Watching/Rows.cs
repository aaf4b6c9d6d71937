using Cenote.Dashboard.Json;

namespace Cenote.CliTests.Watching;

/// <summary>Rows and pools as a dashboard might send them.</summary>
internal static class Rows
{
    public static PoolRowJson Pool(string name, string level = "healthy", string summary = "3 of 10 connections leased, 7 idle", string? set = null, int connections = 10) => new(
        name, level, summary, "Running", "HalfOpen", new CountsJson(connections, connections / 2, connections - connections / 2, 0, 0, 0, 0, connections, connections),
        0, connections, 0.5, 1234.5, 12, 0, 0.0004, 0.012345, 12.345, 98.7, 1, 2, 3, 4, [null, .. Enumerable.Range(0, 59)], set);

    public static SetRowJson Set(string name, string level = "healthy") => new(name, level, "summary of the set", "primary", 3, 2, 1, 0.25);

    public static OverviewJson Overview(IReadOnlyList<PoolRowJson> pools, params SetRowJson[] sets) => new(DateTimeOffset.UnixEpoch, 1, pools, sets);

    public static PoolJson Detail(PoolRowJson row, string text) => new(
        row,
        new DiagnosisJson(row.Name, DateTimeOffset.UnixEpoch, row.Level, row.Summary, [new FindingJson(text, "unhealthy", text, text, text, text)]),
        new TotalsJson(1, 2, 3, 4, 5, 6, 7, 8, 9, new Dictionary<string, long>(StringComparer.Ordinal), 10, 11, 12, 13, 14, 15, 16),
        new LatenciesJson(Latency, Latency, Latency),
        new OpenFailureJson(text, text, DateTimeOffset.UnixEpoch, 1),
        new CircuitJson("Closed", IsIsolated: false, DateTimeOffset.UnixEpoch, 0, SecondsUntilNextProbe: null),
        [],
        [new LeaseJson("1-1", 1, 12, DateTimeOffset.UnixEpoch, text, text, 1, text, IsSuspectedLeak: true, text, text, text)],
        [],
        Statements: null,
        [new EventJson(1, DateTimeOffset.UnixEpoch, text, "Error", text, 1, text, text)],
        [],
        [new LaneJson(text, 1, 0, 4, 4, IsFull: true, 14, 1, 2, 3, 0.1, 1.2, 0, 0, 5)]);

    private static LatencyJson Latency => new(1, 1, 1, 1, 1, 1);
}
