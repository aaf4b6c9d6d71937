namespace Cenote;

/// <summary>
/// A statement ran into its time limit and was ended. The driver's exception is the inner one. The connection can be
/// used on; an open transaction may have been rolled back by the database.
/// </summary>
public sealed class QueryTimeoutException : PoolException
{
    internal QueryTimeoutException(string poolName, TimeSpan limit, Exception innerException)
        : base(
            poolName,
            FormattableString.Invariant($"A statement on pool '{poolName}' ran longer than its limit of {limit.TotalSeconds:0.###} s and was ended. Make it faster, or raise ConnectionPoolOptions.QueryTimeout, PooledConnection.QueryTimeout or the command's CommandTimeout."),
            innerException)
    {
        QueryTimeout = limit;
        HelpLink = Help.Link("troubleshooting.md", "query-timeout");
    }

    /// <summary>The limit that was in force.</summary>
    public TimeSpan QueryTimeout { get; }
}
