using System.Diagnostics.Metrics;

namespace Cenote.SharedBudget.Telemetry;

/// <summary>The instruments of the shared budgets, which are read when a listener collects.</summary>
internal static class SharedBudgetMetrics
{
    private static readonly Meter Meter = new(new MeterOptions("Cenote.SharedBudget")
    {
        Version = TelemetryScope.Version,
        TelemetrySchemaUrl = TelemetryScope.SchemaUrl,
    });

    private static readonly WeakSet<SharedConnectionBudget> Budgets = new();

    static SharedBudgetMetrics()
    {
        Level("cenote.shared_budget.granted", "{connection}", "Connections that this instance may have, with its own for the budget.", static budget => budget.Granted);
        Level("cenote.shared_budget.demand", "{connection}", "Connections that this instance would use.", static budget => budget.Demand);
        Level("cenote.shared_budget.alone", "{instance}", "1 while this instance has no grant, only its guaranteed connections.", static budget => budget.State == SharedBudgetState.Granted ? 0 : 1);
        Level("cenote.shared_budget.live_instances", "{instance}", "Instances with a valid grant.", static budget => budget.LiveInstances);
        Level("cenote.shared_budget.expired_instances", "{instance}", "Instances whose grant is over, and whose connections may still be open.", static budget => budget.ExpiredInstances);
        Count("cenote.shared_budget.renewals", "{renewal}", "Renewals of the grant.", static budget => budget.Renewals);
        Count("cenote.shared_budget.failed_renewals", "{renewal}", "Renewals that failed.", static budget => budget.FailedRenewals);
        Count("cenote.shared_budget.ended_sessions", "{session}", "Sessions of other instances that this one has ended at the server.", static budget => budget.EndedSessions);
    }

    internal static void Add(SharedConnectionBudget budget) => Budgets.Add(budget);

    internal static void Remove(SharedConnectionBudget budget) => Budgets.Remove(budget);

    private static void Level(string name, string unit, string description, Func<SharedBudgetStatistics, long> read) =>
        Meter.CreateObservableUpDownCounter(name, () => Observe(read), unit, description);

    private static void Count(string name, string unit, string description, Func<SharedBudgetStatistics, long> read) =>
        Meter.CreateObservableCounter(name, () => Observe(read), unit, description);

    private static IEnumerable<Measurement<long>> Observe(Func<SharedBudgetStatistics, long> read) => Budgets.Read().Select(budget =>
    {
        var statistics = budget.GetStatistics();
        return new Measurement<long>(read(statistics), new("cenote.budget.name", statistics.Name), new("cenote.budget.instance", statistics.Instance));
    });
}
