namespace Cenote;

/// <summary>A consistent snapshot of a <see cref="ConnectionBudget"/>.</summary>
public sealed class ConnectionBudgetStatistics
{
    internal ConnectionBudgetStatistics()
    {
    }

    /// <summary>Gets the name of the budget.</summary>
    public string Name { get; internal init; } = "";

    /// <summary>Gets the maximum number of connections of all pools.</summary>
    public int MaxConnections { get; internal init; }

    /// <summary>
    /// Gets the number of connections that exist, are being opened or are being closed. It exceeds
    /// <see cref="MaxConnections"/> only after the budget was made smaller.
    /// </summary>
    public int Connections { get; internal init; }

    /// <summary>Gets the largest number of connections so far.</summary>
    public int MostConnections { get; internal init; }

    /// <summary>Gets the sum of the guaranteed sizes of the pools.</summary>
    public int GuaranteedConnections { get; internal init; }

    /// <summary>Gets the number of pools.</summary>
    public int Pools { get; internal init; }

    /// <summary>Gets the number of pools that wait for a connection of the budget.</summary>
    public int WaitingPools { get; internal init; }

    /// <summary>Gets the number of connections that they wait for.</summary>
    public int WantedConnections { get; internal init; }

    /// <summary>Gets how often a pool has begun to wait.</summary>
    public long Waits { get; internal init; }

    /// <summary>
    /// Gets the number of connections that were closed to make room: for another pool, or after the budget was made
    /// smaller.
    /// </summary>
    public long Reclaimed { get; internal init; }

    /// <summary>Returns the numbers of connections and of waiting pools as text.</summary>
    public override string ToString() => FormattableString.Invariant(
        $"budget '{Name}': {Connections} of {MaxConnections} connections in use by {Pools} pools, {GuaranteedConnections} guaranteed; {WaitingPools} pools wait for {WantedConnections}");
}
