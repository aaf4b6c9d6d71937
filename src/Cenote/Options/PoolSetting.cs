namespace Cenote;

/// <summary>One setting of a pool in words, see <see cref="ConnectionPool.GetSettings"/>.</summary>
public sealed record PoolSetting
{
    /// <summary>
    /// Its name as of <see cref="ConnectionPoolOptions"/>, such as <c>MaxSize</c> or <c>LeakDetection.Threshold</c>.
    /// </summary>
    public required string Name { get; init; }

    /// <summary>
    /// The value in force, such as <c>10</c>, <c>none</c>, <c>never</c> or, for what is no number or name, <c>set</c>.
    /// Never a secret.
    /// </summary>
    public required string Value { get; init; }

    /// <summary>What it is when nobody sets it, in the same words.</summary>
    public required string Default { get; init; }

    /// <summary>What the value counts, such as <c>s</c> or <c>connections</c>; empty for what is no number.</summary>
    public required string Unit { get; init; }

    /// <summary>What it does, in one sentence.</summary>
    public required string Description { get; init; }

    /// <summary>Whether the running pool can follow a change, see <see cref="ConnectionPool.Reconfigure"/>.</summary>
    public required bool CanChange { get; init; }
}
