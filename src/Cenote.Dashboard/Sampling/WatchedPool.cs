using Cenote.Dashboard.Histories;
using Cenote.Dashboard.Json;
using Cenote.Dashboard.Reports;

namespace Cenote.Dashboard.Sampling;

/// <summary>
/// A pool as the dashboard knows it: by a name that no other has, with its past. The sampler alone calls what changes
/// it.
/// </summary>
internal sealed class WatchedPool
{
    private readonly PoolRates _rates = new();
    private Reading? _last;

    /// <param name="name">Its name on the dashboard.</param>
    /// <param name="pool">The pool.</param>
    /// <param name="replicaSet">The set that it belongs to.</param>
    /// <param name="history">How far back its past is to go.</param>
    /// <param name="timeProvider">Dates what is reported.</param>
    internal WatchedPool(string name, ConnectionPool pool, string? replicaSet, TimeSpan history, TimeProvider timeProvider)
    {
        Name = name;
        Pool = pool;
        ReplicaSet = replicaSet;
        History = new PoolHistory(history);
        Leaks = new LeakLog(timeProvider);
        pool.LeakReported += Leaks.Record;
    }

    internal string Name { get; }

    internal ConnectionPool Pool { get; private set; }

    internal string? ReplicaSet { get; set; }

    internal PoolHistory History { get; }

    internal LeakLog Leaks { get; }

    /// <summary>The second in which it was still among the pools of the application.</summary>
    internal long LastFound { get; set; }

    /// <summary>Whether it could not be read, which is said once.</summary>
    internal bool IsUnreadable { get; set; }

    internal PoolRowJson? Row { get; private set; }

    /// <summary>Gets the diagnosis of the row.</summary>
    internal DiagnosisJson? Diagnosis { get; private set; }

    /// <param name="second">The second that this belongs to.</param>
    /// <param name="at">The moment, in seconds since the sampling began.</param>
    internal void Sample(long second, double at)
    {
        var reading = new Reading(at, Pool.GetStatistics(), Pool.GetLatencies());
        var elapsed = _last is null ? 1 : at - _last.At;

        // Of a pool that is new, nothing is known of the time before: what it has done since its construction is no
        // matter of this second.
        History.Add(second, _last ?? reading, reading, elapsed > 0 ? elapsed : 1);
        _rates.Add(second, reading);
        _last = reading;
        Diagnosis = DiagnosisReport.Of(Name, Pool.Diagnose());
        Row = RowReport.Of(this, Diagnosis, reading.Statistics, _rates, second);
    }

    /// <summary>Another pool has the name now: the past goes on with it.</summary>
    internal void Follow(ConnectionPool successor, string? replicaSet)
    {
        Release();
        Pool = successor;
        ReplicaSet = replicaSet;
        successor.LeakReported += Leaks.Record;
        _last = null;
        _rates.Clear();
    }

    internal void Release() => Pool.LeakReported -= Leaks.Record;
}
