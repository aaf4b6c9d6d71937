namespace Cenote.SharedBudget.Grants;

/// <summary>What the server has counted after some grants had expired.</summary>
internal sealed class GrantCensus
{
    /// <summary>Gets the life of the store in which the count began.</summary>
    internal required string Epoch { get; init; }

    /// <summary>Gets the grants that had expired before the count began.</summary>
    internal required IReadOnlyList<OtherGrant> Expired { get; init; }

    /// <summary>Gets the sessions of each instance that has any.</summary>
    internal required IReadOnlyDictionary<string, int> Sessions { get; init; }
}
