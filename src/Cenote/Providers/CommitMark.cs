namespace Cenote.Providers;

/// <summary>The row that a transaction writes into the commit table, so that it can be found there later.</summary>
public sealed class CommitMark
{
    internal CommitMark(string? table, Guid session, Guid commit)
    {
        Table = table;
        Session = session;
        Commit = commit;
    }

    /// <summary>
    /// Gets <see cref="ConnectionPoolOptions.CommitTable"/>; <see langword="null"/> if none is configured.
    /// </summary>
    public string? Table { get; }

    /// <summary>
    /// Gets the key of the row: the session of the transaction. A session whose commit was not answered commits nothing
    /// more, so the row stays.
    /// </summary>
    public Guid Session { get; }

    /// <summary>Gets the value of the row, which no other transaction has.</summary>
    public Guid Commit { get; }
}
