using Cenote.Leasing;

namespace Cenote.Maintenance;

/// <summary>The task that opens missing connections, for opens that were delayed after a failure.</summary>
internal sealed class Refill(LeaseDesk desk) : IMaintenanceTask
{
    public void Run() => desk.Settle();
}
