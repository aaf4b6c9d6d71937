namespace Cenote.Sizing;

/// <summary>The settings of <see cref="UtilizationSizing"/>. The bounds are the pool's own minimum and maximum size.</summary>
public sealed record UtilizationSizingOptions
{
    /// <summary>Grow when more than this share of the size is leased.</summary>
    /// <value>Default 0.8. Range above <see cref="ShrinkBelow"/>, up to 1.</value>
    public double GrowAbove { get; init; } = 0.8;

    /// <summary>Shrink when less than this share of the size is leased.</summary>
    /// <value>Default 0.2. Range 0 to below <see cref="GrowAbove"/>.</value>
    public double ShrinkBelow { get; init; } = 0.2;

    /// <summary>Connections added at a time.</summary>
    /// <value>Default 2. Range 1 to 1,000.</value>
    public int GrowStep { get; init; } = 2;

    /// <summary>Connections taken away at a time.</summary>
    /// <value>Default 1. Range 1 to 1,000.</value>
    public int ShrinkStep { get; init; } = 1;

    /// <summary>How long utilization must stay high before the pool grows.</summary>
    /// <value>Default 1 s. Range 0 to 1 h.</value>
    public TimeSpan GrowWindow { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long utilization must stay low before the pool shrinks, at first: see the remarks of <see cref="UtilizationSizing"/>.</summary>
    /// <value>Default 60 s. Range 1 s to 1 day.</value>
    public TimeSpan ShrinkWindow { get; init; } = TimeSpan.FromSeconds(60);

    internal void ThrowIfInvalid(string parameterName)
    {
        List<string> problems = [];
        Check(GrowAbove is > 0 and <= 1, $"GrowAbove is {GrowAbove}. It must be above 0 and at most 1.");
        Check(ShrinkBelow is >= 0 and < 1, $"ShrinkBelow is {ShrinkBelow}. It must be 0 to below 1.");
        Check(ShrinkBelow < GrowAbove, $"ShrinkBelow ({ShrinkBelow}) must be less than GrowAbove ({GrowAbove}).");
        Check(GrowStep is >= 1 and <= 1000, $"GrowStep is {GrowStep}. It must be 1 to 1,000.");
        Check(ShrinkStep is >= 1 and <= 1000, $"ShrinkStep is {ShrinkStep}. It must be 1 to 1,000.");
        Check(GrowWindow >= TimeSpan.Zero && GrowWindow <= TimeSpan.FromHours(1), $"GrowWindow is {GrowWindow}. It must be 0 to 1 hour.");
        Check(ShrinkWindow >= TimeSpan.FromSeconds(1) && ShrinkWindow <= TimeSpan.FromDays(1), $"ShrinkWindow is {ShrinkWindow}. It must be 1 s to 1 day.");
        if (problems.Count > 0)
        {
            throw new ArgumentException("Utilization sizing cannot work: " + string.Join(" ", problems), parameterName);
        }

        void Check(bool isRight, FormattableString problem)
        {
            if (!isRight)
            {
                problems.Add(FormattableString.Invariant(problem));
            }
        }
    }
}
