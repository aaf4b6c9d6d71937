namespace Cenote.Maintenance;

/// <summary>A duty that may outlive the pool: for connections that are still out when it closes.</summary>
internal interface IClosingTask : IMaintenanceTask
{
    /// <summary>
    /// Whether the connections that are out need it to go on. Bounded in time: the timer, and with it the pool, stays
    /// alive as long.
    /// </summary>
    bool IsNeeded { get; }
}
