namespace Cenote.Statistics;

/// <summary>
/// A histogram of durations in <see cref="HistogramBuckets"/>. Thread-safe.
/// </summary>
/// <remarks>
/// The buckets of four powers of two form a row, which is allocated with its first duration: the durations of a pool
/// need a few rows of sixteen, and most pools of a process with many are hardly used.
/// </remarks>
/// <param name="isHot">Whether a lease may record its duration. The rows up to 16 s are then allocated together with
/// the first, so that no later lease allocates.</param>
/// <param name="keepsFirst">Whether the first few durations are kept as they are, because most pools never record
/// more. No other histogram can be added to this one.</param>
internal sealed class Histogram(bool isHot = false, bool keepsFirst = false)
{
    private const long HotNanoseconds = 16_000_000_000;

    private const int RowBits = 5;
    private const int RowLength = 1 << RowBits;

    /// <summary>The number of durations that are kept as they are.</summary>
    private const int Few = 4;

    /// <summary>The first durations, in an array that never changes. Of no meaning when there are rows.</summary>
    private long[] _few = [];
    private long[]?[]? _rows;
    private long _sum;
    private long _maximum;

    /// <summary>Gets the number of recorded durations.</summary>
    internal long Count
    {
        get
        {
            if (Volatile.Read(ref _rows) is null)
            {
                return Volatile.Read(ref _few).Length;
            }

            var count = 0L;
            for (var bucket = 0; bucket < HistogramBuckets.Count; bucket += RowLength)
            {
                if (FindRow(bucket) is { } row)
                {
                    foreach (ref readonly var value in row.AsSpan())
                    {
                        count += Volatile.Read(in value);
                    }
                }
            }

            return count;
        }
    }

    internal TimeSpan Sum => HistogramBuckets.FromNanoseconds(Volatile.Read(ref _sum));

    internal TimeSpan Maximum => HistogramBuckets.FromNanoseconds(Volatile.Read(ref _maximum));

    /// <summary>Gets or sets the export that also receives each duration.</summary>
    internal TimeExport? Export { get; set; }

    internal void Record(TimeSpan duration)
    {
        Export?.Record(duration);
        var nanoseconds = Math.Max(0, duration.Ticks) * TimeSpan.NanosecondsPerTick;
        var bucket = HistogramBuckets.Of(nanoseconds);
        if (!TryRecordFew(nanoseconds))
        {
            Interlocked.Increment(ref (FindRow(bucket) ?? AddRow(bucket))[bucket % RowLength]);
        }

        Interlocked.Add(ref _sum, nanoseconds);
        RaiseMaximum(nanoseconds);
    }

    /// <summary>
    /// Records a duration where one lock guards every record, without atomic instructions, and not for the export.
    /// </summary>
    internal void RecordAlone(TimeSpan duration)
    {
        var nanoseconds = Math.Max(0, duration.Ticks) * TimeSpan.NanosecondsPerTick;
        var bucket = HistogramBuckets.Of(nanoseconds);
        (FindRow(bucket) ?? AddRow(bucket))[bucket % RowLength]++;
        _sum += nanoseconds;
        if (nanoseconds > _maximum)
        {
            _maximum = nanoseconds;
        }
    }

    /// <summary>Adds the durations of another histogram.</summary>
    internal void Add(Histogram other)
    {
        for (var bucket = 0; bucket < HistogramBuckets.Count; bucket++)
        {
            if (other.CountOf(bucket) is > 0 and var count)
            {
                Interlocked.Add(ref (FindRow(bucket) ?? AddRow(bucket))[bucket % RowLength], count);
            }
        }

        Interlocked.Add(ref _sum, Volatile.Read(ref other._sum));
        RaiseMaximum(Volatile.Read(ref other._maximum));
    }

    private long CountOf(int bucket)
    {
        var count = 0L;
        if (Volatile.Read(ref _rows) is not null)
        {
            count = FindRow(bucket) is { } row ? Volatile.Read(ref row[bucket % RowLength]) : 0;
        }
        else
        {
            foreach (var nanoseconds in Volatile.Read(ref _few))
            {
                count += HistogramBuckets.Of(nanoseconds) == bucket ? 1 : 0;
            }
        }

        return count;
    }

    /// <summary>Keeps one of the first durations.</summary>
    /// <returns><see langword="false"/> when the buckets count it.</returns>
    private bool TryRecordFew(long nanoseconds)
    {
        while (keepsFirst && Volatile.Read(ref _rows) is null)
        {
            var few = Volatile.Read(ref _few);
            if (few.Length == Few)
            {
                // From here on nothing is added to them.
                return false;
            }

            if (Interlocked.CompareExchange(ref _few, [.. few, nanoseconds], few) == few)
            {
                return true;
            }
        }

        return false;
    }

    private long[]? FindRow(int bucket) => Volatile.Read(ref _rows) is { } rows ? Volatile.Read(ref rows[bucket >> RowBits]) : null;

    /// <summary>Adds a row, unless another thread has added it meanwhile.</summary>
    private long[] AddRow(int bucket)
    {
        var rows = Volatile.Read(ref _rows);
        if (rows is null)
        {
            var added = new long[]?[(HistogramBuckets.Count + RowLength - 1) >> RowBits];
            for (var i = isHot ? HistogramBuckets.Of(HotNanoseconds) >> RowBits : -1; i >= 0; i--)
            {
                added[i] = new long[RowLength];
            }

            foreach (var nanoseconds in Volatile.Read(ref _few))
            {
                var kept = HistogramBuckets.Of(nanoseconds);
                (added[kept >> RowBits] ??= new long[RowLength])[kept % RowLength]++;
            }

            rows = Interlocked.CompareExchange(ref _rows, added, null) ?? added;
        }

        if (Volatile.Read(ref rows[bucket >> RowBits]) is { } existing)
        {
            return existing;
        }

        var row = new long[RowLength];
        return Interlocked.CompareExchange(ref rows[bucket >> RowBits], row, null) ?? row;
    }

    private void RaiseMaximum(long nanoseconds)
    {
        for (var seen = Volatile.Read(ref _maximum); nanoseconds > seen;)
        {
            var previous = Interlocked.CompareExchange(ref _maximum, nanoseconds, seen);
            if (previous == seen)
            {
                break;
            }

            seen = previous;
        }
    }

    /// <summary>Summarizes the recorded durations.</summary>
    /// <param name="zeros">The number of additional durations of zero that were not recorded.</param>
    internal LatencySummary Summarize(long zeros = 0)
    {
        Span<long> counts = stackalloc long[HistogramBuckets.Count];
        Read(counts, zeros);
        return HistogramBuckets.Summarize(counts, first: 0, Volatile.Read(ref _sum), Volatile.Read(ref _maximum));
    }

    /// <summary>Gets the durations recorded so far.</summary>
    /// <param name="zeros">The number of additional durations of zero that were not recorded.</param>
    internal LatencyDistribution Snapshot(long zeros = 0)
    {
        Span<long> counts = stackalloc long[HistogramBuckets.Count];
        Read(counts, zeros);
        return LatencyDistribution.Of(counts, first: 0, Volatile.Read(ref _sum), Volatile.Read(ref _maximum));
    }

    private void Read(Span<long> counts, long zeros)
    {
        for (var i = 0; i < counts.Length; i++)
        {
            counts[i] = CountOf(i);
        }

        counts[0] += zeros;
    }
}
