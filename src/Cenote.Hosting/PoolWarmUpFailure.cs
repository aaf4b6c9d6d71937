namespace Cenote;

/// <summary>A pool that was not ready for traffic when the host started.</summary>
public sealed class PoolWarmUpFailure
{
    internal PoolWarmUpFailure(string poolName, string description, Exception? exception) =>
        (PoolName, Description, Exception) = (poolName, description, exception);

    /// <summary>Gets the name that the pool is registered by.</summary>
    public string PoolName { get; }

    /// <summary>Gets what was missing, in a sentence.</summary>
    public string Description { get; }

    /// <summary>
    /// Gets the last failure to connect, or to construct the pool; <see langword="null"/> when nothing failed.
    /// </summary>
    public Exception? Exception { get; }

    /// <summary>Returns name and description.</summary>
    public override string ToString() => $"{PoolName}: {Description}";
}
