namespace Cenote;

/// <summary>
/// Refuses callers when the queue stands: when for a whole interval nobody was served within the target, callers at its
/// head are turned away, more and more often, until waits are short again. A short burst passes; an overload does not
/// make everybody late.
/// </summary>
/// <remarks>CoDel: Nichols and Jacobson, "Controlling Queue Delay", ACM Queue 10(5), 2012; RFC 8289, whose values are
/// the defaults.</remarks>
public sealed record LoadSheddingOptions
{
    /// <summary>The wait that is acceptable at all times.</summary>
    /// <value>Default 5 ms. Range 1 ms to <see cref="Interval"/>.</value>
    public TimeSpan TargetDelay { get; init; } = TimeSpan.FromMilliseconds(5);

    /// <summary>How long waits must stay above the target before callers are turned away.</summary>
    /// <value>Default 100 ms. Range <see cref="TargetDelay"/> to 1 min.</value>
    public TimeSpan Interval { get; init; } = TimeSpan.FromMilliseconds(100);
}
