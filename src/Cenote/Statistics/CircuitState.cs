namespace Cenote;

/// <summary>The state of a pool's circuit.</summary>
public enum CircuitState
{
    /// <summary>The pool connects to its database. This is the normal state.</summary>
    Closed,

    /// <summary>
    /// The pool does not connect, because the last attempts failed or <see cref="ConnectionPool.IsolateCircuit"/> was
    /// called.
    /// </summary>
    Open,

    /// <summary>One probe in the background checks whether the database is reachable again.</summary>
    HalfOpen,
}
