namespace Cenote;

/// <summary>A failure on one of the pool's connections that says something of the server.</summary>
public sealed class FailureObservedEventArgs : EventArgs
{
    internal FailureObservedEventArgs(string poolName, FailureKind kind, Exception? exception)
    {
        PoolName = poolName;
        Kind = kind;
        Exception = exception;
    }

    /// <summary>The pool's name.</summary>
    public string PoolName { get; }

    /// <summary><see cref="FailureKind.ConnectionLost"/> or <see cref="FailureKind.ReadOnlyServer"/>.</summary>
    public FailureKind Kind { get; }

    /// <summary>What the driver threw; <see langword="null"/> when it only said that the connection is gone.</summary>
    public Exception? Exception { get; }
}
