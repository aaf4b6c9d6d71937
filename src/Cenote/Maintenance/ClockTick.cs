using Cenote.Leasing;

namespace Cenote.Maintenance;

/// <summary>The task that advances the coarse clock, which rents and returns read instead of a precise one.</summary>
internal sealed class ClockTick(PoolSettings settings, LeaseDesk desk) : IMaintenanceTask
{
    public void Run() => desk.Tick(FreshnessLimit.Read(settings, desk) is { } pace ? (long)pace.TotalMilliseconds : long.MaxValue);
}
