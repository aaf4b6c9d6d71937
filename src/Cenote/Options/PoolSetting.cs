namespace Cenote;

/// <summary>One setting of a pool as text, see <see cref="ConnectionPool.GetSettings"/>.</summary>
public sealed class PoolSetting
{
    internal PoolSetting()
    {
    }

    /// <summary>
    /// Gets the name of the setting in <see cref="ConnectionPoolOptions"/>, such as <c>MaxSize</c> or
    /// <c>LeakDetection.Threshold</c>.
    /// </summary>
    public string Name { get; internal init; } = "";

    /// <summary>
    /// Gets the value in force, such as <c>10</c>, <c>none</c> or <c>never</c>; <c>set</c> for a value that is not a
    /// number or a name. Contains no secrets.
    /// </summary>
    public string Value { get; internal init; } = "";

    /// <summary>Gets the default value, in the same words.</summary>
    public string Default { get; internal init; } = "";

    /// <summary>
    /// Gets the unit, such as <c>s</c> or <c>connections</c>; empty for a value that is not a number.
    /// </summary>
    public string Unit { get; internal init; } = "";

    /// <summary>Gets the effect of the setting, in one sentence.</summary>
    public string Description { get; internal init; } = "";

    /// <summary>
    /// Gets whether the running pool can follow a change, see <see cref="ConnectionPool.Reconfigure"/>.
    /// </summary>
    public bool CanChange { get; internal init; }
}
