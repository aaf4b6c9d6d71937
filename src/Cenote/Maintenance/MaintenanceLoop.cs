using Cenote.Events;
using Cenote.Leasing;
using Cenote.Statistics;

namespace Cenote.Maintenance;

/// <summary>
/// The maintenance of a pool: a list of small tasks, once a tick of <see cref="MaintenanceTimer"/>. While the pool is
/// at rest, a tick advances its clock and runs only the tasks that are due.
/// </summary>
internal sealed class MaintenanceLoop : IThreadPoolWorkItem
{
    /// <summary>
    /// The longest time for which the pool is passed over. A rent that was about to swap when the pool fell asleep is
    /// noticed then.
    /// </summary>
    private static readonly TimeSpan LongestSleep = TimeSpan.FromSeconds(10);

    private readonly LeaseDesk _desk;
    private readonly MaintenanceTimer _timer;
    private readonly RestWatch _rest;
    private readonly ClockTick _clock;
    private readonly Meters _meters;
    private readonly PoolJournal _journal;
    private readonly IClosingTask _leaks;
    private readonly StuckResets _resets;
    private IMaintenanceTask[] _tasks;
    private long _dueAt;
    private long _sleepsUntil;
    private bool _wasAtRest;
    private int _isRunning;
    private int _isQueued;
    private bool _isLingering;
    private bool _isFinishing;

    internal MaintenanceLoop(PoolSettings settings, LeaseDesk desk, Meters meters, PoolJournal journal, IClosingTask leaks, IReadOnlyList<IMaintenanceTask> diagnoses)
    {
        _desk = desk;
        _timer = MaintenanceTimer.Of(settings.Clock.TimeProvider);
        _clock = new ClockTick(settings, desk);
        _rest = new RestWatch(settings, desk, _clock);
        _meters = meters;
        _journal = journal;
        _leaks = leaks;
        _resets = new StuckResets(settings, desk);
        var renewal = settings.CredentialsProvider is null ? null : new CredentialRenewal(settings, desk, journal);
        _tasks =
        [
            _clock,
            new LoadSample(settings, desk),
            _resets,
            .. renewal is null ? Array.Empty<IMaintenanceTask>() : [renewal],
            new LifetimeRetirement(desk, renewal),
            new IdleRetirement(settings, desk),
            new KeepAlive(settings, desk),
            .. settings.SizingPolicy is { } policy ? [new SizingRound(settings, policy, desk, journal)] : Array.Empty<IMaintenanceTask>(),
            leaks,
            .. diagnoses,
            new ImmediateRents(desk),
            new SpareWaiters(desk),
            new Refill(desk),
        ];
    }

    /// <summary>Gets whether the last tick found nothing to do but to advance the clock.</summary>
    internal bool IsAtRest => _wasAtRest && _rest.IsAtRest;

    internal void Start()
    {
        // Callers read the clock from now on.
        RunTask(_clock);
        _timer.Add(this);
    }

    /// <summary>
    /// Handles a tick of the shared timer. Other pools wait for its end, so only the check for work runs here.
    /// </summary>
    /// <param name="now">The timestamp of the tick.</param>
    /// <param name="isDirect">Whether the work may run here, too.</param>
    internal void Tick(long now, bool isDirect)
    {
        if (now < _sleepsUntil && _desk.IsAsleep)
        {
            return;
        }

        if (Interlocked.Exchange(ref _isRunning, 1) != 0)
        {
            return;
        }

        bool hasWork;
        try
        {
            hasWork = LookForWork(now);
        }
        finally
        {
            Interlocked.Exchange(ref _isRunning, 0);
        }

        // A last tick that came meanwhile was skipped, and is owed.
        if (!hasWork && !Volatile.Read(ref _isFinishing))
        {
            return;
        }

        if (isDirect)
        {
            Run();
        }
        else if (Interlocked.Exchange(ref _isQueued, 1) == 0)
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
    }

    void IThreadPoolWorkItem.Execute()
    {
        Volatile.Write(ref _isQueued, 0);
        Run();
    }

    /// <summary>Reduces the tasks to the ones that the last connections of a closing pool need.</summary>
    internal void WindDown() => Volatile.Write(ref _tasks, [_clock, _resets, _leaks]);

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
                RunTasks(isAtRest: _wasAtRest && !isLast);
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

    private void Stop() => _timer.Remove(this);

    private void StopUnlessNeeded()
    {
        if (!_leaks.IsNeeded)
        {
            Stop();
        }
    }

    /// <summary>
    /// Advances the clock of a pool at rest, and returns whether any task has work. Without work, the pool falls asleep
    /// at the first look, and is passed over from the second one on.
    /// </summary>
    private bool LookForWork(long now)
    {
        try
        {
            _rest.Look();
            if (!_rest.IsAtRest)
            {
                _wasAtRest = false;
                return true;
            }

            _clock.Advance();
            var left = _dueAt - _desk.Now;
            if (!_wasAtRest || left <= 0)
            {
                return true;
            }

            if (_desk.IsAsleep)
            {
                _sleepsUntil = now + _timer.ToTimestamp(left < LongestSleep.TotalMilliseconds ? TimeSpan.FromMilliseconds(left) : LongestSleep);
            }
            else
            {
                _sleepsUntil = 0;
                _desk.Sleep();
            }

            return false;
        }
        catch (Exception)
        {
            // A clock of the application that throws: the task that reads it does so again, and its failure is logged.
            return true;
        }
    }

    /// <param name="isAtRest">Whether to run only the tasks that are due, because nothing happened since the last
    /// tick.</param>
    private void RunTasks(bool isAtRest)
    {
        var dueAt = long.MaxValue;
        foreach (var task in Volatile.Read(ref _tasks))
        {
            if (!isAtRest || _desk.Now >= task.DueAt)
            {
                RunTask(task);
                if (_rest.IsAtRest)
                {
                    task.Rest();
                }
            }

            dueAt = Math.Min(dueAt, task.DueAt);
        }

        _dueAt = dueAt;
        _wasAtRest = _rest.IsAtRest;
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
