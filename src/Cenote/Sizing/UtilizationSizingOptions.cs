namespace Cenote;

/// <summary>
/// The settings of <see cref="UtilizationSizingPolicy"/>. The bounds are the pool's own minimum and maximum size.
/// </summary>
public sealed class UtilizationSizingOptions
{
    /// <summary>Initializes settings with their default values.</summary>
    public UtilizationSizingOptions()
    {
    }

    internal UtilizationSizingOptions(UtilizationSizingOptions other) =>
        (GrowAbove, ShrinkBelow, GrowStep, ShrinkStep, GrowWindow, ShrinkWindow) =
        (other.GrowAbove, other.ShrinkBelow, other.GrowStep, other.ShrinkStep, other.GrowWindow, other.ShrinkWindow);

    /// <summary>Gets or sets the share of leased connections above which the pool grows.</summary>
    /// <value>Default 0.8. Range above <see cref="ShrinkBelow"/>, up to 1.</value>
    public double GrowAbove { get; set; } = 0.8;

    /// <summary>Gets or sets the share of leased connections below which the pool shrinks.</summary>
    /// <value>Default 0.2. Range 0 to below <see cref="GrowAbove"/>.</value>
    public double ShrinkBelow { get; set; } = 0.2;

    /// <summary>Gets or sets the number of connections added at a time.</summary>
    /// <value>Default 2. Range 1 to 1,000.</value>
    public int GrowStep { get; set; } = 2;

    /// <summary>Gets or sets the number of connections removed at a time.</summary>
    /// <value>Default 1. Range 1 to 1,000.</value>
    public int ShrinkStep { get; set; } = 1;

    /// <summary>Gets or sets how long utilization must stay high before the pool grows.</summary>
    /// <value>Default 1 s. Range 0 to 1 h.</value>
    public TimeSpan GrowWindow { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Gets or sets how long utilization must stay low before the pool shrinks. This is the initial window: see the
    /// remarks of <see cref="UtilizationSizingPolicy"/>.
    /// </summary>
    /// <value>Default 60 s. Range 1 s to 1 day.</value>
    public TimeSpan ShrinkWindow { get; set; } = TimeSpan.FromSeconds(60);

    internal void ThrowIfInvalid(string parameterName)
    {
        var problems = new OptionProblems();
        problems.FindFactor(nameof(GrowAbove), GrowAbove, 0, 1);
        problems.FindFactor(nameof(ShrinkBelow), ShrinkBelow, 0, 1);
        if (!(ShrinkBelow < GrowAbove))
        {
            problems.Add(FormattableString.Invariant($"ShrinkBelow is {ShrinkBelow}. It must be below GrowAbove, which is {GrowAbove}."));
        }

        problems.FindNumber(nameof(GrowStep), GrowStep, 1, 1000);
        problems.FindNumber(nameof(ShrinkStep), ShrinkStep, 1, 1000);
        problems.FindDuration(nameof(GrowWindow), GrowWindow, TimeSpan.Zero, TimeSpan.FromHours(1));
        problems.FindDuration(nameof(ShrinkWindow), ShrinkWindow, TimeSpan.FromSeconds(1), OptionProblems.LongestWait);
        problems.ThrowIfAny(parameterName);
    }
}
