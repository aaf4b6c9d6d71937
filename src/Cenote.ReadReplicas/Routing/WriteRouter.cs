using Cenote.ReadReplicas.Topology;

namespace Cenote.ReadReplicas.Routing;

/// <summary>Leads writes to the primary, whichever server that is by then.</summary>
internal sealed class WriteRouter(SetParts parts)
{
    internal bool TryRent(in CallSite caller, out ConnectionLease lease)
    {
        var topology = parts.Keeper.Current;
        lease = default;
        return topology.Writing is not null && RentCall.TryRent(topology.Primary!.Pool, caller, out lease);
    }

    internal async ValueTask<ConnectionLease> RentAsync(RentCall call, bool isBlocking)
    {
        TimeSpan? missingSince = null;
        PoolException? failure = null;
        var isTriedAgain = false;
        while (true)
        {
            var topology = parts.Keeper.Current;
            parts.ThrowIfClosed();
            call.CancellationToken.ThrowIfCancellationRequested();
            if (call.IsOver)
            {
                throw Refuse(call, missingSince ?? TimeSpan.Zero, failure);
            }

            if (topology.Writing is { } tenure)
            {
                try
                {
                    var lease = await PoolAttempt.RentAsync(call, topology.Primary!.Pool, tenure, isBlocking).ConfigureAwait(false);
                    if (lease.Pool is not null)
                    {
                        return lease;
                    }

                    continue;
                }
                catch (PoolException exception) when (PoolAttempt.IsServerLost(exception))
                {
                    parts.ThrowIfClosed();
                    failure = exception;
                    var isAlive = await IsAliveAsync(call, topology, isBlocking).ConfigureAwait(false);
                    if (parts.Keeper.Current.Writing == tenure)
                    {
                        // It is the primary still. Where its probe gets through and the pool does not, again, there is
                        // nothing to wait for; where that fails too, the next ones tell.
                        if ((isAlive && isTriedAgain) || call.Elapsed >= parts.Options.AcquireTimeout)
                        {
                            throw;
                        }

                        isTriedAgain = isAlive;
                        continue;
                    }
                }
            }

            missingSince ??= call.Elapsed;
            await AwaitPrimaryAsync(call, topology, missingSince.Value, failure, isBlocking).ConfigureAwait(false);
        }
    }

    /// <summary>Whether the probe can reach the server that the pool cannot.</summary>
    private async ValueTask<bool> IsAliveAsync(RentCall call, TopologySnapshot topology, bool isBlocking)
    {
        var probe = parts.ProbeOf(topology.Primary!);
        return await call.TryWaitAsync(probe.ProbeAsync(), call.Left, isBlocking).ConfigureAwait(false) && !probe.HasFailed;
    }

    private async ValueTask AwaitPrimaryAsync(RentCall call, TopologySnapshot topology, TimeSpan missingSince, PoolException? failure, bool isBlocking)
    {
        var waited = call.Elapsed - missingSince;
        var left = parts.Options.PrimaryTimeout - waited;
        if (left > TimeSpan.Zero && call.Elapsed < parts.Options.AcquireTimeout
            && await call.TryWaitAsync(topology.Replaced, left, isBlocking).ConfigureAwait(false))
        {
            return;
        }

        parts.ThrowIfClosed();
        if (parts.Keeper.Current != topology)
        {
            return;
        }

        throw Refuse(call, missingSince, failure);
    }

    private NoPrimaryException Refuse(RentCall call, TimeSpan missingSince, PoolException? failure)
    {
        parts.Counters.RecordWriteRefused();
        return new NoPrimaryException(parts.Options.Name, call.Elapsed - missingSince, parts.Keeper.Describe(), failure);
    }
}
