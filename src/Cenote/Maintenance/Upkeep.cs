using Cenote.Diagnostics;
using Cenote.History;
using Cenote.Leasing;
using Cenote.Telemetry;

namespace Cenote.Maintenance;

/// <summary>Keeps the pool in shape: one timer, a list of small tasks.</summary>
internal sealed class Upkeep
{
    internal static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    private readonly PoolSettings _settings;
    private readonly Meters _meters;
    private readonly PoolJournal _journal;
    private readonly IReadOnlyList<IUpkeepTask> _closingTasks;
    private IReadOnlyList<IUpkeepTask> _tasks;
    private ITimer? _timer;
    private int _isRunning;

    internal Upkeep(PoolSettings settings, LeaseDesk desk, Meters meters, PoolJournal journal, IReadOnlyList<IUpkeepTask> watches)
    {
        _settings = settings;
        _meters = meters;
        _journal = journal;
        _closingTasks = [new ClockTick(settings, desk), new StuckResets(settings, desk)];
        _tasks =
        [
            _closingTasks[0],
            new LoadSample(settings, desk),
            _closingTasks[1],
            new LifetimeRetirement(desk),
            new IdleRetirement(settings, desk),
            new KeepAlive(settings, desk),
            new SizingRound(settings, desk, journal),
            .. watches,
            new PromptRents(desk),
            new SpareWaiters(desk),
            new Refill(desk),
        ];
    }

    internal void Start()
    {
        // Callers look at the clock from now on.
        RunTask(_closingTasks[0]);
        using (ExecutionContext.IsFlowSuppressed() ? default : ExecutionContext.SuppressFlow())
        {
            _timer = _settings.Clock.TimeProvider.CreateTimer(static state => ((Upkeep)state!).Run(), this, Period, Period);
        }
    }

    /// <summary>The pool is closing: only what its last connections need to come to their end is still done.</summary>
    internal void WindDown() => Volatile.Write(ref _tasks, _closingTasks);

    internal void Stop() => _timer?.Dispose();

    /// <summary>One tick. A tick that comes while another runs is skipped.</summary>
    internal void Run()
    {
        if (Interlocked.Exchange(ref _isRunning, 1) != 0)
        {
            return;
        }

        try
        {
            foreach (var task in Volatile.Read(ref _tasks))
            {
                RunTask(task);
            }
        }
        finally
        {
            Volatile.Write(ref _isRunning, 0);
        }
    }

    private void RunTask(IUpkeepTask task)
    {
        try
        {
            task.Run();
        }
        catch (Exception exception)
        {
            _meters.UpkeepFailures.Increment();
            _journal.UpkeepFailed(task.GetType().Name, exception);
        }
    }
}
