namespace Cenote;

/// <summary>
/// Adds findings to the readiness check of all pools (<c>AddConnectionPools</c>), for example an
/// evicted replica of a set. Register implementations as singletons.
/// </summary>
public interface IPoolHealthSource
{
    /// <summary>
    /// What there is to say now. Must not block, connect or wait: it is asked every few seconds. What it throws is
    /// reported as degraded. Thread-safe.
    /// </summary>
    IEnumerable<PoolHealthEntry> GetEntries();
}
