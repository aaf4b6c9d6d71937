namespace Cenote;

/// <summary>
/// No replica of a set can serve a read, and the primary is unreachable, or has as many reads as
/// <see cref="ReplicaSetOptions.MaxReadsOnPrimary"/> allows. Thrown immediately, so that reads do not overload
/// the primary, too.
/// </summary>
public sealed class ReplicasUnavailableException : PoolException
{
    internal ReplicasUnavailableException(string setName, string why, string servers, Exception? innerException)
        : base(setName, $"Set '{setName}' has no replica for this read, and {why}. {servers}", innerException) =>
        HelpLink = Help.Link("troubleshooting.md", "replicas-unavailable");

    /// <summary>Gets <see langword="true"/>, because replicas recover.</summary>
    public override bool IsTransient => true;
}
