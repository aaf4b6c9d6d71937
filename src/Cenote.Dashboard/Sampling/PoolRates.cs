using Cenote.Dashboard.Histories;

namespace Cenote.Dashboard.Sampling;

/// <summary>
/// The readings of the last minute, one every ten seconds, and the last few: what "a second" and "in the last minute"
/// are computed from. Used by the sampler alone.
/// </summary>
internal sealed class PoolRates
{
    private const int FewSeconds = 5;
    private const int MinuteSeconds = 60;
    private const int Sparse = 10;

    private readonly Queue<(long Second, Reading Reading)> _few = new();
    private readonly Queue<(long Second, Reading Reading)> _minute = new();
    private readonly Queue<(long Second, int Leased)> _leased = new();
    private Reading? _last;

    internal void Add(long second, Reading reading)
    {
        Add(_few, second, reading, FewSeconds);
        if (_minute.Count == 0 || second - _minute.Last().Second >= Sparse)
        {
            Add(_minute, second, reading, MinuteSeconds);
        }

        _leased.Enqueue((second, reading.Statistics.Counts.Leased));
        while (_leased.Peek().Second <= second - MinuteSeconds)
        {
            _leased.Dequeue();
        }

        _last = reading;
    }

    /// <summary>Forgets every sample, because another pool has taken the name.</summary>
    internal void Clear()
    {
        _few.Clear();
        _minute.Clear();
    }

    /// <summary>A counter's growth a second over the last few.</summary>
    internal double PerSecond(Func<Reading, long> counter)
    {
        if (!_few.TryPeek(out var first) || _last is null)
        {
            return 0;
        }

        var seconds = _last.At - first.Reading.At;
        return seconds <= 0 ? 0 : Math.Round(Math.Max(0, counter(_last) - counter(first.Reading)) / seconds, 3);
    }

    /// <summary>A counter's growth over the last minute: 50 to 60 seconds.</summary>
    internal long InMinute(Func<Reading, long> counter) =>
        _minute.TryPeek(out var first) && _last is not null ? Math.Max(0, counter(_last) - counter(first.Reading)) : 0;

    /// <summary>How long the callers of the last minute queued.</summary>
    internal LatencyDistribution WaitsInMinute() =>
        _minute.TryPeek(out var first) && _last is not null ? _last.Latencies.Wait.Since(first.Reading.Latencies.Wait) : LatencyDistribution.Empty;

    /// <summary>
    /// Returns the leased connections of each second, the oldest first; <see langword="null"/> without a sample.
    /// </summary>
    internal int?[] Sparkline(long second)
    {
        var line = new int?[MinuteSeconds];
        foreach (var (at, leased) in _leased)
        {
            line[MinuteSeconds - 1 - (second - at)] = leased;
        }

        return line;
    }

    private static void Add(Queue<(long Second, Reading Reading)> readings, long second, Reading reading, int seconds)
    {
        readings.Enqueue((second, reading));
        while (readings.Peek().Second < second - seconds)
        {
            readings.Dequeue();
        }
    }
}
