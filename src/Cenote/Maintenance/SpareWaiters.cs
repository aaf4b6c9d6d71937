using Cenote.Leasing;

namespace Cenote.Maintenance;

/// <summary>The task that releases spare waiters which were not needed again within five seconds.</summary>
internal sealed class SpareWaiters(LeaseDesk desk) : IMaintenanceTask
{
    /// <summary>The number of spare waiters that is always kept, for a few callers at once.</summary>
    private const int Kept = 16;
    private const int TicksBetween = 5;

    private int _ticks;

    public void Run()
    {
        if (++_ticks % TicksBetween == 0)
        {
            desk.TrimSpareWaiters(Kept);
        }
    }

    public void Rest() => desk.TrimSpareWaiters(0);
}
