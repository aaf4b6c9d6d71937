namespace Cenote;

/// <summary>
/// The settings for connections that are not returned. All of it is off by default, and then costs nothing.
/// </summary>
/// <remarks>
/// A <see cref="PooledConnection"/> that is garbage-collected while open needs no setting: it is always found and
/// reported, and its connection is closed.
/// </remarks>
public sealed class LeakDetectionOptions
{
    /// <summary>Creates options with everything off.</summary>
    public LeakDetectionOptions()
    {
    }

    internal LeakDetectionOptions(LeakDetectionOptions other) =>
        (Threshold, StackSamplingInterval, RevokeAfter) = (other.Threshold, other.StackSamplingInterval, other.RevokeAfter);

    /// <summary>
    /// Gets or sets the age from which a lease is a suspected leak. It is reported once, by a log message, a counter
    /// and <see cref="ConnectionPool.LeakReported"/>. Checked once a second, also after the pool was disposed of.
    /// </summary>
    /// <value>Default <see langword="null"/>: no lease is reported. Range 1 s to 1 day.</value>
    public TimeSpan? Threshold { get; set; }

    /// <summary>
    /// Gets or sets the sampling interval of call stacks: about one rent in this many, per connection, records its
    /// thread, task and stack. That costs the rent microseconds and some memory.
    /// </summary>
    /// <value>Default 0: none. Range 0 to 1,000,000; 1 for every rent.</value>
    public int StackSamplingInterval { get; set; }

    /// <summary>
    /// Gets or sets the age from which a lease is revoked, as by <see cref="ConnectionPool.TryRevoke"/>: its physical
    /// connection is closed, and the holder gets a <see cref="LeaseRevokedException"/>. Checked once a second, also
    /// after the pool was disposed of.
    /// </summary>
    /// <value>Default <see langword="null"/>: never. Range 1 s to 1 day, and not shorter than
    /// <see cref="Threshold"/>.</value>
    public TimeSpan? RevokeAfter { get; set; }
}
