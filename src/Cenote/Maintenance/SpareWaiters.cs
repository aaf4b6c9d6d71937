using Cenote.Leasing;

namespace Cenote.Maintenance;

/// <summary>Lets the spare waiters of a crowd go that has not come back within ten seconds.</summary>
internal sealed class SpareWaiters(LeaseDesk desk) : IMaintenanceTask
{
    /// <summary>Not worth trimming: what a few callers at once need.</summary>
    private const int Kept = 16;
    private const int TicksBetween = 10;

    private int _ticks;

    public void Run()
    {
        if (++_ticks % TicksBetween == 0)
        {
            desk.TrimSpareWaiters(Kept);
        }
    }
}
