using Cenote.Leasing;

namespace Cenote.Maintenance;

/// <summary>Advances the coarse clock that rents and returns read instead of a precise one.</summary>
internal sealed class ClockTick(PoolSettings settings, LeaseDesk desk) : IUpkeepTask
{
    private readonly long _interval = settings.ValidationInterval == Timeout.InfiniteTimeSpan
        ? long.MaxValue
        : (long)settings.ValidationInterval.TotalMilliseconds;

    public void Run() => desk.Tick(_interval);
}
