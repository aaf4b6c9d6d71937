using Microsoft.Extensions.Time.Testing;

namespace Cenote.Tests;

/// <summary>Fake time that counts the timers which are alive, and the tasks that wait for one of them.</summary>
internal sealed class TimerCountingTime(DateTimeOffset start) : FakeTimeProvider(start)
{
    private int _timers;
    private int _waits;

    internal TimerCountingTime()
        : this(FakeTimeSteps.Start)
    {
    }

    public int Timers => Volatile.Read(ref _timers);

    /// <summary>
    /// Gets the number of tasks of <see cref="Task.Delay(TimeSpan, TimeProvider)"/> and
    /// <see cref="Task.WaitAsync(TimeSpan, TimeProvider)"/> that wait for this time to pass.
    /// </summary>
    public int Waits => Volatile.Read(ref _waits);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(this, callback, isWait: state is Task);
        timer.Start(base.CreateTimer(timer.Call, state, dueTime, period));
        return timer;
    }

    private sealed class Timer : ITimer
    {
        private readonly TimerCountingTime _time;
        private readonly TimerCallback _callback;
        private ITimer? _inner;
        private int _isWait;
        private int _isAlive = 1;

        internal Timer(TimerCountingTime time, TimerCallback callback, bool isWait)
        {
            (_time, _callback, _isWait) = (time, callback, isWait ? 1 : 0);
            Interlocked.Increment(ref time._timers);
            Interlocked.Add(ref time._waits, _isWait);
        }

        internal void Start(ITimer inner)
        {
            Volatile.Write(ref _inner, inner);
            Interlocked.MemoryBarrier();
            if (Volatile.Read(ref _isAlive) == 0)
            {
                inner.Dispose();
            }
        }

        // The wait is over before its task completes, which may run what comes next on this thread.
        internal void Call(object? state)
        {
            EndWait();
            _callback(state);
        }

        public bool Change(TimeSpan dueTime, TimeSpan period) => _inner!.Change(dueTime, period);

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _isAlive, 0) == 1)
            {
                _inner?.Dispose();
                EndWait();
                Interlocked.Decrement(ref _time._timers);
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        private void EndWait() => Interlocked.Add(ref _time._waits, -Interlocked.Exchange(ref _isWait, 0));
    }
}
