using Cenote.Dashboard.Json;
using Cenote.Dashboard.Sampling;

namespace Cenote.Dashboard.Reports;

/// <summary>The budgets of the watched pools as JSON.</summary>
internal static class BudgetReport
{
    private const int MostShares = 100;

    /// <summary>Returns each budget with pools once, by name.</summary>
    internal static IReadOnlyList<BudgetJson> Of(IEnumerable<WatchedPool> pools) =>
    [
        .. pools.Select(static watched => watched.Pool.Budget).OfType<ConnectionBudget>().Distinct().OrderBy(static budget => budget.Name, StringComparer.Ordinal).Select(Of).Where(static budget => budget.Pools > 0),
    ];

    private static BudgetJson Of(ConnectionBudget budget)
    {
        var all = budget.GetStatistics();
        return new BudgetJson(
            all.Name,
            all.MaxConnections,
            all.Connections,
            all.MostConnections,
            all.GuaranteedConnections,
            all.Pools,
            all.WaitingPools,
            all.WantedConnections,
            all.Waits,
            all.Reclaimed,
            [
                .. budget.GetShares()
                    .Where(static share => share.Connections + share.GuaranteedSize + share.WantedConnections > 0)
                    .OrderByDescending(static share => share.Connections)
                    .ThenByDescending(static share => share.WantedConnections)
                    .Take(MostShares)
                    .Select(static share => new BudgetShareJson(share.PoolName, share.Connections, share.IdleConnections, share.GuaranteedSize, share.WantedConnections, share.Waits)),
            ]);
    }
}
