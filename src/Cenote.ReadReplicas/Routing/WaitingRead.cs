namespace Cenote.ReadReplicas.Routing;

/// <summary>A read that waits in the queue of one replica, and may be served by others meanwhile.</summary>
/// <param name="call">The read's call.</param>
/// <param name="flow">The caller's flow, to which session contexts and lanes belong.</param>
/// <param name="elsewhere">The other servers that may serve it.</param>
/// <param name="isInRotation">Whether such a server serves reads still.</param>
#pragma warning disable CA1001 // The source has no timer, and may be cancelled when the read has ended.
internal sealed class WaitingRead(RentCall call, ExecutionContext flow, ReplicaSetServer[] elsewhere, Func<ReplicaSetServer, bool> isInRotation)
#pragma warning restore CA1001
{
    private readonly CancellationTokenSource _moved = new();

    internal ReplicaSetServer[] Elsewhere => elsewhere;

    /// <summary>Gets the token that is cancelled when another server has served the read.</summary>
    internal CancellationToken Moved => _moved.Token;

    /// <summary>Gets or sets another server's connection. Guarded by the lock of the queue.</summary>
    internal ConnectionLease Given { get; set; }

    /// <summary>
    /// Gets or sets the place in the queue; <see langword="null"/> outside it. Guarded by the lock of
    /// <see cref="ReadQueue"/>.
    /// </summary>
    internal LinkedListNode<WaitingRead>? Place { get; set; }

    internal bool MayBeServedBy(ReplicaSetServer server) => Array.IndexOf(elsewhere, server) >= 0 && isInRotation(server);

    internal void Move() => _moved.Cancel();

    /// <summary>
    /// Rents from a server for this read, in its flow, if that needs no wait and no round trip: an empty lease else, as
    /// for a session context that no idle session has.
    /// </summary>
    internal ConnectionLease TryRent(ConnectionPool pool)
    {
        ConnectionLease lease = default;
        ExecutionContext.Run(flow, _ => call.TryRent(pool, out lease), state: null);
        return lease;
    }
}
