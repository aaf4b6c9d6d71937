using Cenote.Leasing;
using Cenote.Statistics;

namespace Cenote.Maintenance;

/// <summary>
/// Counts callers that were served at once into the wait times of whoever listens, as zeros, once a second: they
/// themselves take the short path, which tells nobody anything.
/// </summary>
/// <remarks>An instrument takes one value at a time, so there is a bound: of a pool that serves more callers at once
/// within a second, the rest is left out.</remarks>
internal sealed class ImmediateRents(LeaseDesk desk) : IMaintenanceTask
{
    internal const int MaxPerTick = 10_000;

    private readonly Histogram _waits = desk.Meters.WaitTime;
    private long _counted;

    public void Run()
    {
        // Waits first: a caller served in between then counts as one that did not wait until the next tick makes up for
        // it, not as minus one.
        var waits = _waits.Count;
        var prompt = desk.Slots.CountRents() - waits - _counted;
        if (prompt <= 0)
        {
            return;
        }

        _counted += prompt;
        if (_waits.Export is { IsEnabled: true } export)
        {
            for (var i = Math.Min(prompt, MaxPerTick); i > 0; i--)
            {
                export.Record(TimeSpan.Zero);
            }
        }
    }
}
