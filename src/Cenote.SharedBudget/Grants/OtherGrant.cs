namespace Cenote.SharedBudget.Grants;

/// <summary>The grant of another instance.</summary>
/// <param name="Id">The instance.</param>
/// <param name="Sequence">How often it has renewed.</param>
/// <param name="Guaranteed">How many connections it may keep.</param>
/// <param name="IsExpired">Whether its time is over on the clock of the store.</param>
internal readonly record struct OtherGrant(string Id, long Sequence, int Guaranteed, bool IsExpired);
