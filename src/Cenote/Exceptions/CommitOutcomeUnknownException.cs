namespace Cenote;

/// <summary>
/// A commit of the work was sent and not answered: the connection was lost, the server was silent, or a deadline or
/// token fired meanwhile. The database may have committed it or not: look before you try again. What the work threw is
/// the inner exception.
/// </summary>
public sealed class CommitOutcomeUnknownException : PoolException
{
    internal CommitOutcomeUnknownException(string poolName, Exception innerException)
        : base(
            poolName,
            $"Work on pool '{poolName}' sent a commit and got no answer. Whether the database committed it is unknown, so it was not tried again: look for its effects first.",
            innerException) =>
        HelpLink = Help.Link("troubleshooting.md", "commit-outcome-unknown");

    /// <summary>Always <see langword="false"/>: trying again may do everything twice.</summary>
    public override bool IsTransient => false;
}
