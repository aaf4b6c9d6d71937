using Cenote.ReadReplicas.Events;
using Cenote.ReadReplicas.Topology;

namespace Cenote.ReadReplicas.Routing;

/// <summary>Reads on the primary: all of them where the set has no replica, else a limited number.</summary>
internal sealed class SpillOver(SetParts parts, PrimaryReads reads, WriteRouter writes, bool hasReplicas)
{
    private readonly Throttle _warnings = new(TimeSpan.FromMinutes(1), parts.Options.TimeProvider);

    internal PrimaryReads Reads => reads;

    /// <returns>An empty lease when the primary has changed meanwhile.</returns>
    internal async ValueTask<ConnectionLease> RentAsync(
        RentCall call, TopologySnapshot topology, ReplicationPosition? required, PoolException? failure, bool isBlocking, bool isCausal)
    {
        if (!hasReplicas)
        {
            parts.Counters.RecordReadOnPrimary();
            var only = await writes.RentAsync(call, isBlocking).ConfigureAwait(false);
            if (required is not null && only.Pool is not null && !(parts.Keeper.Current.Primary is { } known && known.Pool == only.Pool && Eligibility.Covers(known, required)))
            {
                await VerifyAsync(call, only, required, isBlocking).ConfigureAwait(false);
            }

            return only;
        }

        if (topology.Writing is not { } tenure)
        {
            throw Refuse("its primary does not answer either", failure);
        }

        var primary = topology.Primary!;
        var isProven = required is null || await CoversAsync(call, primary, required, isBlocking).ConfigureAwait(false);

        if (!reads.TryReserve(primary.Pool))
        {
            throw Refuse($"the primary has {reads.LimitOf(primary.Pool)} reads already, which is MaxReadsOnPrimary", failure);
        }

        ConnectionLease lease = default;
        try
        {
            lease = await PoolAttempt.RentAsync(call, primary.Pool, tenure, isBlocking).ConfigureAwait(false);
        }
        catch (PoolException exception) when (PoolAttempt.IsServerLost(exception))
        {
            parts.ThrowIfClosed();
            parts.ProbeOf(primary).Request();
            throw Refuse("its primary cannot be reached either", exception);
        }
        finally
        {
            if (lease.Pool is null)
            {
                reads.GiveUp();
            }
            else
            {
                reads.Enter(lease);
            }
        }

        if (lease.Pool is not null)
        {
            if (!isProven)
            {
                await VerifyAsync(call, lease, required!, isBlocking).ConfigureAwait(false);
            }

            Record(isCausal);
        }

        return lease;
    }

    internal ReplicasUnavailableException Refuse(string why, Exception? cause)
    {
        parts.Counters.RecordReadRefused();
        return new ReplicasUnavailableException(parts.Options.Name, why, parts.Keeper.Describe(), cause);
    }

    private void Record(bool isCausal)
    {
        parts.Counters.RecordReadOnPrimary();
        if (isCausal)
        {
            parts.Counters.RecordCausalOnPrimary();
        }
        else if (_warnings.MayPass(out _))
        {
            ReplicaSetLog.ReadsOnPrimary(parts.Logger, parts.Options.Name);
        }
    }

    /// <summary>Whether the primary is known to have what a token stands for.</summary>
    /// <returns><see langword="false"/> when its probe does not tell: then the connection itself must.</returns>
    /// <exception cref="CausalTokenException">It is known not to.</exception>
    private async ValueTask<bool> CoversAsync(RentCall call, ReplicaSetServer primary, ReplicationPosition required, bool isBlocking)
    {
        if (Eligibility.Covers(primary, required))
        {
            return true;
        }

        var probing = parts.ProbeOf(primary).ProbeAsync();
        if (await call.TryWaitAsync(probing, call.Left, isBlocking).ConfigureAwait(false)
            && await probing.ConfigureAwait(false) is { Role: ServerRole.Primary, Position: { } position })
        {
            return position.Covers(required) ? true : throw Ahead(primary.Pool);
        }

        return false;
    }

    /// <summary>
    /// Asks the server behind a lease, within what is left of the call. Without an answer the read is refused: it might
    /// miss what it must see.
    /// </summary>
    private async ValueTask VerifyAsync(RentCall call, ConnectionLease lease, ReplicationPosition required, bool isBlocking)
    {
        var pool = lease.Pool!;
        var isProven = false;
        try
        {
            var position = isBlocking
                ? pool.Provider.ReadPosition(lease.Connection, call.Left)
                : await ReadPositionAsync(call, lease).ConfigureAwait(false);
            isProven = position is null ? throw Unverified(pool, cause: null) : position.Covers(required) ? true : throw Ahead(pool);
        }
        catch (Exception exception) when (exception is not CausalTokenException)
        {
            // Also after a cancellation: the connection must be validated before its next lease.
            lease.ReportFailure(exception);
            throw exception is OperationCanceledException && call.CancellationToken.IsCancellationRequested
                ? new OperationCanceledException(exception.Message, exception, call.CancellationToken)
                : Unverified(pool, exception);
        }
        finally
        {
            if (!isProven)
            {
                lease.Dispose();
            }
        }
    }

    private async ValueTask<ReplicationPosition?> ReadPositionAsync(RentCall call, ConnectionLease lease)
    {
        using var time = new CancellationTokenSource(call.Left, parts.Options.TimeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(call.CancellationToken, time.Token);
        return await lease.Pool!.Provider.ReadPositionAsync(lease.Connection, either.Token).ConfigureAwait(false);
    }

    /// <summary>
    /// A token that the primary itself does not cover stands for writes that are lost, or was made up: to read on would
    /// pretend that they were never there.
    /// </summary>
    internal CausalTokenException Ahead(ConnectionPool primary) => new(
        parts.Options.Name,
        CausalTokenProblem.AheadOfPrimary,
        $"The token stands for writes that the primary of set '{parts.Options.Name}', {primary.Name}, does not have, or cannot be known to have: they were lost in a failover, or never made. Read without the token, and inform the writer.");

    internal CausalTokenException Unverified(ConnectionPool primary, Exception? cause) => new(
        parts.Options.Name,
        CausalTokenProblem.Unverified,
        $"The primary of set '{parts.Options.Name}', {primary.Name}, did not say whether it has what the token stands for. Try again, or read without the token.",
        cause);
}
