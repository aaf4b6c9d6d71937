namespace Cenote.SharedBudget.Grants;

/// <summary>What the server has counted after some grants had expired.</summary>
internal sealed class GrantCensus
{
    /// <summary>Gets the life of the table in which the count began.</summary>
    internal required string Epoch { get; init; }

    /// <summary>Gets the grants that had expired before the count began.</summary>
    internal required IReadOnlyList<OtherGrant> Expired { get; init; }

    /// <summary>Gets the instances that have sessions, also those of other budgets with the same name.</summary>
    internal required IReadOnlyList<CountedInstance> Counted { get; init; }
}
