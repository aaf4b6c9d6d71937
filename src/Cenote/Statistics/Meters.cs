using System.Collections.ObjectModel;

namespace Cenote.Statistics;

/// <summary>
/// The pool's counters. The hot path does not touch them, because the slots' words count rents.
/// </summary>
internal sealed class Meters
{
    private static readonly int Reasons = Enum.GetValues<CloseReason>().Length;

    private Counter[]? _closed;
    private Counter _timeouts;
    private Counter _cancellations;
    private Counter _errors;
    private Counter _opened;
    private Counter _openFailures;
    private Counter _circuitOpenings;
    private Counter _circuitRejections;
    private Counter _overloadRejections;
    private Counter _maintenanceFailures;
    private Counter _leaksSuspected;
    private Counter _leasesReturnedLate;
    private Counter _leasesRevoked;
    private Counter _nestedRents;
    private Counter _contextsSet;
    private Counter _contextsKept;
    private Counter _contextFailures;
    private Counter _enlistments;
    private Counter _transactionsInDoubt;
    private Counter _keptLeases;
    private Counter _commitsFoundCommitted;
    private Counter _commitsFoundRolledBack;
    private Counter _unknownCommits;
    private Counter _serverQueries;
    private Counter _serverQueryFailures;
    private Counter _statementRetries;
    private OpenFailure? _lastOpenFailure;
    private long _immediateRents;

    internal ref Counter Timeouts => ref _timeouts;

    internal ref Counter Cancellations => ref _cancellations;

    internal ref Counter Errors => ref _errors;

    internal ref Counter Opened => ref _opened;

    internal ref Counter OpenFailures => ref _openFailures;

    internal ref Counter CircuitOpenings => ref _circuitOpenings;

    internal ref Counter CircuitRejections => ref _circuitRejections;

    internal ref Counter OverloadRejections => ref _overloadRejections;

    internal ref Counter MaintenanceFailures => ref _maintenanceFailures;

    internal ref Counter LeaksSuspected => ref _leaksSuspected;

    internal ref Counter LeasesReturnedLate => ref _leasesReturnedLate;

    internal ref Counter LeasesRevoked => ref _leasesRevoked;

    internal ref Counter NestedRents => ref _nestedRents;

    internal ref Counter ContextsSet => ref _contextsSet;

    internal ref Counter ContextsKept => ref _contextsKept;

    internal ref Counter ContextFailures => ref _contextFailures;

    internal ref Counter Enlistments => ref _enlistments;

    internal ref Counter TransactionsInDoubt => ref _transactionsInDoubt;

    /// <summary>
    /// Gets the leases that were passed on to an ambient transaction, which the slots count as rents.
    /// </summary>
    internal ref Counter KeptLeases => ref _keptLeases;

    internal ref Counter CommitsFoundCommitted => ref _commitsFoundCommitted;

    internal ref Counter CommitsFoundRolledBack => ref _commitsFoundRolledBack;

    internal ref Counter UnknownCommits => ref _unknownCommits;

    internal ref Counter ServerQueries => ref _serverQueries;

    internal ref Counter ServerQueryFailures => ref _serverQueryFailures;

    internal ref Counter StatementRetries => ref _statementRetries;

    internal Histogram WaitTime { get; } = new(isHot: true);

    internal Histogram UseTime { get; } = new(isHot: true);

    internal Histogram ConnectTime { get; } = new(keepsFirst: true);

    /// <summary>Gets or sets the last failed connection attempt since the last success.</summary>
    internal OpenFailure? LastOpenFailure
    {
        get => Volatile.Read(ref _lastOpenFailure);
        set => Volatile.Write(ref _lastOpenFailure, value);
    }

    internal void Closed(CloseReason reason)
    {
        var closed = Volatile.Read(ref _closed);
        if (closed is null)
        {
            var first = new Counter[Reasons];
            closed = Interlocked.CompareExchange(ref _closed, first, null) ?? first;
        }

        closed[(int)reason].Increment();
    }

    internal long CountClosed(CloseReason reason) => Volatile.Read(ref _closed) is { } closed ? closed[(int)reason].Value : 0;

    /// <summary>
    /// Returns the highest reading so far. A queued caller has its lease a moment before its wait is recorded, and
    /// looks like an immediate rent until then.
    /// </summary>
    internal long RaiseImmediateRents(long reading)
    {
        var highest = Volatile.Read(ref _immediateRents);
        while (reading > highest)
        {
            var before = Interlocked.CompareExchange(ref _immediateRents, reading, highest);
            if (before == highest)
            {
                return reading;
            }

            highest = before;
        }

        return highest;
    }

    internal IReadOnlyDictionary<CloseReason, long> ReadClosed()
    {
        Dictionary<CloseReason, long>? closed = null;
        for (var reason = (CloseReason)0; (int)reason < Reasons; reason++)
        {
            if (CountClosed(reason) is > 0 and var count)
            {
                (closed ??= [])[reason] = count;
            }
        }

        return closed ?? (IReadOnlyDictionary<CloseReason, long>)ReadOnlyDictionary<CloseReason, long>.Empty;
    }
}
