using Cenote.ReadReplicas.Topology;

namespace Cenote.ReadReplicas.Routing;

/// <summary>Rents from one server's pool, for as long as the server keeps its part.</summary>
internal static class PoolAttempt
{
    /// <returns>An empty lease when the server left its part first, or the caller was served elsewhere.</returns>
    /// <exception cref="PoolException">What the pool has to say.</exception>
    internal static async ValueTask<ConnectionLease> RentAsync(RentCall call, ConnectionPool pool, RoleTerm tenure, bool isBlocking, CancellationToken moved = default)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(call.CancellationToken, tenure.Ended, moved);
        ConnectionLease lease;
        try
        {
            lease = await call.RentAsync(pool, isBlocking, ended.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!call.CancellationToken.IsCancellationRequested)
        {
            return default;
        }
        catch (OperationCanceledException exception)
        {
            // The caller knows its own token, not the one that was waited with.
            throw new OperationCanceledException(exception.Message, exception, call.CancellationToken);
        }

        if (tenure.Ended.IsCancellationRequested)
        {
            if (isBlocking)
            {
                lease.Dispose();
            }
            else
            {
                await lease.DisposeAsync().ConfigureAwait(false);
            }

            return default;
        }

        return lease;
    }

    /// <summary>
    /// Whether a pool's exception says that its server cannot be reached through it, rather than that the pool is busy.
    /// </summary>
    internal static bool IsServerLost(PoolException exception) => exception is CircuitOpenException or ConnectionOpenException or PoolClosedException;
}
