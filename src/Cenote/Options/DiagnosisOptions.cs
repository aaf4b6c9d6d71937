namespace Cenote;

/// <summary>From when on a pool counts as saturated.</summary>
public sealed record DiagnosisOptions
{
    /// <summary>
    /// The first waiter has waited this long; a pool is also saturated when as many callers wait as there may be
    /// connections.
    /// </summary>
    /// <value>Default 1 s. Range 0 to 1 day; 0 for any waiter.</value>
    public TimeSpan SaturatedWaitThreshold { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>This share of the connections is leased, even if nobody waits.</summary>
    /// <value>Default <see langword="null"/>: never. Range above 0 to 1.</value>
    public double? SaturatedUtilizationThreshold { get; init; }

    internal static DiagnosisOptions Default { get; } = new();

    internal void ThrowIfInvalid(string parameterName)
    {
        var problems = new OptionProblems();
        problems.FindDuration(nameof(SaturatedWaitThreshold), SaturatedWaitThreshold, TimeSpan.Zero, OptionProblems.LongestWait);
        problems.FindShare(nameof(SaturatedUtilizationThreshold), SaturatedUtilizationThreshold);
        problems.ThrowIfAny(parameterName);
    }
}
