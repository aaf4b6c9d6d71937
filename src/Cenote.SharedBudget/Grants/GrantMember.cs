namespace Cenote.SharedBudget.Grants;

/// <summary>An instance in the table.</summary>
internal sealed class GrantMember
{
    internal required string Id { get; init; }

    /// <summary>Gets or sets the id of the budget in the label of its sessions.</summary>
    internal string Family { get; set; } = "";

    /// <summary>Gets or sets how often it has renewed: what was counted before is of an earlier state.</summary>
    internal long Sequence { get; set; }

    /// <summary>Gets or sets how many connections are its, live or expired.</summary>
    internal int Reserved { get; set; }

    /// <summary>Gets or sets how many of them it keeps without the store; 0 without a place.</summary>
    internal int Guaranteed { get; set; }

    /// <summary>Gets or sets whether it is one of the declared instances.</summary>
    internal bool HasPlace { get; set; }

    /// <summary>
    /// Gets or sets whether it has renewed in this life of the table, so that what is reserved is right.
    /// </summary>
    internal bool HasRenewed { get; set; }

    /// <summary>Gets or sets how many it wants.</summary>
    internal int Demand { get; set; }

    /// <summary>Gets or sets how many sessions it may be opening, which the server does not count yet.</summary>
    internal int Hidden { get; set; }

    /// <summary>Gets or sets when its grant ends, on the clock of the store.</summary>
    internal long ExpiresAt { get; set; }

    /// <summary>
    /// Gets or sets the age of the table since which no count has found a session; negative for none.
    /// </summary>
    internal long EmptySince { get; set; } = -1;

    /// <summary>
    /// Gets whether it has left, and only the session in which it did so may still be there.
    /// </summary>
    internal bool HasLeft => !HasPlace && Hidden == 0 && Demand == 0;
}
