using System.Diagnostics;
using Cenote.FaultTests.Scenarios;

namespace Cenote.FaultTests.Clients;

/// <summary>What all clients met with, in numbers. Thread-safe.</summary>
internal sealed class Ledger(int clients, TimeSpan deadline)
{
    private readonly object _gate = new();
    private readonly int[] _endedSinceMark = new int[clients];
    private readonly int[] _servedInARow = new int[clients];
    private readonly SortedDictionary<string, int> _errors = new(StringComparer.Ordinal);
    private readonly List<string> _unclear = [];
    private long _mark;
    private long? _healed;
    private long _firstServed = long.MaxValue;
    private long _lastFailed;
    private TimeSpan _longestBeyond = TimeSpan.MinValue;
    private Operation? _longest;
    private int _late;

    internal int Served { get; private set; }

    internal void Add(Operation operation)
    {
        lock (_gate)
        {
            var beyond = Stopwatch.GetElapsedTime(operation.Started, operation.Rented) - deadline;
            if (beyond > Promise.Slack && beyond > Promise.Slack + MachineLag.During(operation.Started, operation.Rented))
            {
                _late++;
            }

            if (beyond > _longestBeyond)
            {
                _longestBeyond = beyond;
                _longest = operation;
            }

            if (operation.Started >= _mark)
            {
                _endedSinceMark[operation.Client]++;
                _servedInARow[operation.Client] = operation.IsFailure ? 0 : _servedInARow[operation.Client] + (operation.IsServed ? 1 : 0);
            }

            if (operation.IsServed)
            {
                Served++;
            }
            else
            {
                _errors[operation.Error!] = _errors.GetValueOrDefault(operation.Error!) + 1;
            }

            if (_healed is { } healed && operation.Started >= healed)
            {
                if (operation.IsServed)
                {
                    _firstServed = Math.Min(_firstServed, operation.Ended);
                }
                else if (operation.IsFailure)
                {
                    _lastFailed = Math.Max(_lastFailed, operation.Started);
                }
            }
        }
    }

    /// <summary>An exception that the pool should not have thrown.</summary>
    internal void AddUnclear(Exception exception)
    {
        lock (_gate)
        {
            if (_unclear.Count < 20)
            {
                _unclear.Add(exception.ToString());
            }
        }
    }

    /// <summary>From now on, what each client has done is counted from zero.</summary>
    internal void Mark()
    {
        lock (_gate)
        {
            Array.Clear(_endedSinceMark);
            Array.Clear(_servedInARow);
            _mark = Stopwatch.GetTimestamp();
        }
    }

    /// <summary>The fault is over as of now.</summary>
    internal void MarkHealed()
    {
        Mark();
        lock (_gate)
        {
            _healed = _mark;
            _firstServed = long.MaxValue;
            _lastFailed = 0;
        }
    }

    /// <summary>Whether each client ended so many operations that began after the mark.</summary>
    internal bool EachEnded(int operations)
    {
        lock (_gate)
        {
            return _endedSinceMark.All(count => count >= operations);
        }
    }

    /// <summary>Whether each client was served so many times in a row, all begun after the mark.</summary>
    internal bool EachServed(int operations)
    {
        lock (_gate)
        {
            return _servedInARow.All(count => count >= operations);
        }
    }

    internal int Count(string error)
    {
        lock (_gate)
        {
            return _errors.GetValueOrDefault(error);
        }
    }

    internal int Failures
    {
        get
        {
            lock (_gate)
            {
                return _errors.Sum(static error => error.Key == Operation.Cancelled ? 0 : error.Value);
            }
        }
    }

    internal LedgerSummary Summarize()
    {
        lock (_gate)
        {
            TimeSpan? recovery = _healed is not { } healed || _firstServed == long.MaxValue
                ? null
                : Stopwatch.GetElapsedTime(healed, Math.Max(_firstServed, _lastFailed));
            return new LedgerSummary(Served, _longestBeyond, _longest, _late, new SortedDictionary<string, int>(_errors, StringComparer.Ordinal), recovery, [.. _unclear]);
        }
    }
}
