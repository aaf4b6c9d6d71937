namespace Cenote;

/// <summary>The arguments of <see cref="ConnectionPool.EventOccurred"/>.</summary>
public sealed class PoolEventArgs : EventArgs
{
    internal PoolEventArgs(string poolName, PoolEvent happened) => (PoolName, Event) = (poolName, happened);

    /// <summary>Gets the pool's name.</summary>
    public string PoolName { get; }

    /// <summary>Gets the event, with its time.</summary>
    public PoolEvent Event { get; }
}
