using Cenote.Leasing;

namespace Cenote.Maintenance;

/// <summary>Looks again at what is missing: opens that were held back after a failure start from here.</summary>
internal sealed class Refill(LeaseDesk desk) : IMaintenanceTask
{
    public void Run() => desk.Settle();
}
