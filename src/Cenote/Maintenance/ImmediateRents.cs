using Cenote.Leasing;
using Cenote.Statistics;

namespace Cenote.Maintenance;

/// <summary>
/// The task that records immediate rents as zeros in the exported wait times, once a second, because the short path of
/// a rent records nothing.
/// </summary>
/// <remarks>An instrument takes one value at a time, so the number per second is bounded. Further immediate rents of
/// that second are not exported.</remarks>
internal sealed class ImmediateRents(LeaseDesk desk) : IMaintenanceTask
{
    internal const int MaxPerTick = 10_000;

    private readonly Histogram _waits = desk.Meters.WaitTime;
    private long _counted;

    public void Run()
    {
        // Reads waits first. A caller served between the reads then counts as immediate until the next tick corrects
        // it, and never as minus one.
        var waits = _waits.Count;
        var immediate = desk.CountRents() - waits - _counted;
        if (immediate <= 0)
        {
            return;
        }

        _counted += immediate;
        if (_waits.Export is { IsEnabled: true } export)
        {
            for (var i = Math.Min(immediate, MaxPerTick); i > 0; i--)
            {
                export.Record(TimeSpan.Zero);
            }
        }
    }
}
