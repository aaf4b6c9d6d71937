namespace Cenote.Maintenance;

/// <summary>
/// One duty of upkeep, done once a tick. Never called concurrently; what it throws is logged, and the others go on.
/// </summary>
internal interface IMaintenanceTask
{
    /// <summary>Does what is due at this moment.</summary>
    void Run();
}
