using Cenote.Leasing;
using Cenote.ReadReplicas.Topology;

namespace Cenote.ReadReplicas.Routing;

/// <summary>
/// Lets a read wait at one replica, and serves it from another one whose connection becomes idle first. The read keeps
/// its place in the queue until it has a connection.
/// </summary>
internal sealed class QueuedReads(SetParts parts)
{
    // After an idle connection that no waiting read could rent: another caller was faster, it is kept for a lane, or no
    // read may have it. Twice as long each time.
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(160);

    private readonly ReadQueue _queue = new(parts.Probes.Count);

    /// <summary>Waits in the queue of a server's pool.</summary>
    /// <returns>An empty lease when the server that would serve the read has left its part.</returns>
    internal async ValueTask<ConnectionLease> RentAsync(RentCall call, TopologySnapshot topology, ReplicaSetServer[] servers, ReplicaSetServer server, bool isBlocking)
    {
        var tenure = topology.ReadingOf(server);

        // Without its flow, it would be served elsewhere without its session context.
        if (servers.Length == 1 || ExecutionContext.Capture() is not { } flow)
        {
            return await PoolAttempt.RentAsync(call, server.Pool, tenure, isBlocking).ConfigureAwait(false);
        }

        var read = new WaitingRead(call, flow, Array.FindAll(servers, other => other != server), other => IsInRotation(topology, other));
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

            var kept = await KeepAsync(given, topology, isBlocking).ConfigureAwait(false);
            if (kept.Pool is null)
            {
                throw;
            }

            return kept;
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
        if (IsInRotation(topology, server))
        {
            return given;
        }

        await ReturnAsync(given, isBlocking).ConfigureAwait(false);
        return default;
    }

    private static bool IsInRotation(TopologySnapshot topology, ReplicaSetServer server) => !topology.ReadingOf(server).Ended.IsCancellationRequested;

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
            for (var pause = ShortestPause; ;)
            {
                await watch.Server.Pool.Engine.Desk.WhenIdleAsync(watch.Ended).ConfigureAwait(false);
                if (await TryServeAsync(watch.Server).ConfigureAwait(false))
                {
                    pause = ShortestPause;
                    continue;
                }

                await Task.Delay(pause, parts.Options.TimeProvider, watch.Ended).ConfigureAwait(false);
                pause = pause < LongestPause ? pause * 2 : pause;
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or PoolClosedException)
        {
            // No read wants it any more, or it serves no more.
        }
    }

    /// <summary>Serves the first reads that the server can serve now. Never throws.</summary>
    private async ValueTask<bool> TryServeAsync(ReplicaSetServer server)
    {
        var isServing = false;
        foreach (var read in _queue.FindFor(server))
        {
            try
            {
                var lease = read.TryRent(server.Pool);
                if (lease.Pool is not null)
                {
                    isServing = true;
                    if (!_queue.TryGive(read, server, in lease))
                    {
                        await lease.DisposeAsync().ConfigureAwait(false);
                    }
                }
                else if (server.Pool.Engine.Desk.Lanes is null && !SessionContextUse.HasBegun)
                {
                    // In another lane, or with another context, the next read may have one. Here it would overtake.
                    break;
                }
            }
#pragma warning disable CA1031 // The read still waits in its queue, and the pool reports its failures itself.
            catch (Exception)
#pragma warning restore CA1031
            {
            }
        }

        return isServing;
    }
}
