using System.Runtime.CompilerServices;
using Cenote.ReadReplicas.Routing;

namespace Cenote;

// Connections for writing and for reading.
public sealed partial class ReplicaSet
{
    /// <summary>Rents from the primary.</summary>
    /// <param name="cancellationToken">A token to cancel the wait.</param>
    /// <param name="callerFilePath">Supplied by the compiler: the caller's file, for lease reports.</param>
    /// <param name="callerLineNumber">Supplied by the compiler: the caller's line.</param>
    /// <param name="callerMemberName">Supplied by the compiler: the caller's member.</param>
    /// <returns>The lease; dispose of it to return the connection.</returns>
    /// <exception cref="NoPrimaryException">No server took writes within
    /// <see cref="ReplicaSetOptions.PrimaryTimeout"/>.</exception>
    /// <exception cref="PoolException">The pool of the primary failed: <see cref="PoolTimeoutException"/>,
    /// <see cref="CircuitOpenException"/>, …</exception>
    /// <exception cref="ReplicaSetClosedException">The set is closed.</exception>
    /// <exception cref="OperationCanceledException">The token was signalled while the caller waited.</exception>
    public ValueTask<ConnectionLease> RentWriteAsync(
        CancellationToken cancellationToken = default,
        [CallerFilePath] string callerFilePath = "",
        [CallerLineNumber] int callerLineNumber = 0,
        [CallerMemberName] string callerMemberName = "")
    {
        var caller = new CallSite(callerFilePath, callerLineNumber, callerMemberName);
        var causal = _flow.Value?.Causal;
        if (!cancellationToken.IsCancellationRequested && _writes.TryRent(caller, out var lease))
        {
            causal?.RecordWrite(lease);
            return new ValueTask<ConnectionLease>(lease);
        }

        var slow = _writes.RentAsync(Call(caller, cancellationToken), isBlocking: false);
        return causal is null ? slow : NoteAsync(slow, causal);

        static async ValueTask<ConnectionLease> NoteAsync(ValueTask<ConnectionLease> rent, CausalScope causal)
        {
            var lease = await rent.ConfigureAwait(false);
            causal.RecordWrite(lease);
            return lease;
        }
    }

    /// <summary>Rents from the primary, blocking the calling thread.</summary>
    /// <inheritdoc cref="RentWriteAsync"/>
    public ConnectionLease RentWrite(
        CancellationToken cancellationToken = default,
        [CallerFilePath] string callerFilePath = "",
        [CallerLineNumber] int callerLineNumber = 0,
        [CallerMemberName] string callerMemberName = "")
    {
        var caller = new CallSite(callerFilePath, callerLineNumber, callerMemberName);
        if (cancellationToken.IsCancellationRequested || !_writes.TryRent(caller, out var lease))
        {
            lease = Completed(_writes.RentAsync(Call(caller, cancellationToken), isBlocking: true));
        }

        _flow.Value?.Causal?.RecordWrite(lease);
        return lease;
    }

    /// <summary>
    /// Rents from a replica; from the primary when no replica can serve. Within a causal scope, the server has every
    /// write of the scope.
    /// </summary>
    /// <param name="cancellationToken">A token to cancel the wait.</param>
    /// <param name="callerFilePath">Supplied by the compiler: the caller's file, for lease reports.</param>
    /// <param name="callerLineNumber">Supplied by the compiler: the caller's line.</param>
    /// <param name="callerMemberName">Supplied by the compiler: the caller's member.</param>
    /// <returns>The lease; <see cref="ConnectionLease.Pool"/> is the pool of its server.</returns>
    /// <exception cref="ReplicasUnavailableException">No replica can serve, and the primary is unreachable or has
    /// <see cref="ReplicaSetOptions.MaxReadsOnPrimary"/> reads already.</exception>
    /// <exception cref="CausalTokenException">The primary itself has not reached the position of the scope's
    /// token.</exception>
    /// <exception cref="PoolException">The pool failed: <see cref="PoolTimeoutException"/>, …</exception>
    /// <exception cref="ReplicaSetClosedException">The set is closed.</exception>
    /// <exception cref="OperationCanceledException">The token was signalled while the caller waited.</exception>
    public ValueTask<ConnectionLease> RentReadAsync(
        CancellationToken cancellationToken = default,
        [CallerFilePath] string callerFilePath = "",
        [CallerLineNumber] int callerLineNumber = 0,
        [CallerMemberName] string callerMemberName = "")
    {
        if (IsEnlisting)
        {
            return RentWriteAsync(cancellationToken, callerFilePath, callerLineNumber, callerMemberName);
        }

        var caller = new CallSite(callerFilePath, callerLineNumber, callerMemberName);
        if (_flow.Value?.Causal is { } causal)
        {
            return RentCausallyAsync(Call(caller, cancellationToken), causal, isBlocking: false);
        }

        return !cancellationToken.IsCancellationRequested && _reads.TryRent(caller, out var lease)
            ? new ValueTask<ConnectionLease>(lease)
            : _reads.RentAsync(Call(caller, cancellationToken), required: null, isBlocking: false);
    }

