namespace Cenote.InterleavingTests.Desk;

/// <summary>
/// Time that moves to the next short timer whenever the thread that runs it gets its turn: the checker decides how
/// early or late that is. Timers of a second or more, those of callers, never fire. So a caller that waits and is
/// forgotten waits for ever, which the checker reports.
/// </summary>
internal sealed class ShortTimersClock : StillClock
{
    private readonly object _gate = new();
    private readonly List<Alarm> _armed = [];
    private bool _isOver;

    /// <summary>Fires what is armed, the earliest first, until <see cref="End"/>.</summary>
    public void Run()
    {
        while (TakeNext() is { } alarm)
        {
            alarm.Fire();
        }
    }

    public void End()
    {
        lock (_gate)
        {
            _isOver = true;
            Monitor.PulseAll(_gate);
        }
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => new Alarm(this, callback, state);

    private Alarm? TakeNext()
    {
        lock (_gate)
        {
            while (_armed.Count == 0 && !_isOver)
            {
                Monitor.Wait(_gate);
            }

            if (_isOver)
            {
                return null;
            }

            var next = _armed.MinBy(static alarm => alarm.Due)!;
            _armed.Remove(next);
            Advance(TimeSpan.FromTicks(Math.Max(0, next.Due - GetTimestamp())));
            return next;
        }
    }

    private sealed class Alarm(ShortTimersClock clock, TimerCallback callback, object? state) : ITimer
    {
        public long Due { get; private set; }

        public void Fire() => callback(state);

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (clock._gate)
            {
                clock._armed.Remove(this);
                if (dueTime >= TimeSpan.Zero && dueTime < TimeSpan.FromSeconds(1))
                {
                    Due = clock.GetTimestamp() + dueTime.Ticks;
                    clock._armed.Add(this);
                    Monitor.PulseAll(clock._gate);
                }
            }

            return true;
        }

        public void Dispose() => Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
