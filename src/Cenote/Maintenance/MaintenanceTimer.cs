using System.Runtime.CompilerServices;
using Cenote.Time;

namespace Cenote.Maintenance;

/// <summary>The one timer that all pools with the same clock share for their maintenance.</summary>
/// <remarks>A pool leaves it when it is closed. Until then the timer keeps the pool alive.</remarks>
internal sealed class MaintenanceTimer(TimeProvider timeProvider)
{
    private static readonly ConditionalWeakTable<TimeProvider, MaintenanceTimer> s_timers = [];

    private readonly object _gate = new();
    private readonly List<MaintenanceLoop> _loops = [];
    private MaintenanceLoop[]? _snapshot;
    private ITimer? _timer;
    private int _isTicking;

    /// <summary>Returns the timer of a clock.</summary>
    internal static MaintenanceTimer Of(TimeProvider timeProvider) => s_timers.GetValue(timeProvider, static provider => new MaintenanceTimer(provider));

    /// <summary>Returns a time as a difference of timestamps, rounded down.</summary>
    internal long ToTimestamp(TimeSpan time) => (long)(time.TotalSeconds * timeProvider.TimestampFrequency);

    internal void Add(MaintenanceLoop loop)
    {
        lock (_gate)
        {
            _loops.Add(loop);
            _snapshot = null;
            if (_timer is null)
            {
                using (ExecutionContext.IsFlowSuppressed() ? default : ExecutionContext.SuppressFlow())
                {
                    _timer = timeProvider.CreateTimer(static state => ((MaintenanceTimer)state!).Tick(), this, PoolClock.TickPeriod, PoolClock.TickPeriod);
                }
            }
        }
    }

    internal void Remove(MaintenanceLoop loop)
    {
        ITimer? last = null;
        lock (_gate)
        {
            if (_loops.Remove(loop))
            {
                _snapshot = null;
                if (_loops.Count == 0)
                {
                    (last, _timer) = (_timer, null);
                }
            }
        }

        last?.Dispose();
    }

    /// <summary>
    /// Ticks every pool. What may run code of the application or of a provider leaves this thread, so that no pool
    /// delays another. A clock of the application's own calls a single pool directly, as a timer of its own would.
    /// </summary>
    private void Tick()
    {
        if (Interlocked.Exchange(ref _isTicking, 1) != 0)
        {
            return;
        }

        try
        {
            var loops = Read();
            var now = timeProvider.GetTimestamp();
            var isDirect = loops.Length == 1 && timeProvider != TimeProvider.System;
            foreach (var loop in loops)
            {
                loop.Tick(now, isDirect);
            }
        }
        finally
        {
            Volatile.Write(ref _isTicking, 0);
        }
    }

    private MaintenanceLoop[] Read()
    {
        lock (_gate)
        {
            return _snapshot ??= [.. _loops];
        }
    }
}
