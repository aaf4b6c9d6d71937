namespace Cenote;

/// <summary>The data of <see cref="ConnectionPool.CircuitChanged"/>: a change of a pool's circuit.</summary>
public sealed class CircuitChangedEventArgs : EventArgs
{
    internal CircuitChangedEventArgs(string poolName, DateTimeOffset time, CircuitState before, CircuitStatus status)
    {
        PoolName = poolName;
        Time = time;
        PreviousState = before;
        Status = status;
    }

    /// <summary>Gets the name of the pool.</summary>
    public string PoolName { get; }

    /// <summary>Gets when it happened.</summary>
    public DateTimeOffset Time { get; }

    /// <summary>Gets the state before the change.</summary>
    public CircuitState PreviousState { get; }

    /// <summary>Gets the circuit right after the change. It may have changed again since.</summary>
    public CircuitStatus Status { get; }
}
