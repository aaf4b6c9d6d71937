namespace Cenote;

/// <summary>
/// The settings for retries of <c>ExecuteAsync</c> after transient failures. Read when work is executed. Once set up,
/// one object may be shared by concurrent executions.
/// </summary>
public sealed class RetryOptions
{
    /// <summary>Gets or sets the maximum number of retries after the first try.</summary>
    /// <value>Default 3. Range 1 to 100.</value>
    public int MaxRetries { get; set; } = 3;

    /// <summary>
    /// Gets or sets the delay before the first retry. It grows exponentially, with jitter, up to
    /// <see cref="MaxDelay"/>.
    /// </summary>
    /// <value>Default 50 ms. Range 0 to <see cref="MaxDelay"/>.</value>
    public TimeSpan BaseDelay { get; set; } = TimeSpan.FromMilliseconds(50);

    /// <summary>Gets or sets the longest delay between two tries.</summary>
    /// <value>Default 2 s. Range 0 to 1 day.</value>
    public TimeSpan MaxDelay { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Gets or sets the timeout of the whole execution: renting, every try, and the delays between them.
    /// </summary>
    /// <value>Default 30 s. Range 1 ms to 1 day. The token that the work gets is cancelled then.</value>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Gets or sets whether running the work twice has the same effect as running it once, even if the first run was
    /// interrupted. Such work is also retried after it executed statements outside a transaction, which the database
    /// commits one by one, or statements that may have ended the transaction.
    /// </summary>
    /// <value>Default <see langword="false"/>: work is retried only while all its statements belong to transactions
    /// that were not yet committed.</value>
    public bool IsIdempotent { get; set; }

    /// <summary>
    /// Gets or sets whether the server is asked what became of a commit that it did not answer. If it was committed,
    /// <c>Commit</c> returns as if it had been answered, and the work's connection is closed. If it was rolled back,
    /// the work runs again like after a lost connection. Otherwise, and when the timeout passes meanwhile,
    /// <see cref="CommitOutcomeUnknownException"/> is thrown with what was tried.
    /// </summary>
    /// <value>
    /// Default <see langword="false"/>. Costs one more round trip before each commit. Applies to commits of
    /// transactions begun with <c>BeginTransaction</c>, not to commits by the text of a statement. PostgreSQL (from 13
    /// on) needs nothing more; MySQL and MariaDB need <see cref="ConnectionPoolOptions.CommitTable"/>. Without effect
    /// on SQLite, which answers every commit. Other databases throw <see cref="PoolOptionsException"/>.
    /// </value>
    public bool ResolveUnknownCommits { get; set; }
}
