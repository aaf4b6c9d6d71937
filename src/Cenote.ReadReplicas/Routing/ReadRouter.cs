namespace Cenote.ReadReplicas.Routing;

/// <summary>Routes reads to replicas, and to the primary when no replica can serve them.</summary>
internal sealed class ReadRouter(SetParts parts, SpillOver spillOver)
{
    private readonly QueuedReads _queued = new(parts);
    private readonly PromotionSearch _promotions = new(parts);

    /// <summary>The fast path: the strategy's choice has an idle connection. No lock, no allocation.</summary>
    internal bool TryRent(in CallSite caller, out ConnectionLease lease)
    {
        var topology = parts.Keeper.Current;
        var candidates = topology.Candidates;
        if (candidates.Length == 0 || topology.IsRamping)
        {
            lease = default;
            return false;
        }

        return RentCall.TryRent(candidates[Choose(candidates)].Pool, caller, out lease);
    }

    internal async ValueTask<ConnectionLease> RentAsync(RentCall call, ReplicationPosition? required, bool isBlocking)
    {
        List<ReplicaSetServer>? lost = null;
        PoolException? failure = null;
        var waited = false;
        var hasProbedAll = false;
        var haveAllAnswered = false;
        while (true)
        {
            var topology = parts.Keeper.Current;
            parts.ThrowIfClosed();
            call.CancellationToken.ThrowIfCancellationRequested();
            if (call.IsOver)
            {
                throw spillOver.Refuse("the caller's time is up (AcquireTimeout)", failure);
            }

            if (required is not null && topology.Primary is { } known)
            {
                var isLater = required.Timeline > known.Standing.Timeline;
                if (known.Position?.Excludes(required) == true || (isLater && haveAllAnswered))
                {
                    throw spillOver.Ahead(known.Pool);
                }

                if (isLater)
                {
                    // Of a promotion that this set has not seen: replicas may still follow the former primary. A server
                    // that does not answer may be the promoted one.
                    if (hasProbedAll || !_promotions.MayBegin)
                    {
                        throw spillOver.Unverified(known.Pool, failure);
                    }

                    hasProbedAll = true;
                    haveAllAnswered = await _promotions.ProbeAllAsync(call, isBlocking).ConfigureAwait(false);
                    continue;
                }
            }

            var eligible = Eligibility.Of(topology, required, lost);
            if (eligible.Length > 0)
            {
                if (TryRentIdle(call, eligible, out var lease))
                {
                    return Record(lease, required, waited);
                }

                var server = LeastLoaded(eligible);
                try
                {
                    lease = await _queued.RentAsync(call, topology, eligible, server, isBlocking).ConfigureAwait(false);
                    if (lease.Pool is not null)
                    {
                        return Record(lease, required, waited);
                    }
                }
                catch (PoolException exception) when (PoolAttempt.IsServerLost(exception))
                {
                    // The pool knows sooner than the next probe. Another server may serve this read.
                    failure = exception;
                    (lost ??= []).Add(server);
                    parts.ProbeOf(server).Request();
                }
            }
            else if (required is not null && !waited && Eligibility.Freshest(topology, lost) is not null)
            {
                waited = true;
                await AwaitPositionAsync(call, lost, required, isBlocking).ConfigureAwait(false);
            }
            else if (topology.IsSettled || topology.Candidates.Length > 0)
            {
                var lease = await spillOver.RentAsync(call, topology, required, failure, isBlocking, isCausal: required is not null).ConfigureAwait(false);
                if (lease.Pool is not null)
                {
                    return lease;
                }
            }
            else if (!await call.TryWaitAsync(topology.Replaced, call.Left, isBlocking).ConfigureAwait(false) && parts.Keeper.Current == topology)
            {
                throw spillOver.Refuse("no server has answered its first probe yet", failure);
            }
        }
    }

