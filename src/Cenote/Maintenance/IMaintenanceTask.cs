namespace Cenote.Maintenance;

/// <summary>
/// A maintenance task, run once a tick. Never called concurrently. Its exceptions are logged, and the other tasks go
/// on.
/// </summary>
internal interface IMaintenanceTask
{
    /// <summary>
    /// Gets when the task has work again although nothing happens in the pool, on the pool's coarse clock. Read after
    /// <see cref="Run"/>.
    /// </summary>
    long DueAt => long.MaxValue;

    /// <summary>Does the due work.</summary>
    void Run();

    /// <summary>Releases what only a pool in use needs, because the pool is at rest.</summary>
    void Rest()
    {
    }
}
