namespace Cenote.Maintenance;

/// <summary>A task that may outlive the pool, for connections that are still leased when it closes.</summary>
internal interface IClosingTask : IMaintenanceTask
{
    /// <summary>
    /// Gets whether leased connections still need the task. The answer must become <see langword="false"/> in bounded
    /// time, because the timer keeps the pool alive until then.
    /// </summary>
    bool IsNeeded { get; }
}
