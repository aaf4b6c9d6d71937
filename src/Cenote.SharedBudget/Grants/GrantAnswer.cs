namespace Cenote.SharedBudget.Grants;

/// <summary>What an instance may have until its next renewal.</summary>
internal sealed class GrantAnswer
{
    internal static GrantAnswer None { get; } = new() { Others = [], Epoch = "", Family = "" };

    /// <summary>Gets how many connections it may have. It closes those beyond.</summary>
    internal int Permits { get; init; }

    /// <summary>Gets how many of them it keeps without the store.</summary>
    internal int Guaranteed { get; init; }

    /// <summary>Gets whether it wants more than it has got.</summary>
    internal bool IsShort { get; init; }

    /// <summary>Gets whether the instances want more than there is.</summary>
    internal bool IsContended { get; init; }

    /// <summary>Gets whether the store may have lost changes.</summary>
    internal bool NeedsCensus { get; init; }

    /// <summary>Gets whether it is to count the sessions at the server.</summary>
    internal bool MustCount { get; init; }

    /// <summary>Gets the number of instances with a valid grant.</summary>
    internal int Live { get; init; }

    /// <summary>Gets the number of declared instances that exist, live or expired.</summary>
    internal int Places { get; init; }

    /// <summary>Gets the connections that may belong to instances of a lost table.</summary>
    internal int Strangers { get; init; }

    /// <summary>Gets the grants of the other instances.</summary>
    internal required List<OtherGrant> Others { get; init; }

    /// <summary>Gets the life of the table: of its store, and of itself.</summary>
    internal required string Epoch { get; init; }

    /// <summary>Gets the id of the budget for the labels of instances that start.</summary>
    internal required string Family { get; init; }

    /// <summary>
    /// Gets the settings of the live instances, if they are others than those of this one, which gets nothing.
    /// </summary>
    internal string? OtherSettings { get; init; }

    /// <summary>
    /// Gets whether none of those instances has a valid grant. Where none comes back, the settings of this one rule.
    /// </summary>
    internal bool MayFollow { get; init; }
}
