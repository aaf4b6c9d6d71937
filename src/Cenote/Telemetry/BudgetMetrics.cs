using System.Diagnostics.Metrics;

namespace Cenote.Telemetry;

/// <summary>The instruments of the budgets, which are read when a listener collects.</summary>
internal static class BudgetMetrics
{
    private static readonly Meter Meter = new(new MeterOptions(PoolTelemetry.MeterName)
    {
        Version = TelemetryScope.Version,
        TelemetrySchemaUrl = TelemetryScope.SchemaUrl,
    });

    static BudgetMetrics()
    {
        Level("cenote.budget.max", "{connection}", "The maximum number of connections of all pools of a budget.", static budget => budget.MaxConnections);
        Level("cenote.budget.connections", "{connection}", "Connections of a budget that exist, are being opened or are being closed.", static budget => budget.Connections);
        Level("cenote.budget.guaranteed", "{connection}", "Connections of a budget that are guaranteed to its pools.", static budget => budget.GuaranteedConnections);
        Level("cenote.budget.pools", "{pool}", "Pools of a budget.", static budget => budget.Pools);
        Level("cenote.budget.waiting_pools", "{pool}", "Pools that wait for a connection of their budget.", static budget => budget.WaitingPools);
        Level("cenote.budget.wanted", "{connection}", "Connections that pools of a budget wait for.", static budget => budget.WantedConnections);
        Meter.CreateObservableCounter("cenote.budget.waits", () => Observe(static budget => budget.Waits), "{wait}", "How often a pool has begun to wait for a connection of its budget.");
        Meter.CreateObservableCounter("cenote.budget.reclaimed", () => Observe(static budget => budget.Reclaimed), "{connection}", "Connections that were closed to make room in a budget.");
    }

    private static WeakSet<ConnectionBudget> Budgets { get; } = new();

    /// <summary>Exports the numbers of a budget from now on, until it is collected.</summary>
    internal static void Add(ConnectionBudget budget) => Budgets.Add(budget);

    private static void Level(string name, string unit, string description, Func<ConnectionBudgetStatistics, long> read) =>
        Meter.CreateObservableUpDownCounter(name, () => Observe(read), unit, description);

    /// <summary>Budgets of one name are added up, because a listener would keep only one of several.</summary>
    private static IEnumerable<Measurement<long>> Observe(Func<ConnectionBudgetStatistics, long> read)
    {
        foreach (var group in Budgets.Read().Where(static budget => budget.GetStatistics().Pools > 0).GroupBy(static budget => budget.Name, StringComparer.Ordinal))
        {
            yield return new Measurement<long>(group.Sum(budget => read(budget.GetStatistics())), new KeyValuePair<string, object?>("cenote.budget.name", group.Key));
        }
    }
}
