namespace Cenote.ReadReplicas.Topology;

/// <summary>
/// A server's time in a role. Callers that queue for its connections in that role observe the token, and move on when
/// the role ends.
/// </summary>
#pragma warning disable CA1001 // The source has no timer and no handle: nothing is left undisposed.
internal sealed class RoleTerm
#pragma warning restore CA1001
{
    private readonly CancellationTokenSource _ended = new();

    internal CancellationToken Ended => _ended.Token;

    /// <summary>Runs no continuation of a caller on this thread.</summary>
    internal void End() => _ = _ended.CancelAsync();
}
