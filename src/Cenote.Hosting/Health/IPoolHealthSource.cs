namespace Cenote;

/// <summary>
/// Adds findings to the readiness check of all pools (<c>AddConnectionPools</c>): a set of replicas may report one that
/// is out, say. Register implementations as singletons.
/// </summary>
public interface IPoolHealthSource
{
    /// <summary>
    /// What there is to say now. Must not block, connect or wait: it is asked every few seconds. What it throws is
    /// reported as degraded. Thread-safe.
    /// </summary>
    IEnumerable<PoolHealthEntry> GetEntries();
}
