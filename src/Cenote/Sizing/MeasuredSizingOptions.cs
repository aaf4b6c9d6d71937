namespace Cenote;

/// <summary>
/// The settings of <see cref="MeasuredSizingPolicy"/>. The bounds are the pool's own minimum and maximum size.
/// </summary>
public sealed class MeasuredSizingOptions
{
    /// <summary>
    /// Gets or sets whether the policy only recommends a size. The pool then keeps its maximum size, and each
    /// recommendation is an event (<see cref="PoolEventKind.SizeRecommended"/>).
    /// </summary>
    /// <value>Default <see langword="false"/>.</value>
    public bool RecommendOnly { get; set; }
}
