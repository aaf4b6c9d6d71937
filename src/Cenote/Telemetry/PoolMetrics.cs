using System.Diagnostics.Metrics;
using Cenote.Statistics;

namespace Cenote.Telemetry;

/// <summary>
/// The meter of every pool. Counts are read from the live pools when a listener collects. Only the three durations are
/// recorded as they are measured, and never on the short path of a rent or a return.
/// </summary>
internal static class PoolMetrics
{
    private static readonly Meter Meter = new(new MeterOptions(PoolTelemetry.MeterName)
    {
        Version = TelemetryScope.Version,
        TelemetrySchemaUrl = TelemetryScope.SchemaUrl,
    });

    static PoolMetrics()
    {
        ConnectionReadings.Define(new PoolReadings(Meter));
        RentReadings.Define(new PoolReadings(Meter));
        LaneReadings.Define(new PoolReadings(Meter));
    }

    internal static WeakSet<PoolEngine> Pools { get; } = new();

    /// <summary>
    /// Gets the wait times. The first bucket holds only callers that were served immediately, because a queued caller
    /// has waited longer than zero.
    /// </summary>
    internal static Histogram<double> WaitTime { get; } = Durations(
        "db.client.connection.wait_time",
        "The time it took to obtain an open connection from the pool.",
        [0, 0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30]);

    internal static Histogram<double> UseTime { get; } = Durations(
        "db.client.connection.use_time",
        "The time between borrowing a connection and returning it to the pool.",
        [0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300]);

    internal static Histogram<double> CreateTime { get; } = Durations(
        "db.client.connection.create_time",
        "The time it took to create a new connection.",
        [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15]);

    /// <summary>
    /// Exports the numbers of a pool from now on, until it is removed from <see cref="Pools"/> or collected.
    /// </summary>
    internal static void Add(PoolEngine pool)
    {
        var meters = pool.Desk.Meters;
        meters.WaitTime.Export = new TimeExport(WaitTime, pool.Labels);
        meters.UseTime.Export = new TimeExport(UseTime, pool.Labels);
        meters.ConnectTime.Export = new TimeExport(CreateTime, pool.Labels);
        Pools.Add(pool);
    }

    private static Histogram<double> Durations(string name, string description, double[] bounds) =>
        Meter.CreateHistogram(name, "s", description, tags: null, new InstrumentAdvice<double> { HistogramBucketBoundaries = bounds });
}
