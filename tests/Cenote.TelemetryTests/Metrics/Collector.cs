using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace Cenote.TelemetryTests.Metrics;

/// <summary>An application that collects metrics on demand, through the OpenTelemetry SDK.</summary>
internal sealed class Collector : IDisposable
{
    private readonly List<MetricSnapshot> _collected = [];
    private readonly MeterProvider _provider;

    internal Collector() => _provider = Sdk.CreateMeterProviderBuilder()
        .AddMeter(PoolTelemetry.MeterName)
        .AddInMemoryExporter(_collected)
        .Build();

    /// <summary>Returns every instrument with measurements, by name.</summary>
    internal IReadOnlyDictionary<string, MetricSnapshot> Collect()
    {
        _collected.Clear();
        Assert.True(_provider.ForceFlush());
        return _collected.ToDictionary(static metric => metric.Name, StringComparer.Ordinal);
    }

    /// <summary>Returns a measurement of a pool; <see langword="null"/> without one.</summary>
    internal MetricPoint? Of(string poolName, string instrument)
    {
        foreach (var point in Collect().TryGetValue(instrument, out var metric) ? metric.MetricPoints : [])
        {
            if (Equals(TagsOf(point).GetValueOrDefault("db.client.connection.pool.name"), poolName))
            {
                return point;
            }
        }

        return null;
    }

    /// <summary>Returns the rents of a pool with an outcome.</summary>
    internal long Rents(string poolName, string outcome)
    {
        foreach (var point in Collect()["cenote.rents"].MetricPoints)
        {
            var tags = TagsOf(point);
            if (Equals(tags["db.client.connection.pool.name"], poolName) && Equals(tags["cenote.rent.outcome"], outcome))
            {
                return point.GetSumLong();
            }
        }

        throw new InvalidOperationException($"Pool {poolName} has no rents with the outcome {outcome}.");
    }

    internal static Dictionary<string, object?> TagsOf(MetricPoint point)
    {
        var tags = new Dictionary<string, object?>(StringComparer.Ordinal);
        foreach (var tag in point.Tags)
        {
            tags.Add(tag.Key, tag.Value);
        }

        return tags;
    }

    public void Dispose() => _provider.Dispose();
}
