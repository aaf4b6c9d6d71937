using Microsoft.Extensions.Time.Testing;

namespace Cenote.Tests.Maintenance;

/// <summary>
/// Fake time that can pass without any timer noticing, as for a process or a machine that was stopped.
/// </summary>
internal sealed class StandstillClock : TimeProvider
{
    private readonly FakeTimeProvider _inner = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private long _monotonic;
    private long _wall;

    public override long TimestampFrequency => _inner.TimestampFrequency;

    public override long GetTimestamp() => _inner.GetTimestamp() + Volatile.Read(ref _monotonic);

    public override DateTimeOffset GetUtcNow() => _inner.GetUtcNow() + TimeSpan.FromTicks(Volatile.Read(ref _wall));

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => _inner.CreateTimer(callback, state, dueTime, period);

    /// <summary>Time passes, and timers fire.</summary>
    internal void Advance(TimeSpan time) => _inner.Advance(time);

    /// <summary>The clocks move alone.</summary>
    internal void Jump(TimeSpan monotonic, TimeSpan wall)
    {
        Interlocked.Add(ref _monotonic, (long)(monotonic.TotalSeconds * TimestampFrequency));
        Interlocked.Add(ref _wall, wall.Ticks);
    }
}
