namespace Cenote.Time;

/// <summary>The pool's view of its <see cref="TimeProvider"/>: monotonic time since the pool was constructed.</summary>
internal sealed class PoolClock(TimeProvider timeProvider)
{
    /// <summary>The interval at which maintenance runs and sets the coarse clock of the desk.</summary>
    internal static readonly TimeSpan TickPeriod = TimeSpan.FromSeconds(1);

    private readonly TimeProvider _timeProvider = QuietTimeProvider.Of(timeProvider);
    private readonly long _start = QuietTimeProvider.Of(timeProvider).GetTimestamp();

    /// <summary>Gets the clock for every timer and wait of the pool, which can be read under a lock.</summary>
    internal TimeProvider TimeProvider => _timeProvider;

    /// <summary>Gets whether it is the machine's own clock.</summary>
    internal bool IsSystem { get; } = ReferenceEquals(timeProvider, TimeProvider.System);

    internal TimeSpan Elapsed => _timeProvider.GetElapsedTime(_start);

    internal long ElapsedMilliseconds => (long)Elapsed.TotalMilliseconds;

    internal DateTimeOffset UtcNow => _timeProvider.GetUtcNow();

    internal long GetTimestamp() => _timeProvider.GetTimestamp();

    internal TimeSpan ElapsedSince(long timestamp) => _timeProvider.GetElapsedTime(timestamp);

    /// <summary>Creates a timer that does not run yet.</summary>
    internal ITimer CreateTimer(TimerCallback callback, object state) =>
        _timeProvider.CreateTimer(callback, state, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
}
