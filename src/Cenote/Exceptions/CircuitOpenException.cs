namespace Cenote;

/// <summary>
/// The exception for a rent while the pool's circuit is open: the last attempts to open a connection failed, and no
/// connection is left. Thrown at once, without a wait. The inner exception is the last failure, if there was one.
/// </summary>
public sealed class CircuitOpenException : PoolException
{
    internal CircuitOpenException(string poolName, CircuitStatus circuit, TimeSpan? retryAfter, string message)
        : base(poolName, message, circuit.LastFailure?.Exception)
    {
        CircuitStatus = circuit;
        RetryAfter = retryAfter;
        HelpLink = Help.Link("troubleshooting.md", "circuit-open");
    }

    /// <summary>Gets the status of the circuit when the caller was rejected.</summary>
    public CircuitStatus CircuitStatus { get; }

    /// <summary>
    /// Gets the time after which to try again, shortly after the pool's own next probe; <see langword="null"/> when the
    /// circuit was isolated (<see cref="ConnectionPool.IsolateCircuit"/>). Jitter keeps callers from retrying all at
    /// once.
    /// </summary>
    public TimeSpan? RetryAfter { get; }

    /// <summary>
    /// Gets the last failure to open a connection since the last success, with its time; <see langword="null"/> when
    /// none failed, for example when a healthy pool was isolated.
    /// </summary>
    public OpenFailure? LastFailure => CircuitStatus.LastFailure;

    /// <summary>Gets <see langword="true"/>, because the circuit closes when the database recovers.</summary>
    public override bool IsTransient => true;
}
