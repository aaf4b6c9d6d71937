namespace Cenote;

/// <summary>
/// The exception for a commit that was sent and not answered: the connection was lost, the server did not respond, or a
/// deadline or token ended the wait. The database may have committed the work or not, so check before trying again. The
/// inner exception is that of the work.
/// </summary>
public sealed class CommitOutcomeUnknownException : PoolException
{
    internal CommitOutcomeUnknownException(string poolName, int answers, string? tried, Exception innerException)
        : base(
            poolName,
            $"Work on pool '{poolName}' sent a commit and got no answer. Whether the database committed it is unknown, so it was not tried again. {(tried is null ? "" : $"The server was asked ({tried}). ")}Check for its effects first.",
            innerException)
    {
        HelpLink = Help.Link("troubleshooting.md", "commit-outcome-unknown");
        Answers = answers;
        Tried = tried;
    }

    /// <summary>
    /// Gets how often the server has answered the question what became of the commit, without a certain result.
    /// </summary>
    public int Answers { get; }

    /// <summary>
    /// Gets what was tried to find out the outcome, and why it failed; <see langword="null"/> without
    /// <see cref="RetryOptions.ResolveUnknownCommits"/>, and for a commit by the text of a statement.
    /// </summary>
    public string? Tried { get; }

    /// <summary>Gets <see langword="false"/>, because another try may do the work twice.</summary>
    public override bool IsTransient => false;
}
