namespace Cenote;

/// <summary>The thresholds from which a pool counts as saturated.</summary>
public sealed class DiagnosisOptions
{
    /// <summary>
    /// Gets or sets the wait of the first waiting caller from which the pool is saturated. It is also saturated when as
    /// many callers wait as there may be connections.
    /// </summary>
    /// <value>Default 1 s. Range 0 to 1 day; 0 for any waiter.</value>
    public TimeSpan SaturatedWaitThreshold { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Gets or sets the share of leased connections from which the pool is saturated, even if no caller waits.
    /// </summary>
    /// <value>Default <see langword="null"/>: never. Range above 0 to 1.</value>
    public double? SaturatedUtilizationThreshold { get; set; }

    internal static DiagnosisOptions Default { get; } = new();

    internal void ThrowIfInvalid(string parameterName)
    {
        var problems = new OptionProblems();
        problems.FindDuration(nameof(SaturatedWaitThreshold), SaturatedWaitThreshold, TimeSpan.Zero, OptionProblems.LongestWait);
        problems.FindShare(nameof(SaturatedUtilizationThreshold), SaturatedUtilizationThreshold);
        problems.ThrowIfAny(parameterName);
    }
}
