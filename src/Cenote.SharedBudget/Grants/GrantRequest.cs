namespace Cenote.SharedBudget.Grants;

/// <summary>What an instance asks of the table.</summary>
internal sealed class GrantRequest
{
    internal required string Id { get; init; }

    /// <summary>
    /// Gets the id of the budget in the label of its sessions; what it proposes if it has no sessions.
    /// </summary>
    internal required string Family { get; init; }

    /// <summary>Gets whether its connection strings have the label already.</summary>
    internal bool HasFamily { get; init; }

    /// <summary>Gets a random id for a new table, so that a table that was lost never comes back.</summary>
    internal required string NewTableId { get; init; }

    /// <summary>Gets the life of the table that it has seen for a time to live, so that no grant of an earlier one is
    /// valid.</summary>
    internal string KnownEpoch { get; init; } = "";

    /// <summary>Gets whether it has a place by its last answer, which a lost table does not know.</summary>
    internal bool HadPlace { get; init; }

    /// <summary>Gets whether it has a grant or a place now, so that what it offers is reserved for it
    /// somewhere.</summary>
    internal bool IsBacked { get; init; }

    /// <summary>Gets whether it has no grant, no place and no connection but the session in which it asks or
    /// counts.</summary>
    internal bool IsBare { get; init; }

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
