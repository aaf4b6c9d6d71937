namespace Cenote.DependencyInjection;

/// <summary>A call of AddConnectionBudget.</summary>
/// <param name="Name">The name of the budget.</param>
/// <param name="MaxConnections">The number of connections, which the configuration may replace.</param>
/// <param name="Budget">The budget itself, which the configuration does not change.</param>
internal sealed record BudgetRegistration(string Name, int MaxConnections, ConnectionBudget? Budget = null);
