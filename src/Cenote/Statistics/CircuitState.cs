namespace Cenote;

/// <summary>Whether a pool tries to reach its database.</summary>
public enum CircuitState
{
    /// <summary>It does. The normal state.</summary>
    Closed,

    /// <summary>
    /// It does not: the last tries failed, or <see cref="ConnectionPool.IsolateCircuit"/> was called.
    /// </summary>
    Open,

    /// <summary>One probe in the background finds out whether the database is back.</summary>
    HalfOpen,
}
