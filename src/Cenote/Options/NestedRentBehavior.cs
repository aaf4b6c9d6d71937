namespace Cenote;

/// <summary>The reaction when one flow of execution rents a second connection of a pool while it holds one.</summary>
public enum NestedRentBehavior
{
    /// <summary>The second rent is allowed and not counted. Costs nothing.</summary>
    Allow,

    /// <summary>The second rent is counted, and logged once per pair of call sites.</summary>
    Warn,

    /// <summary>The second rent throws a <see cref="NestedRentException"/>.</summary>
    Throw,
}
