namespace Cenote;

/// <summary>The data of <see cref="ConnectionPool.CircuitChanged"/>: a change of a pool's circuit.</summary>
public sealed class CircuitChangedEventArgs : EventArgs
{
    internal CircuitChangedEventArgs(string poolName, CircuitState before, CircuitStatus status)
    {
        PoolName = poolName;
        PreviousState = before;
        Status = status;
    }

    /// <summary>Gets the name of the pool.</summary>
    public string PoolName { get; }

    /// <summary>Gets the state before the change.</summary>
    public CircuitState PreviousState { get; }

    /// <summary>Gets the circuit right after the change. It may have changed again since.</summary>
    public CircuitStatus Status { get; }
}
