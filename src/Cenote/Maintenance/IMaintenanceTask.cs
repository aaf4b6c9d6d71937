namespace Cenote.Maintenance;

/// <summary>
/// A maintenance task, run once a tick. Never called concurrently. Its exceptions are logged, and the other tasks go
/// on.
/// </summary>
internal interface IMaintenanceTask
{
    /// <summary>Does the due work.</summary>
    void Run();
}
