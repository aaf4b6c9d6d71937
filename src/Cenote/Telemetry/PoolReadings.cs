using System.Diagnostics.Metrics;

namespace Cenote.Telemetry;

/// <summary>Defines instruments that are read from the live pools.</summary>
internal sealed class PoolReadings(Meter meter)
{
    /// <summary>Defines a number that only grows while the pool lives.</summary>
    internal void Count(string name, string unit, string description, Func<PoolEngine, long> read) =>
        meter.CreateObservableCounter(name, () => Observe(read), unit, description);

    internal void Count<T>(string name, string unit, string description, string attribute, Func<PoolEngine, T> look, params (string Value, Func<T, long> Read)[] parts) =>
        meter.CreateObservableCounter(name, () => Observe(attribute, look, parts), unit, description);

    /// <summary>Defines a number that grows and falls, and that can be added up over pools.</summary>
    internal void Level(string name, string unit, string description, Func<PoolEngine, long> read) =>
        meter.CreateObservableUpDownCounter(name, () => Observe(read), unit, description);

    internal void Level<T>(string name, string unit, string description, string attribute, Func<PoolEngine, T> look, params (string Value, Func<T, long> Read)[] parts) =>
        meter.CreateObservableUpDownCounter(name, () => Observe(attribute, look, parts), unit, description);

    /// <summary>Defines a number of each part of a pool, where the parts are the pool's own.</summary>
    internal void Levels(string name, string unit, string description, string attribute, Func<PoolEngine, IEnumerable<(string Part, long Number)>> read) =>
        meter.CreateObservableUpDownCounter(name, () => Observe(attribute, read), unit, description);

    /// <summary>Defines a number of each part of a pool that only grows while the pool lives.</summary>
    internal void Counts(string name, string unit, string description, string attribute, Func<PoolEngine, IEnumerable<(string Part, long Number)>> read) =>
        meter.CreateObservableCounter(name, () => Observe(attribute, read), unit, description);

    /// <summary>Defines a time that cannot be added up.</summary>
    internal void Longest(string name, string description, Func<PoolEngine, TimeSpan> read) =>
        meter.CreateObservableGauge(name, () => ObserveLongest(read), "s", description);

    private static IEnumerable<Measurement<long>> Observe(Func<PoolEngine, long> read)
    {
        foreach (var group in PoolGroup.ReadAll())
        {
            yield return new Measurement<long>(group.Pools.Sum(read), group.Labels.Tags);
        }
    }

    /// <summary>Reads all parts of a pool at once, so that they agree.</summary>
    private static IEnumerable<Measurement<long>> Observe<T>(string attribute, Func<PoolEngine, T> look, (string Value, Func<T, long> Read)[] parts)
    {
        foreach (var group in PoolGroup.ReadAll())
        {
            var looks = group.Pools.ConvertAll(pool => look(pool));
            foreach (var (value, read) in parts)
            {
                yield return new Measurement<long>(looks.Sum(read), [.. group.Labels.Tags, new(attribute, value)]);
            }
        }
    }

    private static IEnumerable<Measurement<long>> Observe(string attribute, Func<PoolEngine, IEnumerable<(string Part, long Number)>> read)
    {
        foreach (var group in PoolGroup.ReadAll())
        {
            foreach (var part in group.Pools.SelectMany(read).GroupBy(static part => part.Part, static part => part.Number, StringComparer.OrdinalIgnoreCase))
            {
                yield return new Measurement<long>(part.Sum(), [.. group.Labels.Tags, new(attribute, part.Key)]);
            }
        }
    }

    private static IEnumerable<Measurement<double>> ObserveLongest(Func<PoolEngine, TimeSpan> read)
    {
        foreach (var group in PoolGroup.ReadAll())
        {
            yield return new Measurement<double>(group.Pools.Max(read).TotalSeconds, group.Labels.Tags);
        }
    }
}
