using System.Diagnostics;

namespace Cenote.ClusterLab.Clients;

/// <summary>What all writers and readers met with. Thread-safe.</summary>
internal sealed class Ledger(int writers)
{
    private readonly object _gate = new();
    private readonly List<Write> _writes = [];
    private readonly List<Read> _reads = [];
    private readonly List<Row> _inDoubt = [];
    private readonly SortedDictionary<string, int> _failedWrites = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, int> _failedReads = new(StringComparer.Ordinal);
    private readonly List<string> _unclear = [];
    private readonly int[] _inARow = new int[writers];
    private Exception? _last;
    private long _mark;

    internal void Add(Write write)
    {
        lock (_gate)
        {
            _writes.Add(write);
            Extend(write.Row.Client, write.Started, isServed: true);
            LongestWait = Longer(write.Started, write.Ended);
        }
    }

    internal void Add(Read read)
    {
        lock (_gate)
        {
            _reads.Add(read);
            LongestRead = Stopwatch.GetElapsedTime(read.Started, read.Ended) is var took && took > LongestRead ? took : LongestRead;
        }
    }

    /// <param name="row">What was to be written.</param>
    /// <param name="failure">Why the writer does not know that it is.</param>
    /// <param name="started">When it began.</param>
    internal void AddFailedWrite(Row row, Failure failure, long started)
    {
        lock (_gate)
        {
            _failedWrites[failure.Kind] = _failedWrites.GetValueOrDefault(failure.Kind) + 1;
            Extend(row.Client, started, isServed: false);
            LongestWait = Longer(started, Stopwatch.GetTimestamp());
            if (failure.WasSent)
            {
                _inDoubt.Add(row);
            }

            Note(failure);
        }
    }

    internal void AddFailedRead(Failure failure)
    {
        lock (_gate)
        {
            _failedReads[failure.Kind] = _failedReads.GetValueOrDefault(failure.Kind) + 1;
            Note(failure);
        }
    }

    /// <summary>The longest that a writer waited for its answer, good or bad.</summary>
    internal TimeSpan LongestWait { get; private set; }

    internal TimeSpan LongestRead { get; private set; }

    /// <summary>From now on, what each writer has written in a row is counted from zero.</summary>
    internal long Mark()
    {
        lock (_gate)
        {
            Array.Clear(_inARow);
            return _mark = Stopwatch.GetTimestamp();
        }
    }

    /// <summary>Whether each writer has written so many rows without a failure, all begun after the mark.</summary>
    internal bool EachWrote(int rows)
    {
        lock (_gate)
        {
            return _inARow.All(count => count >= rows);
        }
    }

    /// <summary>
    /// Whether a server has answered a read that began after the mark, as a replica or, without replicas, at all.
    /// </summary>
    internal bool HasRead(int port, bool asReplica)
    {
        lock (_gate)
        {
            for (var last = _reads.Count - 1; last >= 0 && _reads[last].Ended >= _mark; last--)
            {
                if (_reads[last].Port == port && _reads[last].Started >= _mark && !(asReplica && _reads[last].TakesWrites))
                {
                    return true;
                }
            }

            return false;
        }
    }

    internal int LastWrittenTo()
    {
        lock (_gate)
        {
            return _writes[^1].Port;
        }
    }

    /// <summary>What goes wrong.</summary>
    internal string Describe()
    {
        lock (_gate)
        {
            return $"Written {_writes.Count}, read {_reads.Count}, failed {_failedWrites.Values.Sum()} and {_failedReads.Values.Sum()}, the last: {_last}";
        }
    }

    /// <summary>Everything, when the clients have stopped.</summary>
    internal LedgerContents Read()
    {
        lock (_gate)
        {
            return new LedgerContents(
                [.. _writes.OrderBy(static write => write.Ended)], [.. _reads], [.. _inDoubt], Copy(_failedWrites), Copy(_failedReads), [.. _unclear], LongestWait, LongestRead);
        }
    }

    private void Extend(int client, long started, bool isServed)
    {
        if (started >= _mark)
        {
            _inARow[client] = isServed ? _inARow[client] + 1 : 0;
        }
    }

    private void Note(Failure failure)
    {
        _last = failure.Exception;
        if (failure.IsUnclear && _unclear.Count < 5)
        {
            _unclear.Add(failure.Exception.ToString());
        }
    }

    private TimeSpan Longer(long started, long ended) => Stopwatch.GetElapsedTime(started, ended) is var took && took > LongestWait ? took : LongestWait;

    private static SortedDictionary<string, int> Copy(SortedDictionary<string, int> counts) => new(counts, StringComparer.Ordinal);
}
