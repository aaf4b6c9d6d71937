namespace Cenote;

/// <summary>
/// No replica of a set can serve a read, and the primary is not there, or has as many reads as
/// <see cref="ReplicaSetOptions.MaxReadsOnPrimary"/> allows. Thrown at once, so that reads do not take the primary
/// down, too.
/// </summary>
public sealed class ReplicasUnavailableException : PoolException
{
    internal ReplicasUnavailableException(string setName, string why, string servers, Exception? innerException)
        : base(setName, $"Set '{setName}' has no replica for this read, and {why}. {servers}", innerException) =>
        HelpLink = Help.Link("troubleshooting.md", "replicas-unavailable");

    /// <summary>Always <see langword="true"/>: replicas come back.</summary>
    public override bool IsTransient => true;
}
