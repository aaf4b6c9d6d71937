namespace Cenote;

/// <summary>
/// The connection was lost while the work's transaction was being committed. The database may have committed it or not: look before you try
/// again. The driver's exception is the inner one.
/// </summary>
public sealed class CommitOutcomeUnknownException : PoolException
{
    internal CommitOutcomeUnknownException(string poolName, Exception innerException)
        : base(
            poolName,
            $"Work on pool '{poolName}' lost its connection while its transaction was being committed. Whether the database committed it is unknown, so it was not tried again: look for its effects first.",
            innerException) =>
        HelpLink = "docs/troubleshooting.md#commit-outcome-unknown";

    /// <summary>Always <see langword="false"/>: trying again may do everything twice.</summary>
    public override bool IsTransient => false;
}
