using OpenTelemetry.Metrics;

namespace Cenote.TelemetryTests.Metrics;

/// <summary>
/// Names, kinds, units, descriptions and attributes are those of OpenTelemetry's conventions, version 1.44.0, section
/// "Connection pools".
/// </summary>
public sealed class ConventionTests
{
    [Theory]
    [InlineData("db.client.connection.count", MetricType.LongSumNonMonotonic, "{connection}", "The number of connections that are currently in state described by the state attribute.")]
    [InlineData("db.client.connection.idle.max", MetricType.LongSumNonMonotonic, "{connection}", "The maximum number of idle open connections allowed.")]
    [InlineData("db.client.connection.idle.min", MetricType.LongSumNonMonotonic, "{connection}", "The minimum number of idle open connections allowed.")]
    [InlineData("db.client.connection.max", MetricType.LongSumNonMonotonic, "{connection}", "The maximum number of open connections allowed.")]
    [InlineData("db.client.connection.pending_requests", MetricType.LongSumNonMonotonic, "{request}", "The number of current pending requests for an open connection.")]
    [InlineData("db.client.connection.timeouts", MetricType.LongSum, "{timeout}", "The number of connection timeouts that have occurred trying to obtain a connection from the pool.")]
    [InlineData("db.client.connection.create_time", MetricType.Histogram, "s", "The time it took to create a new connection.")]
    [InlineData("db.client.connection.wait_time", MetricType.Histogram, "s", "The time it took to obtain an open connection from the pool.")]
    [InlineData("db.client.connection.use_time", MetricType.Histogram, "s", "The time between borrowing a connection and returning it to the pool.")]
    public async Task An_instrument_follows_its_convention(string name, MetricType kind, string unit, string description)
    {
        using var collector = new Collector();
        await using var pool = await StubPool.UsedAsync();

        var metric = collector.Collect()[name];

        Assert.Equal((kind, unit, description), (metric.MetricType, metric.Unit, metric.Description));
        Assert.Equal("Cenote", metric.MeterName);
        Assert.Equal(typeof(ConnectionPool).Assembly.GetName().Version!.ToString(3), metric.MeterVersion);
        var points = metric.MetricPoints.Select(Collector.TagsOf).Where(tags => Equals(tags["db.client.connection.pool.name"], pool.Name)).ToList();
        string[] states = name == "db.client.connection.count" ? ["idle", "used"] : [""];
        Assert.Equal(states, points.Select(static tags => tags.GetValueOrDefault("db.client.connection.state", "")).Order());
        Assert.All(points, tags =>
        {
            Assert.Equal("stub", tags["db.system.name"]);
            Assert.Equal(states.Length + 1, tags.Count);
        });
    }

    [Fact]
    public async Task Durations_come_with_buckets_in_seconds()
    {
        using var collector = new Collector();
        await using var pool = await StubPool.UsedAsync();

        foreach (var (name, first, last) in new[]
        {
            ("db.client.connection.wait_time", 0.0, 30.0),
            ("db.client.connection.use_time", 0.0001, 300.0),
            ("db.client.connection.create_time", 0.0005, 15.0),
        })
        {
            var bounds = new List<double>();
            foreach (var bucket in collector.Of(pool.Name, name)!.Value.GetHistogramBuckets())
            {
                bounds.Add(bucket.ExplicitBound);
            }

            Assert.Equal((first, last, double.PositiveInfinity), (bounds[0], bounds[^2], bounds[^1]));
            Assert.Equal(bounds.Order(), bounds);
        }
    }
}
