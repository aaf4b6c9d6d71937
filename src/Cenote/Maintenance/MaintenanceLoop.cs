using Cenote.Events;
using Cenote.Leasing;
using Cenote.Statistics;
using Cenote.Time;

namespace Cenote.Maintenance;

/// <summary>The maintenance of a pool: one timer, a list of small tasks.</summary>
internal sealed class MaintenanceLoop
{
    private readonly PoolSettings _settings;
    private readonly Meters _meters;
    private readonly PoolJournal _journal;
    private readonly IClosingTask _leaks;
    private readonly IReadOnlyList<IMaintenanceTask> _closingTasks;
    private IReadOnlyList<IMaintenanceTask> _tasks;
    private ITimer? _timer;
    private int _isRunning;
    private bool _isLingering;
    private bool _isFinishing;

    internal MaintenanceLoop(PoolSettings settings, LeaseDesk desk, Meters meters, PoolJournal journal, IClosingTask leaks, IMaintenanceTask diagnoses)
    {
        _settings = settings;
        _meters = meters;
        _journal = journal;
        _leaks = leaks;
        _closingTasks = [new ClockTick(settings, desk), new StuckResets(settings, desk), leaks];
        _tasks =
        [
            _closingTasks[0],
            new LoadSample(settings, desk),
            _closingTasks[1],
            new LifetimeRetirement(desk),
            new IdleRetirement(settings, desk),
            new KeepAlive(settings, desk),
            new SizingRound(settings, desk, journal),
            leaks,
            diagnoses,
            new ImmediateRents(desk),
            new SpareWaiters(desk),
            new Refill(desk),
        ];
    }

    internal void Start()
    {
        // Callers read the clock from now on.
        RunTask(_closingTasks[0]);
        using (ExecutionContext.IsFlowSuppressed() ? default : ExecutionContext.SuppressFlow())
        {
            _timer = _settings.Clock.TimeProvider.CreateTimer(static state => ((MaintenanceLoop)state!).Run(), this, PoolClock.TickPeriod, PoolClock.TickPeriod);
        }
    }

    /// <summary>Reduces the tasks to the ones that the last connections of a closing pool need.</summary>
    internal void WindDown() => Volatile.Write(ref _tasks, _closingTasks);

    /// <summary>
    /// Keeps the timer only while the leak scan needs it, because only leased connections are left.
    /// </summary>
    internal void Linger()
    {
        Volatile.Write(ref _isLingering, true);
        StopUnlessNeeded();
    }

    /// <summary>
    /// Runs a last tick, which notices returns since the tick before, and stops. Called after the last connection is
    /// closed.
    /// </summary>
    internal void Finish()
    {
        Interlocked.Exchange(ref _isFinishing, true);
        Run();
        Stop();
    }

    /// <summary>
    /// Runs one tick. A tick during another one is skipped, except the last, which the other one then runs.
    /// </summary>
    internal void Run()
    {
        while (Interlocked.Exchange(ref _isRunning, 1) == 0)
        {
            var isLast = Volatile.Read(ref _isFinishing);
            try
            {
                foreach (var task in Volatile.Read(ref _tasks))
                {
                    RunTask(task);
                }
            }
            finally
            {
                // A full fence: a skipped last tick wrote its request before it, and the request is read below.
                Interlocked.Exchange(ref _isRunning, 0);
            }

            if (isLast || !Volatile.Read(ref _isFinishing))
            {
                break;
            }
        }

        if (Volatile.Read(ref _isLingering))
        {
            StopUnlessNeeded();
        }
    }

    private void Stop() => _timer?.Dispose();

    private void StopUnlessNeeded()
    {
        if (!_leaks.IsNeeded)
        {
            Stop();
        }
    }

    private void RunTask(IMaintenanceTask task)
    {
        try
        {
            task.Run();
        }
        catch (Exception exception)
        {
            _meters.MaintenanceFailures.Increment();
            _journal.MaintenanceFailed(task.GetType().Name, exception);
        }
    }
}
