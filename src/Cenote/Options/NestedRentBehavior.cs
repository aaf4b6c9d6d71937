namespace Cenote;

/// <summary>What happens when one flow of execution rents a second connection of a pool while it holds one.</summary>
public enum NestedRentBehavior
{
    /// <summary>Nothing. Costs nothing.</summary>
    Allow,

    /// <summary>It is counted, and logged once for each pair of call sites.</summary>
    Warn,

    /// <summary>The second rent fails with a <see cref="NestedRentException"/>.</summary>
    Throw,
}
