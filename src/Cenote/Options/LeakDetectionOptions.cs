namespace Cenote;

/// <summary>
/// What the pool does about connections that are not returned. All of it is off until asked for, and costs nothing
/// then.
/// </summary>
/// <remarks>
/// A <see cref="PooledConnection"/> that is garbage-collected unreturned needs no setting: that is always found,
/// reported, and its connection closed.
/// </remarks>
public sealed class LeakDetectionOptions
{
    /// <summary>Everything off.</summary>
    public LeakDetectionOptions()
    {
    }

    internal LeakDetectionOptions(LeakDetectionOptions other) =>
        (Threshold, StackSamplingInterval, RevokeAfter) = (other.Threshold, other.StackSamplingInterval, other.RevokeAfter);

    /// <summary>
    /// A lease held for longer than this is suspected of being leaked: reported once, by a log message, a counter and
    /// <see cref="ConnectionPool.LeakReported"/>. Looked for once a second, also after the pool was disposed of.
    /// </summary>
    /// <value>Default <see langword="null"/>: nothing is suspected. Range 1 s to 1 day.</value>
    public TimeSpan? Threshold { get; set; }

    /// <summary>
    /// One rent in about this many, of each connection, remembers its thread, task and call stack, which costs it
    /// microseconds and some memory.
    /// </summary>
    /// <value>Default 0: none. Range 0 to 1,000,000; 1 for every rent.</value>
    public int StackSamplingInterval { get; set; }

    /// <summary>
    /// A lease held for longer than this is taken away from its holder, as by <see cref="ConnectionPool.TryRevoke"/>:
    /// its physical connection is closed, and the holder gets a <see cref="LeaseRevokedException"/>. Looked for once a
    /// second, also after the pool was disposed of.
    /// </summary>
    /// <value>Default <see langword="null"/>: never. Range 1 s to 1 day, and not shorter than
    /// <see cref="Threshold"/>.</value>
    public TimeSpan? RevokeAfter { get; set; }
}
