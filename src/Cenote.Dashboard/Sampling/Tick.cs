using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Cenote.Dashboard.Json;
using Cenote.Dashboard.Reports;

namespace Cenote.Dashboard.Sampling;

/// <summary>
/// The result of one round of samples. Each JSON is written once, at its first use, for all viewers. Thread-safe.
/// </summary>
internal sealed class Tick
{
    private readonly Dictionary<string, (WatchedPool Pool, PoolRowJson Row, DiagnosisJson Diagnosis)> _pools = new(StringComparer.Ordinal);
    private readonly Dictionary<string, WatchedSet> _sets = new(StringComparer.Ordinal);
    private readonly Lazy<byte[]> _overview;
    private readonly ConcurrentDictionary<string, Lazy<byte[]>> _poolJson = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Lazy<byte[]>> _setJson = new(StringComparer.Ordinal);

    internal Tick(
        long number, long second, DateTimeOffset time, IReadOnlyList<WatchedPool> pools, IReadOnlyList<WatchedSet> sets, IReadOnlyList<BudgetJson> budgets)
    {
        Number = number;
        Second = second;

        // One that could never be read has no row, and is not there.
        foreach (var pool in pools)
        {
            if (pool is { Row: { } row, Diagnosis: { } diagnosis })
            {
                _pools[pool.Name] = (pool, row, diagnosis);
            }
        }

        foreach (var set in sets.Where(static set => set.Row is not null))
        {
            _sets[set.Name] = set;
        }

        Overview = new OverviewJson(time, number, [.. _pools.Values.Select(static pool => pool.Row)], [.. _sets.Values.Select(static set => set.Row!)], budgets);
        _overview = new Lazy<byte[]>(() => Write(Overview, DashboardJson.Default.OverviewJson));
    }

    /// <summary>From 1.</summary>
    internal long Number { get; }

    /// <summary>Seconds since the sampling began.</summary>
    internal long Second { get; }

    internal OverviewJson Overview { get; }

    internal DateTimeOffset Time => Overview.Time;

    internal byte[] OverviewJson => _overview.Value;

    /// <summary>In the order of their names.</summary>
    internal IEnumerable<WatchedPool> Pools => _pools.Values.Select(static pool => pool.Pool);

    /// <summary>In the order of their names.</summary>
    internal IEnumerable<WatchedSet> Sets => _sets.Values;

    /// <summary><see langword="null"/> when no pool has the name.</summary>
    internal WatchedPool? FindPool(string name) => _pools.TryGetValue(name, out var pool) ? pool.Pool : null;

    /// <summary><see langword="null"/> when no set has the name.</summary>
    internal WatchedSet? FindSet(string name) => _sets.GetValueOrDefault(name);

    /// <summary>The name that a pool has on the dashboard.</summary>
    internal string? NameOf(ConnectionPool pool) => Pools.FirstOrDefault(watched => ReferenceEquals(watched.Pool, pool))?.Name;

    internal byte[] JsonOf(WatchedPool pool) =>
        _poolJson.GetOrAdd(pool.Name, _ => new Lazy<byte[]>(() => Write(PoolReport.Of(pool, _pools[pool.Name].Row, _pools[pool.Name].Diagnosis), DashboardJson.Default.PoolJson))).Value;

    internal byte[] JsonOf(WatchedSet set) =>
        _setJson.GetOrAdd(set.Name, _ => new Lazy<byte[]>(() => Write(SetReport.Of(set, this), DashboardJson.Default.ReplicaSetJson))).Value;

    private static byte[] Write<T>(T value, JsonTypeInfo<T> type) => JsonSerializer.SerializeToUtf8Bytes(value, type);
}
