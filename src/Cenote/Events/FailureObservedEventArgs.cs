namespace Cenote;

/// <summary>
/// The data of <see cref="ConnectionPool.FailureObserved"/>: a failure of a connection that concerns the server.
/// </summary>
public sealed class FailureObservedEventArgs : EventArgs
{
    internal FailureObservedEventArgs(string poolName, DateTimeOffset time, FailureKind kind, Exception? exception)
    {
        PoolName = poolName;
        Time = time;
        Kind = kind;
        Exception = exception;
    }

    /// <summary>Gets the name of the pool.</summary>
    public string PoolName { get; }

    /// <summary>Gets when it happened.</summary>
    public DateTimeOffset Time { get; }

    /// <summary>
    /// Gets the kind: <see cref="FailureKind.ConnectionLost"/> or <see cref="FailureKind.ReadOnlyServer"/>.
    /// </summary>
    public FailureKind Kind { get; }

    /// <summary>
    /// Gets the driver's exception, or <see langword="null"/> when the driver only reported the connection as lost.
    /// </summary>
    public Exception? Exception { get; }
}
