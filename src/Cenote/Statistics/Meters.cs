using System.Collections.ObjectModel;

namespace Cenote.Statistics;

/// <summary>
/// The pool's counters. The hot path does not touch them, because the slots' words count rents.
/// </summary>
internal sealed class Meters
{
    private readonly Counter[] _closed = [.. Enum.GetValues<CloseReason>().Select(_ => new Counter())];
    private OpenFailure? _lastOpenFailure;
    private long _immediateRents;

    internal Counter Timeouts { get; } = new();

    internal Counter Cancellations { get; } = new();

    internal Counter Errors { get; } = new();

    internal Counter Opened { get; } = new();

    internal Counter OpenFailures { get; } = new();

    internal Counter CircuitOpenings { get; } = new();

    internal Counter CircuitRejections { get; } = new();

    internal Counter OverloadRejections { get; } = new();

    internal Counter MaintenanceFailures { get; } = new();

    internal Counter LeaksSuspected { get; } = new();

    internal Counter LeasesReturnedLate { get; } = new();

    internal Counter LeasesRevoked { get; } = new();

    internal Counter NestedRents { get; } = new();

    internal Counter ContextsSet { get; } = new();

    internal Counter ContextFailures { get; } = new();

    internal Histogram WaitTime { get; } = new(isHot: true);

    internal Histogram UseTime { get; } = new(isHot: true);

    internal Histogram ConnectTime { get; } = new();

    /// <summary>Gets or sets the last failed connection attempt since the last success.</summary>
    internal OpenFailure? LastOpenFailure
    {
        get => Volatile.Read(ref _lastOpenFailure);
        set => Volatile.Write(ref _lastOpenFailure, value);
    }

    internal void Closed(CloseReason reason) => _closed[(int)reason].Increment();

    internal long CountClosed(CloseReason reason) => _closed[(int)reason].Value;

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
        for (var reason = 0; reason < _closed.Length; reason++)
        {
            if (_closed[reason].Value is > 0 and var count)
            {
                (closed ??= [])[(CloseReason)reason] = count;
            }
        }

        return closed ?? (IReadOnlyDictionary<CloseReason, long>)ReadOnlyDictionary<CloseReason, long>.Empty;
    }
}
