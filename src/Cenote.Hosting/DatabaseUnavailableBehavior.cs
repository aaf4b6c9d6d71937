namespace Cenote;

/// <summary>The behavior of a starting host while a database is unavailable.</summary>
public enum DatabaseUnavailableBehavior
{
    /// <summary>
    /// The host starts, readiness is unhealthy, and the pool fills by itself when the database appears. A failing
    /// host would be restarted by its orchestrator, which does not bring the database back.
    /// </summary>
    StartNotReady,

    /// <summary>
    /// The start fails with a <see cref="PoolWarmUpException"/> that lists every pool and its last failure.
    /// </summary>
    FailFast,
}
