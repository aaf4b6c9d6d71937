namespace Cenote;

/// <summary>A change of a pool's circuit.</summary>
public sealed class CircuitChangedEventArgs : EventArgs
{
    internal CircuitChangedEventArgs(string poolName, CircuitState before, CircuitStatus status)
    {
        PoolName = poolName;
        PreviousState = before;
        Status = status;
    }

    /// <summary>The pool's name.</summary>
    public string PoolName { get; }

    /// <summary>The state before.</summary>
    public CircuitState PreviousState { get; }

    /// <summary>The circuit right after the change; it may have changed again since.</summary>
    public CircuitStatus Status { get; }
}
