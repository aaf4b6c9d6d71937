namespace Cenote;

/// <summary>
/// A source of entries for the readiness check of all pools (<c>AddConnectionPools</c>), for example an
/// evicted replica of a set. Register implementations as singletons.
/// </summary>
public interface IPoolHealthSource
{
    /// <summary>
    /// Returns the current entries. It must not block, connect or wait, because it is called every few seconds. An
    /// exception is reported as degraded. Thread-safe.
    /// </summary>
    IEnumerable<PoolHealthEntry> GetEntries();
}
