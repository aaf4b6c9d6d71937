namespace Cenote;

/// <summary>
/// How <see cref="ConnectionPool"/>'s <c>ExecuteAsync</c> tries work again that failed for a passing reason. Read when
/// work is executed; may be shared by any number of executions, also at once, once it is set up.
/// </summary>
public sealed class RetryOptions
{
    /// <summary>The most further tries after the first.</summary>
    /// <value>Default 3. Range 1 to 100.</value>
    public int MaxRetries { get; set; } = 3;

    /// <summary>
    /// The delay before the second try; it grows exponentially, with jitter, up to <see cref="MaxDelay"/>.
    /// </summary>
    /// <value>Default 50 ms. Range 0 to <see cref="MaxDelay"/>.</value>
    public TimeSpan BaseDelay { get; set; } = TimeSpan.FromMilliseconds(50);

    /// <summary>The longest delay between two tries.</summary>
    /// <value>Default 2 s. Range 0 to 1 day.</value>
    public TimeSpan MaxDelay { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>The longest that everything may take: renting, every try, and the delays between them.</summary>
    /// <value>Default 30 s. Range 1 ms to 1 day. The token that the work is given is signalled then.</value>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Whether running the work twice does no more than running it once, even where the first run was cut off. Then it
    /// is tried again also when it executed statements outside a transaction, which the database commits one by one, or
    /// statements that may have ended the transaction.
    /// </summary>
    /// <value>Default <see langword="false"/>: tried again only while everything that was executed belonged to
    /// transactions that were not yet committed.</value>
    public bool IsIdempotent { get; set; }
}
