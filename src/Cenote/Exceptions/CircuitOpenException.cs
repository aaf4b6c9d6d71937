namespace Cenote;

/// <summary>
/// The pool's circuit is open: the last tries to open a connection failed, and no connection is left that could serve
/// the caller. Thrown at once, without a wait. The last failure's exception is the inner one.
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

    /// <summary>The circuit when the caller was refused.</summary>
    public CircuitStatus CircuitStatus { get; }

    /// <summary>When to try again: shortly after the pool itself has probed the database, with jitter, so that callers
    /// do not come back all at once; <see langword="null"/> when the circuit was opened by hand, until it is closed by
    /// hand.</summary>
    public TimeSpan? RetryAfter { get; }

    /// <summary>
    /// The last failure to open a connection, with its time; <see langword="null"/> when the circuit was opened by
    /// hand.
    /// </summary>
    public OpenFailure? LastFailure => CircuitStatus.LastFailure;

    /// <summary>Always <see langword="true"/>: circuits close.</summary>
    public override bool IsTransient => true;
}
