using System.Runtime.CompilerServices;

namespace Cenote.Time;

/// <summary>
/// A clock of the application that can be read under a lock. Some clocks run timers that are due on the thread that
/// reads them, as FakeTimeProvider 10.11.0 does. Such a timer would take another lock, or the same one again.
/// </summary>
/// <remarks>
/// A callback of a timer of this clock, and what awaits a task that it completes, moves to the thread pool when a read
/// of such a clock runs it. So it may run after its timer was disposed of. The application's own timers, and
/// registrations of its tokens, run where its clock runs them.
/// </remarks>
internal sealed class QuietTimeProvider : TimeProvider
{
    private static readonly ConditionalWeakTable<TimeProvider, QuietTimeProvider> s_clocks = [];

    private readonly TimeProvider _clock;

    private QuietTimeProvider(TimeProvider clock) => _clock = clock;

    public override long TimestampFrequency => _clock.TimestampFrequency;

    public override TimeZoneInfo LocalTimeZone => _clock.LocalTimeZone;

    /// <summary>Returns the one quiet clock of a clock: the clock itself where it is quiet already.</summary>
    internal static TimeProvider Of(TimeProvider clock) =>
        ReferenceEquals(clock, System) || clock is QuietTimeProvider ? clock : s_clocks.GetValue(clock, static clock => new QuietTimeProvider(clock));

    public override long GetTimestamp()
    {
        using var reading = Reading.Begin();
        return _clock.GetTimestamp();
    }

    public override DateTimeOffset GetUtcNow()
    {
        using var reading = Reading.Begin();
        return _clock.GetUtcNow();
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        _clock.CreateTimer(new Alarm(callback).Ring, state, dueTime, period);

    private sealed class Alarm(TimerCallback callback)
    {
        internal void Ring(object? state)
        {
            if (Reading.IsUnderWay)
            {
                ThreadPool.UnsafeQueueUserWorkItem(callback.Invoke, state, preferLocal: false);
            }
            else
            {
                callback(state);
            }
        }
    }

    /// <summary>
    /// A read by this thread. Its synchronization context sends to the thread pool what awaits a task that the read
    /// completes.
    /// </summary>
    private readonly ref struct Reading
    {
        private readonly SynchronizationContext? _before;

        private Reading(SynchronizationContext? before) => _before = before;

        internal static bool IsUnderWay => SynchronizationContext.Current is Context;

        internal static Reading Begin()
        {
            var reading = new Reading(SynchronizationContext.Current);
            SynchronizationContext.SetSynchronizationContext(Context.Only);
            return reading;
        }

        public void Dispose() => SynchronizationContext.SetSynchronizationContext(_before);

        // The base class posts to the thread pool.
        private sealed class Context : SynchronizationContext
        {
            internal static readonly Context Only = new();
        }
    }
}
