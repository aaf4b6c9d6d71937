namespace Cenote.ReadReplicas.Routing;

/// <summary>A read that waits in the queue of one replica, and may be served by others meanwhile.</summary>
/// <param name="call">The read's call.</param>
/// <param name="elsewhere">The other servers that may serve it.</param>
#pragma warning disable CA1001 // The source has no timer, and may be cancelled when the read has ended.
internal sealed class WaitingRead(RentCall call, ReplicaSetServer[] elsewhere)
#pragma warning restore CA1001
{
    // Session contexts, lanes and the guard against nested rents belong to the caller's flow.
    private readonly ExecutionContext? _flow = ExecutionContext.Capture();
    private readonly CancellationTokenSource _moved = new();

    internal ReplicaSetServer[] Elsewhere => elsewhere;

    /// <summary>Gets the token that is cancelled when another server has served the read.</summary>
    internal CancellationToken Moved => _moved.Token;

    /// <summary>Gets or sets another server's connection. Guarded by the lock of the queue.</summary>
    internal ConnectionLease Given { get; set; }

    /// <summary>Gets or sets whether the read is queued. Guarded by the lock of <see cref="ReadQueue"/>.</summary>
    internal bool IsQueued { get; set; }

    internal void Move() => _moved.Cancel();

    /// <summary>Rents from a server for this read, in its flow, if that needs no wait.</summary>
    internal ValueTask<ConnectionLease> TryRentAsync(ConnectionPool pool)
    {
        if (_flow is null)
        {
            return TryRentHereAsync(pool);
        }

        ValueTask<ConnectionLease> attempt = default;
        ExecutionContext.Run(_flow, _ => attempt = TryRentHereAsync(pool), state: null);
        return attempt;
    }

    private async ValueTask<ConnectionLease> TryRentHereAsync(ConnectionPool pool)
    {
        try
        {
            var desk = pool.Engine.Desk;
            if (call.TryRent(pool, out var lease) || desk.Lanes is not null || desk.Attention == 0)
            {
                return lease;
            }

            // A pool that has more to do than to rent serves its queue alone.
            using var atOnce = new CancellationTokenSource();
            var rent = call.RentAsync(pool, isBlocking: false, atOnce.Token);
            if (!rent.IsCompleted)
            {
                await atOnce.CancelAsync().ConfigureAwait(false);
            }

            return await rent.ConfigureAwait(false);
        }
#pragma warning disable CA1031 // The read still waits in its queue, and the pool reports its failures itself.
        catch (Exception)
#pragma warning restore CA1031
        {
            return default;
        }
    }
}
