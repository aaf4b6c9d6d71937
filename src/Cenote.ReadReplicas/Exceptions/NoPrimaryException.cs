namespace Cenote;

/// <summary>
/// No server of a set took writes within <see cref="ReplicaSetOptions.PrimaryTimeout"/>.
/// </summary>
public sealed class NoPrimaryException : PoolException
{
    internal NoPrimaryException(string setName, TimeSpan waited, string servers, Exception? innerException)
        : base(
            setName,
            FormattableString.Invariant($"Set '{setName}' has no primary, and found none in {waited.TotalSeconds:0.###} s. {servers} If a failover is under way, it takes longer than PrimaryTimeout; else start a primary, or promote a replica."),
            innerException) =>
        HelpLink = Help.Link("troubleshooting.md", "no-primary");

    /// <summary>Gets <see langword="true"/>, because the primary recovers or another one takes over.</summary>
    public override bool IsTransient => true;
}
