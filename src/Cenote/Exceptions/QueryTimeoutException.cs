namespace Cenote;

/// <summary>
/// The exception for a statement that exceeded its timeout and was ended. The inner exception is the driver's. The
/// connection can be used further; the database may have rolled back an open transaction.
/// </summary>
public sealed class QueryTimeoutException : PoolException
{
    internal QueryTimeoutException(string poolName, TimeSpan limit, Exception innerException)
        : base(
            poolName,
            FormattableString.Invariant($"A statement on pool '{poolName}' ran longer than its timeout of {limit.TotalSeconds:0.###} s and was ended. Make it faster, or raise ConnectionPoolOptions.QueryTimeout, PooledConnection.QueryTimeout or the command's CommandTimeout."),
            innerException)
    {
        QueryTimeout = limit;
        HelpLink = Help.Link("troubleshooting.md", "query-timeout");
    }

    /// <summary>Gets the timeout that was in force.</summary>
    public TimeSpan QueryTimeout { get; }
}
