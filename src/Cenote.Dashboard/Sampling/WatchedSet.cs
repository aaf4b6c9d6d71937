using Cenote.Dashboard.Json;
using Cenote.Dashboard.Reports;

namespace Cenote.Dashboard.Sampling;

/// <summary>A replica set as the dashboard knows it. The sampler alone calls what changes it.</summary>
internal sealed class WatchedSet
{
    private const int MinuteSeconds = 60;

    private readonly Queue<(long Second, double Seconds, long[] Reads)> _minute = new();
    private readonly object _gate = new();
    private ReplicaSetStatistics? _last;
    private double _lastAt;

    internal WatchedSet(string name, ReplicaSet set) => (Name, Set) = (name, set);

    internal string Name { get; }

    internal ReplicaSet Set { get; }

    internal bool IsUnreadable { get; set; }

    internal SetRowJson? Row { get; private set; }

    /// <param name="second">The second that this belongs to.</param>
    /// <param name="at">The moment, in seconds since the sampling began.</param>
    internal void Sample(long second, double at)
    {
        var statistics = Set.GetStatistics();
        if (_last is { } last)
        {
            lock (_gate)
            {
                _minute.Enqueue((second, at - _lastAt, [.. statistics.Servers.Select((server, i) => ReadsOf(server, last.Servers[i], statistics, last))]));
                while (_minute.Peek().Second <= second - MinuteSeconds)
                {
                    _minute.Dequeue();
                }
            }
        }

        _last = statistics;
        _lastAt = at;
        Row = SetReport.RowOf(DiagnosisReport.Of(Name, Set.Diagnose()), statistics);
    }

    /// <summary>For each server its share of the reads of the last minute, 0 to 1, and how many a second.</summary>
    internal IReadOnlyList<(double Share, double PerSecond)> ReadsInMinute()
    {
        lock (_gate)
        {
            var reads = new long[Set.Servers.Count];
            foreach (var (_, _, each) in _minute)
            {
                for (var i = 0; i < reads.Length; i++)
                {
                    reads[i] += each[i];
                }
            }

            var total = reads.Sum();
            var seconds = _minute.Sum(static sample => sample.Seconds);
            return [.. reads.Select(count => (total == 0 ? 0 : Math.Round((double)count / total, 4), seconds <= 0 ? 0 : Math.Round(count / seconds, 3)))];
        }
    }

    /// <summary>A replica serves nothing but reads; what the primary serves is counted by the set.</summary>
    private static long ReadsOf(ReplicaSetServerStatistics server, ReplicaSetServerStatistics before, ReplicaSetStatistics set, ReplicaSetStatistics setBefore) =>
        Math.Max(0, server.Role == ServerRole.Primary ? set.ReadsOnPrimary - setBefore.ReadsOnPrimary : server.Pool.Rents - before.Pool.Rents);
}
