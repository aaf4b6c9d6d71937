namespace Cenote;

/// <summary>Options for when the readiness of a pool is degraded. Read when the check is added.</summary>
public sealed class PoolHealthOptions
{
    /// <summary>
    /// Gets or sets the wait of the first caller in the queue from which a pool is saturated. It also is saturated when
    /// as many callers wait as its limit of connections.
    /// </summary>
    /// <value>Default 1 s. Range 0 to 1 day; 0 for any waiter.</value>
    public TimeSpan DegradedWaitThreshold { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Gets or sets the share of leased connections from which a pool is saturated, even without waiting callers.
    /// </summary>
    /// <value>Default <see langword="null"/>: never, because a fully used pool without waiting callers has the
    /// right size. Range above 0 to 1.</value>
    public double? DegradedUtilizationThreshold { get; set; }

    internal IReadOnlyList<string> Validate()
    {
        var problems = new OptionProblems();
        problems.FindDuration(nameof(DegradedWaitThreshold), DegradedWaitThreshold, TimeSpan.Zero, OptionProblems.LongestWait);
        problems.FindShare(nameof(DegradedUtilizationThreshold), DegradedUtilizationThreshold);
        return problems.All;
    }
}
