namespace Cenote.Tests.Sizing.Simulation;

/// <summary>
/// Time that jumps from one event to the next, on one thread. Timers and whatever else is scheduled happen in order.
/// </summary>
internal sealed class VirtualTime : TimeProvider
{
    private readonly PriorityQueue<Action, (long At, long Number)> _events = new();
    private long _number;

    public TimeSpan Now { get; private set; }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => Now.Ticks;

    public override DateTimeOffset GetUtcNow() => FakeTimeSteps.Start + Now;

    public void Schedule(TimeSpan delay, Action happen) => _events.Enqueue(happen, ((Now + delay).Ticks, _number++));

    /// <summary>Lets happen what is scheduled until then.</summary>
    public void RunUntil(TimeSpan end)
    {
        while (_events.TryPeek(out var happen, out var when) && when.At <= end.Ticks)
        {
            _events.Dequeue();
            Now = TimeSpan.FromTicks(when.At);
            happen();
        }

        Now = end;
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    private sealed class Timer(VirtualTime time, TimerCallback callback, object? state) : ITimer
    {
        private int _changes;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            var change = ++_changes;
            if (dueTime >= TimeSpan.Zero)
            {
                time.Schedule(dueTime, () => Fire(change));
            }

            return true;
        }

        public void Dispose() => _changes++;

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        private void Fire(int change)
        {
            if (change == _changes)
            {
                callback(state);
            }
        }
    }
}
