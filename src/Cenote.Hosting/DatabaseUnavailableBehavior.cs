namespace Cenote;

/// <summary>What the start of a host does about a database that is not there.</summary>
public enum DatabaseUnavailableBehavior
{
    /// <summary>
    /// The host starts, readiness is unhealthy, and the pool fills by itself when the database appears. A host that
    /// fails is started again and again by its orchestrator, which brings no database back.
    /// </summary>
    StartNotReady,

    /// <summary>
    /// The start fails with a <see cref="PoolWarmUpException"/> that names every pool and its last failure.
    /// </summary>
    FailFast,
}
