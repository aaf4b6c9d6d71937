using Cenote.ReadReplicas.Topology;

namespace Cenote.ReadReplicas.Routing;

/// <summary>
/// Lets a read wait at one replica, and serves it from another one whose connection becomes idle first. The read keeps
/// its place in the queue until it has a connection.
/// </summary>
internal sealed class QueuedReads(SetParts parts)
{
    // After an idle connection that no waiting read could rent: another caller was faster, or it is kept for a lane.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);

    private readonly ReadQueue _queue = new(parts.Probes.Count);

    /// <summary>Waits in the queue of a server's pool.</summary>
    /// <returns>An empty lease when the server that would serve the read has left its part.</returns>
    internal async ValueTask<ConnectionLease> RentAsync(RentCall call, TopologySnapshot topology, ReplicaSetServer[] servers, ReplicaSetServer server, bool isBlocking)
    {
        var tenure = topology.ReadingOf(server);
        if (servers.Length == 1)
        {
            return await PoolAttempt.RentAsync(call, server.Pool, tenure, isBlocking).ConfigureAwait(false);
        }

        var read = new WaitingRead(call, Array.FindAll(servers, other => other != server));
        _queue.Enter(read).ForEach(Begin);
        ConnectionLease lease;
        try
        {
            lease = await PoolAttempt.RentAsync(call, server.Pool, tenure, isBlocking, read.Moved).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            var given = _queue.Leave(read);
            if (given.Pool is null)
            {
                throw;
            }

            // The wait has failed, but not the read, unless its caller has given up.
            if (exception is not PoolException)
            {
                await ReturnAsync(given, isBlocking).ConfigureAwait(false);
                throw;
            }

            return await KeepAsync(given, topology, isBlocking).ConfigureAwait(false);
        }

        var other = _queue.Leave(read);
        if (lease.Pool is null)
        {
            return other.Pool is null ? default : await KeepAsync(other, topology, isBlocking).ConfigureAwait(false);
        }

        if (other.Pool is not null)
        {
            await ReturnAsync(other, isBlocking).ConfigureAwait(false);
        }

        return lease;
    }

    private static async ValueTask<ConnectionLease> KeepAsync(ConnectionLease given, TopologySnapshot topology, bool isBlocking)
    {
        var server = Array.Find(topology.Candidates, candidate => candidate.Pool == given.Pool)!;
        if (!topology.ReadingOf(server).Ended.IsCancellationRequested)
        {
            return given;
        }

        await ReturnAsync(given, isBlocking).ConfigureAwait(false);
        return default;
    }

    private static ValueTask ReturnAsync(ConnectionLease lease, bool isBlocking)
    {
        if (!isBlocking)
        {
            return lease.DisposeAsync();
        }

        lease.Dispose();
        return ValueTask.CompletedTask;
    }

    private void Begin(IdleWatch watch)
    {
        // It serves other flows than the one that begins it.
        using (ExecutionContext.IsFlowSuppressed() ? default : ExecutionContext.SuppressFlow())
        {
            _ = Task.Run(() => WatchAsync(watch));
        }
    }

    private async Task WatchAsync(IdleWatch watch)
    {
        try
        {
            while (true)
            {
                await watch.Server.Pool.Engine.Desk.WhenIdleAsync(watch.Ended).ConfigureAwait(false);
                if (!await TryServeAsync(watch.Server).ConfigureAwait(false))
                {
                    await Task.Delay(Pause, parts.Options.TimeProvider, watch.Ended).ConfigureAwait(false);
                }
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or PoolClosedException)
        {
            // No read wants it any more, or it serves no more.
        }
    }

    /// <summary>Serves the first reads that the server can serve now.</summary>
    private async ValueTask<bool> TryServeAsync(ReplicaSetServer server)
    {
        var isServing = false;
        foreach (var read in _queue.FindFor(server))
        {
            var lease = await read.TryRentAsync(server.Pool).ConfigureAwait(false);
            if (lease.Pool is null)
            {
                // Of a lane, another read may have one.
                if (server.Pool.Engine.Desk.Lanes is not null)
                {
                    continue;
                }

                break;
            }

            isServing = true;
            if (!_queue.TryGive(read, in lease))
            {
                await lease.DisposeAsync().ConfigureAwait(false);
            }
        }

        return isServing;
    }
}
