namespace Cenote;

/// <summary>
/// The settings of a lane: a named share of a pool's connections and of its queue. Callers of one lane are served in
/// their order, and lanes by weight.
/// </summary>
public sealed class LaneOptions
{
    /// <summary>Initializes settings with their default values.</summary>
    public LaneOptions()
    {
    }

    internal LaneOptions(LaneOptions other)
    {
        Name = other.Name;
        Weight = other.Weight;
        Reserve = other.Reserve;
        MaxSize = other.MaxSize;
        MaxWaiters = other.MaxWaiters;
        LoadShedding = other.LoadShedding is null ? null : new LoadSheddingOptions(other.LoadShedding);
    }

    /// <summary>Gets or sets the name of the lane.</summary>
    /// <value>Required. 1 to 63 ASCII letters, digits, hyphens, underscores and periods. Case does not matter. No other
    /// lane of the pool has it.</value>
    public string Name { get; set; } = "";

    /// <summary>
    /// Gets or sets the share of the lane where several lanes wait: the time of the connections is divided by weight.
    /// What a lane does not need goes to the others. Leases count by their usual time, up to 1 s: lanes of longer ones
    /// share by their number.
    /// </summary>
    /// <value>Default 1. Range 1 to 1,000.</value>
    public int Weight { get; set; } = 1;

    /// <summary>
    /// Gets or sets the number of connections that other lanes leave to this one, also while it needs none.
    /// </summary>
    /// <value>Default 0. Range 0 to <see cref="MaxSize"/>. All reserves together are less than the pool's maximum size,
    /// or equal to it where each lane has one. The same holds for the
    /// <see cref="ConnectionPoolOptions.GuaranteedSize"/> of a pool with a <see cref="ConnectionPoolOptions.Budget"/>.
    /// They are not opened in advance: set <see cref="ConnectionPoolOptions.MinSize"/> or
    /// <see cref="ConnectionPoolOptions.MinIdle"/> for that.</value>
    public int Reserve { get; set; }

    /// <summary>
    /// Gets or sets the maximum number of connections of the lane. A connection counts from its rent until it is idle
    /// again, rented by another lane, or closed.
    /// </summary>
    /// <value>Default <see langword="null"/>: the pool's. Range 1 to 10,000.</value>
    public int? MaxSize { get; set; }

    /// <summary>
    /// Gets or sets the maximum number of waiting callers of the lane. Further callers fail at once with a
    /// <see cref="PoolOverloadedException"/>.
    /// </summary>
    /// <value>Default <see langword="null"/>: <see cref="ConnectionPoolOptions.MaxWaiters"/>, for this lane alone.
    /// Range 1 to 1,000,000.</value>
    public int? MaxWaiters { get; set; }

    /// <summary>
    /// Gets or sets when callers of the lane are rejected because waiting times stay above a target. Only the waits of
    /// this lane count.
    /// </summary>
    /// <value>Default <see langword="null"/>: <see cref="ConnectionPoolOptions.LoadShedding"/>, for this lane
    /// alone.</value>
    public LoadSheddingOptions? LoadShedding { get; set; }

    /// <summary>Returns the settings that are not the defaults, such as <c>batch weight 1, max size 4</c>.</summary>
    public override string ToString() => string.Join(
        ", ",
        ((string?[])
        [
            FormattableString.Invariant($"{Name} weight {Weight}"),
            Reserve == 0 ? null : FormattableString.Invariant($"reserve {Reserve}"),
            MaxSize is { } size ? FormattableString.Invariant($"max size {size}") : null,
            MaxWaiters is { } waiters ? FormattableString.Invariant($"max waiters {waiters}") : null,
            LoadShedding is { } shedding ? $"target delay {Readable.Duration(shedding.TargetDelay)}, interval {Readable.Duration(shedding.Interval)}" : null,
        ]).OfType<string>());
}
