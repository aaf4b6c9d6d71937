namespace Cenote;

/// <summary>The share of one pool in a <see cref="ConnectionBudget"/>.</summary>
public sealed class BudgetShareInfo
{
    internal BudgetShareInfo()
    {
    }

    /// <summary>Gets the name of the pool.</summary>
    public string PoolName { get; internal init; } = "";

    /// <summary>
    /// Gets the number of connections of the pool that count: open, being opened, being closed, dedicated, and those
    /// that it may open next.
    /// </summary>
    public int Connections { get; internal init; }

    /// <summary>Gets the number of connections that are kept for the pool.</summary>
    public int GuaranteedSize { get; internal init; }

    /// <summary>Gets the number of those connections that are idle. Approximate while the pool is in use.</summary>
    public int IdleConnections { get; internal init; }

    /// <summary>Gets the number of connections that the pool waits for.</summary>
    public int WantedConnections { get; internal init; }

    /// <summary>Gets how often the pool has begun to wait.</summary>
    public long Waits { get; internal init; }
}
