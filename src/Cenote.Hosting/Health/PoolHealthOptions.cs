namespace Cenote;

/// <summary>When the readiness of a pool is degraded. Read when the check is added.</summary>
public sealed class PoolHealthOptions
{
    /// <summary>
    /// A pool is saturated when its first waiter has waited this long; also when as many callers wait as there may be
    /// connections.
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