    /// <summary>
    /// Rents from a replica that has reached the position of a token; from the primary when no replica reaches it
    /// within <see cref="ReplicaSetOptions.CausalReadTimeout"/>.
    /// </summary>
    /// <param name="token">The token that the read must see, in addition to the flow's scope.</param>
    /// <param name="cancellationToken">A token to cancel the wait.</param>
    /// <param name="callerFilePath">Supplied by the compiler: the caller's file, for lease reports.</param>
    /// <param name="callerLineNumber">Supplied by the compiler: the caller's line.</param>
    /// <param name="callerMemberName">Supplied by the compiler: the caller's member.</param>
    /// <inheritdoc cref="RentReadAsync(CancellationToken, string, int, string)" path="/returns"/>
    /// <inheritdoc cref="RentReadAsync(CancellationToken, string, int, string)" path="/exception"/>
    public ValueTask<ConnectionLease> RentReadAsync(
        CausalToken token,
        CancellationToken cancellationToken = default,
        [CallerFilePath] string callerFilePath = "",
        [CallerLineNumber] int callerLineNumber = 0,
        [CallerMemberName] string callerMemberName = "")
    {
        ThrowIfWrongCluster(token);
        if (IsEnlisting)
        {
            return RentWriteAsync(cancellationToken, callerFilePath, callerLineNumber, callerMemberName);
        }

        var caller = new CallSite(callerFilePath, callerLineNumber, callerMemberName);
        return _flow.Value?.Causal is { } causal
            ? RentCausallyAsync(Call(caller, cancellationToken), causal, isBlocking: false, token.Position)
            : _reads.RentAsync(Call(caller, cancellationToken), token.Position, isBlocking: false);
    }

    /// <summary>Rents from a replica, blocking the calling thread.</summary>
    /// <inheritdoc cref="RentReadAsync(CancellationToken, string, int, string)"/>
    public ConnectionLease RentRead(
        CancellationToken cancellationToken = default,
        [CallerFilePath] string callerFilePath = "",
        [CallerLineNumber] int callerLineNumber = 0,
        [CallerMemberName] string callerMemberName = "")
    {
        if (IsEnlisting)
        {
            return RentWrite(cancellationToken, callerFilePath, callerLineNumber, callerMemberName);
        }

        var caller = new CallSite(callerFilePath, callerLineNumber, callerMemberName);
        if (_flow.Value?.Causal is { } causal)
        {
            return Completed(RentCausallyAsync(Call(caller, cancellationToken), causal, isBlocking: true));
        }

        return !cancellationToken.IsCancellationRequested && _reads.TryRent(caller, out var lease)
            ? lease
            : Completed(_reads.RentAsync(Call(caller, cancellationToken), required: null, isBlocking: true));
    }

    /// <summary>
    /// Rents from a replica that has reached the position of a token, blocking the calling thread.
    /// </summary>
    /// <inheritdoc cref="RentReadAsync(CausalToken, CancellationToken, string, int, string)"/>
    public ConnectionLease RentRead(
        CausalToken token,
        CancellationToken cancellationToken = default,
        [CallerFilePath] string callerFilePath = "",
        [CallerLineNumber] int callerLineNumber = 0,
        [CallerMemberName] string callerMemberName = "")
    {
        ThrowIfWrongCluster(token);
        if (IsEnlisting)
        {
            return RentWrite(cancellationToken, callerFilePath, callerLineNumber, callerMemberName);
        }

        var caller = new CallSite(callerFilePath, callerLineNumber, callerMemberName);
        return Completed(_flow.Value?.Causal is { } causal
            ? RentCausallyAsync(Call(caller, cancellationToken), causal, isBlocking: true, token.Position)
            : _reads.RentAsync(Call(caller, cancellationToken), token.Position, isBlocking: true));
    }

    /// <summary>
    /// Gets whether the caller is in an ambient transaction that its connections join: all of its work then runs on the
    /// primary, where it is one transaction.
    /// </summary>
    private bool IsEnlisting => Servers[0].Pool.IsEnlisting;

    private RentCall Call(in CallSite caller, CancellationToken cancellationToken) => new(_options, caller, cancellationToken);

    private async ValueTask<ConnectionLease> RentCausallyAsync(RentCall call, CausalScope causal, bool isBlocking, ReplicationPosition? also = null)
    {
        var (isKnown, position) = await causal.RequireAsync(isBlocking, call.CancellationToken).ConfigureAwait(false);
        var required = position is null ? also : also is null ? position : position.Combine(also);
        if (!isKnown)
        {
            // The written position is unknown, so only the server of the write certainly has it.
            return await _reads.RentFromPrimaryAsync(call, required, isBlocking).ConfigureAwait(false);
        }

        try
        {
            return await _reads.RentAsync(call, required, isBlocking).ConfigureAwait(false);
        }
        catch (CausalTokenException exception) when (exception.Problem == CausalTokenProblem.AheadOfPrimary && position is not null
            // What was passed besides may be what is refused.
            && (also is null || _keeper.Current.Primary?.Position?.Covers(position) != true))
        {
            causal.RecordRefusal();
            throw;
        }
    }

    // Routers that block wait on the calling thread, and their tasks are never unfinished.
    private static ConnectionLease Completed(ValueTask<ConnectionLease> rent) => rent.GetAwaiter().GetResult();
}
