namespace Cenote;

/// <summary>What <see cref="ConnectionPool.EventOccurred"/> tells.</summary>
public sealed class PoolEventArgs : EventArgs
{
    internal PoolEventArgs(PoolEvent happened) => Event = happened;

    /// <summary>What happened.</summary>
    public PoolEvent Event { get; }
}
