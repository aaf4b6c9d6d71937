namespace Cenote.SharedBudget.Grants;

/// <summary>What an instance asks of the table.</summary>
internal sealed class GrantRequest
{
    internal required string Id { get; init; }

    /// <summary>Gets the number with which it begins in a table that does not know it.</summary>
    internal long FirstSequence { get; init; }

    /// <summary>
    /// Gets the most connections that the instance has until the answer. It gives back what it was granted beyond.
    /// </summary>
    internal int Offer { get; init; }

    /// <summary>Gets how many it would use now.</summary>
    internal int Demand { get; init; }

    /// <summary>Gets how many sessions it may be opening at once.</summary>
    internal int Hidden { get; init; }

    /// <summary>Gets whether its last connection is closed.</summary>
    internal bool IsLeaving { get; init; }

    /// <summary>Gets what the server has counted.</summary>
    internal GrantCensus? Census { get; init; }
}
