using System.Diagnostics.Metrics;

namespace Cenote.ReadReplicas.Telemetry;

/// <summary>
/// Defines instruments that are read from the live sets. Sets, or servers, of one name share one measurement, because a
/// listener would keep only one of several.
/// </summary>
internal sealed class SetReadings(Meter meter, Func<IEnumerable<ReplicaSet>> readSets)
{
    /// <summary>Defines a number of a set that only grows.</summary>
    internal void Count(string name, string unit, string description, Func<ReplicaSet, long> read) =>
        meter.CreateObservableCounter(name, () => Observe(Sets(attribute: null, ("", read)), Add), unit, description);

    internal void Count(string name, string unit, string description, string attribute, params (string Value, Func<ReplicaSet, long> Read)[] parts) =>
        meter.CreateObservableCounter(name, () => Observe(Sets(attribute, parts), Add), unit, description);

    internal void CountOfServers(string name, string unit, string description, Func<ReplicaSetServer, long> read) =>
        meter.CreateObservableCounter(name, () => Observe(Servers<long>(attribute: null, ("", server => read(server))), Add), unit, description);

    internal void CountOfServers(string name, string unit, string description, string attribute, params (string Value, Func<ReplicaSetServer, long?> Read)[] parts) =>
        meter.CreateObservableCounter(name, () => Observe(Servers(attribute, parts), Add), unit, description);

    /// <summary>Defines an instrument that is 1 for the current kind of a server, 0 for the others.</summary>
    internal void Kind<T>(string name, string description, Func<ReplicaSetServer, T> read)
        where T : struct, Enum
    {
        var parts = Enum.GetValues<T>().Select(kind => (TelemetryTags.ValueOf(kind), Is(kind))).ToArray();
        meter.CreateObservableUpDownCounter(name, () => Observe(Servers(name, parts), Add), "{server}", description);

        Func<ReplicaSetServer, long?> Is(T kind) => server => EqualityComparer<T>.Default.Equals(read(server), kind) ? 1 : 0;
    }

    /// <summary>Defines a time of a server, where it is known.</summary>
    internal void Longest(string name, string description, Func<ReplicaSetServer, TimeSpan?> read) =>
        meter.CreateObservableGauge(name, () => Observe(Servers(attribute: null, ("", server => read(server)?.TotalSeconds)), Math.Max), "s", description);

    private IEnumerable<(SetLabels Labels, T? Value)> Sets<T>(string? attribute, params (string Value, Func<ReplicaSet, T> Read)[] parts)
        where T : struct =>
        from set in readSets() from part in parts select (new SetLabels(set.Name, Server: null, Pool: null, attribute, part.Value), (T?)part.Read(set));

    private IEnumerable<(SetLabels Labels, T? Value)> Servers<T>(string? attribute, params (string Value, Func<ReplicaSetServer, T?> Read)[] parts)
        where T : struct =>
        from set in readSets() from server in set.Servers from part in parts
        select (new SetLabels(set.Name, server.Name, server.Pool.Name, attribute, part.Value), part.Read(server));

    private static IEnumerable<Measurement<T>> Observe<T>(IEnumerable<(SetLabels Labels, T? Value)> readings, Func<T, T, T> combine)
        where T : struct
    {
        var values = new Dictionary<SetLabels, T>();
        foreach (var (labels, reading) in readings)
        {
            if (reading is { } value)
            {
                values[labels] = values.TryGetValue(labels, out var other) ? combine(other, value) : value;
            }
        }

        return values.Select(static pair => new Measurement<T>(pair.Value, pair.Key.Tags()));
    }

    private static long Add(long left, long right) => left + right;
}
