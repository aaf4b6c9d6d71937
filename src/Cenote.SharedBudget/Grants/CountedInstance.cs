namespace Cenote.SharedBudget.Grants;

/// <summary>The sessions of an instance at the server.</summary>
/// <param name="Family">The id of the budget in the label of the sessions.</param>
/// <param name="Id">The instance.</param>
/// <param name="Sessions">The number of sessions.</param>
internal readonly record struct CountedInstance(string Family, string Id, int Sessions);
