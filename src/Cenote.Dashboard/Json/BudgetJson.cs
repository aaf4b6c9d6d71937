namespace Cenote.Dashboard.Json;

/// <summary>
/// One budget of connections in the overview. <paramref name="Shares"/> has the pools that use it or wait for it, at
/// most a hundred: first the pools with the most connections, then the ones that wait for the most.
/// </summary>
internal sealed record BudgetJson(
    string Name,
    int MaxConnections,
    int Connections,
    int MostConnections,
    int GuaranteedConnections,
    int Pools,
    int WaitingPools,
    int WantedConnections,
    long Waits,
    long Reclaimed,
    IReadOnlyList<BudgetShareJson> Shares);

/// <summary>What one pool has of a budget.</summary>
internal sealed record BudgetShareJson(string Pool, int Connections, int Idle, int GuaranteedSize, int WantedConnections, long Waits);
