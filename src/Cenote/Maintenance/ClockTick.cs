using Cenote.Leasing;

namespace Cenote.Maintenance;

/// <summary>The task that advances the coarse clock, which rents and returns read instead of a precise one.</summary>
internal sealed class ClockTick(PoolSettings settings, LeaseDesk desk) : IMaintenanceTask
{
    /// <summary>
    /// Gets the time in milliseconds for which an unused connection counts as alive; <see cref="long.MaxValue"/> for no
    /// limit.
    /// </summary>
    internal long Pace { get; private set; } = long.MaxValue;

    public void Run()
    {
        Pace = FreshnessLimit.Read(settings, desk) is { } pace ? (long)pace.TotalMilliseconds : long.MaxValue;
        Advance();
    }

    /// <summary>Advances the clock of a pool whose connections are the same as before.</summary>
    internal void Advance() => desk.Tick(Pace);
}
