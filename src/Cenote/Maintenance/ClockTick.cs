using Cenote.Leasing;

namespace Cenote.Maintenance;

/// <summary>Advances the coarse clock that rents and returns read instead of a precise one.</summary>
internal sealed class ClockTick(PoolSettings settings, LeaseDesk desk) : IUpkeepTask
{
    public void Run()
    {
        var interval = settings.ValidationInterval;
        desk.Tick(interval == Timeout.InfiniteTimeSpan ? long.MaxValue : (long)interval.TotalMilliseconds);
    }
}