    /// <summary>Rents from the primary for a read whose required position is unknown.</summary>
    internal async ValueTask<ConnectionLease> RentFromPrimaryAsync(RentCall call, ReplicationPosition? required, bool isBlocking)
    {
        while (true)
        {
            parts.ThrowIfClosed();
            call.CancellationToken.ThrowIfCancellationRequested();
            if (call.IsOver)
            {
                throw spillOver.Refuse("the caller's time is up (AcquireTimeout)", cause: null);
            }

            var lease = await spillOver.RentAsync(call, parts.Keeper.Current, required, failure: null, isBlocking, isCausal: true).ConfigureAwait(false);
            if (lease.Pool is not null)
            {
                return lease;
            }
        }
    }

    /// <summary>
    /// Rents an idle connection of any server, so that no caller queues while another server has one.
    /// </summary>
    private bool TryRentIdle(in RentCall call, ReplicaSetServer[] servers, out ConnectionLease lease)
    {
        var chosen = Choose(servers);
        if (call.TryRent(servers[chosen].Pool, out lease))
        {
            return true;
        }

#pragma warning disable CA5394 // Spreads load; guessing it gains nothing.
        var start = servers.Length > 1 ? Random.Shared.Next(1, servers.Length) : 0;
#pragma warning restore CA5394
        for (var i = 0; i < servers.Length - 1; i++)
        {
            var other = (chosen + 1 + ((start + i) % (servers.Length - 1))) % servers.Length;
            if (call.TryRent(servers[other].Pool, out lease))
            {
                servers[chosen].Growth.Nudge(servers[chosen].Pool);
                return true;
            }
        }

        return false;
    }

    private ConnectionLease Record(ConnectionLease lease, ReplicationPosition? required, bool waited)
    {
        if (required is not null)
        {
            parts.Counters.RecordCausal(waited);
        }

        return lease;
    }

    /// <summary>
    /// Waits, within <see cref="ReplicaSetOptions.CausalReadTimeout"/>, until a replica has reached a position: for the
    /// freshest one, and for the next if that leaves the rotation.
    /// </summary>
    private async ValueTask AwaitPositionAsync(RentCall call, List<ReplicaSetServer>? lost, ReplicationPosition required, bool isBlocking)
    {
        var end = call.Elapsed + parts.Options.CausalReadTimeout;
        while (end - call.Elapsed is var left && left > TimeSpan.Zero && Eligibility.Freshest(parts.Keeper.Current, lost) is { } freshest)
        {
            var wait = parts.Keeper.Waits.Add(required, freshest);
            try
            {
                // Both may have happened before the wait was added.
                var topology = parts.Keeper.Current;
                if (Array.Exists(topology.Candidates, server => lost?.Contains(server) != true && Eligibility.Covers(server, required)))
                {
                    return;
                }

                if (topology.TryReadingOf(freshest) is not null)
                {
                    parts.ProbeOf(freshest).Hurry();
                    if (!await call.TryWaitAsync(wait.Over, left, isBlocking).ConfigureAwait(false))
                    {
                        return;
                    }
                }
            }
            finally
            {
                parts.Keeper.Waits.Remove(wait);
            }
        }
    }

    private int Choose(ReplicaSetServer[] servers)
    {
        if (servers.Length == 1)
        {
            return 0;
        }

        var chosen = parts.Options.Strategy.Choose(servers);
        return (uint)chosen < (uint)servers.Length
            ? chosen
            : throw new InvalidOperationException($"The strategy {parts.Options.Strategy.GetType()} chose server {chosen} of {servers.Length}: an index of the candidates, from 0, is wanted.");
    }

    // A host that has gone silent looks busy: its callers do not come back. So it is the last to get further ones.
    private static ReplicaSetServer LeastLoaded(ReplicaSetServer[] servers)
    {
        var best = servers[0];
        foreach (var server in servers.AsSpan(1))
        {
            best = server.Load < best.Load ? server : best;
        }

        return best;
    }
}
