namespace Cenote;

/// <summary>The data of <see cref="ConnectionPool.EventOccurred"/>.</summary>
public sealed class PoolEventArgs : EventArgs
{
    internal PoolEventArgs(PoolEvent happened) => Event = happened;

    /// <summary>Gets the event.</summary>
    public PoolEvent Event { get; }
}
