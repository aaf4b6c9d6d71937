namespace Cenote;

/// <summary>
/// The settings for rejecting callers while the queue is overloaded. When no caller was served within the target for a
/// whole interval, callers at the head of the queue are rejected, more and more often, until waits are short again. A
/// short burst passes; an overload does not make every caller late.
/// </summary>
/// <remarks>CoDel: Nichols and Jacobson, "Controlling Queue Delay", ACM Queue 10(5), 2012; RFC 8289, whose values are
/// the defaults.</remarks>
public sealed class LoadSheddingOptions
{
    /// <summary>Initializes settings with their default values.</summary>
    public LoadSheddingOptions()
    {
    }

    internal LoadSheddingOptions(LoadSheddingOptions other) =>
        (TargetDelay, Interval) = (other.TargetDelay, other.Interval);

    /// <summary>Gets or sets the wait that is always acceptable.</summary>
    /// <value>Default 5 ms. Range 1 ms to <see cref="Interval"/>.</value>
    public TimeSpan TargetDelay { get; set; } = TimeSpan.FromMilliseconds(5);

    /// <summary>Gets or sets how long waits must stay above the target before callers are rejected.</summary>
    /// <value>Default 100 ms. Range <see cref="TargetDelay"/> to 1 min.</value>
    public TimeSpan Interval { get; set; } = TimeSpan.FromMilliseconds(100);
}
