namespace Cenote.Shop.Clients;

/// <summary>What the pool told its callers, counted by the callers: the pool's own counts must agree.</summary>
internal sealed class RentTally
{
    private long _leases;
    private long _pooledConnections;
    private long _timeouts;
    private long _cancellations;
    private long _openFailures;
    private long _circuitRejections;
    private long _otherFailures;

    /// <summary>Leases given.</summary>
    public long Leases => Interlocked.Read(ref _leases);

    /// <summary>Pooled connections opened.</summary>
    public long PooledConnections => Interlocked.Read(ref _pooledConnections);

    public long Given => Leases + PooledConnections;

    public long Timeouts => Interlocked.Read(ref _timeouts);

    public long Cancellations => Interlocked.Read(ref _cancellations);

    public long OpenFailures => Interlocked.Read(ref _openFailures);

    /// <summary>Callers refused because the circuit was open.</summary>
    public long CircuitRejections => Interlocked.Read(ref _circuitRejections);

    public long OtherFailures => Interlocked.Read(ref _otherFailures);

    public void CountLease() => Interlocked.Increment(ref _leases);

    public void CountPooledConnection() => Interlocked.Increment(ref _pooledConnections);

    public void CountFailure(Exception exception) => Interlocked.Increment(ref CounterOf(exception));

    private ref long CounterOf(Exception exception)
    {
        switch (exception)
        {
            case PoolTimeoutException:
                return ref _timeouts;
            case OperationCanceledException:
                return ref _cancellations;
            case ConnectionOpenException:
                return ref _openFailures;
            case CircuitOpenException:
                return ref _circuitRejections;
            default:
                return ref _otherFailures;
        }
    }
}
