using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace Cenote.TelemetryTests.Metrics;

/// <summary>An application that collects metrics when it is asked to, through the OpenTelemetry SDK.</summary>
internal sealed class Collector : IDisposable
{
    private readonly List<MetricSnapshot> _collected = [];
    private readonly MeterProvider _provider;

    internal Collector() => _provider = Sdk.CreateMeterProviderBuilder()
        .AddMeter(PoolTelemetry.MeterName)
        .AddInMemoryExporter(_collected)
        .Build();

    /// <summary>Every instrument that has told something, by its name.</summary>
    internal IReadOnlyDictionary<string, MetricSnapshot> Collect()
    {
        _collected.Clear();
        Assert.True(_provider.ForceFlush());
        return _collected.ToDictionary(static metric => metric.Name, StringComparer.Ordinal);
    }

    /// <summary>What one pool tells by one instrument; <see langword="null"/> when it tells nothing.</summary>
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
