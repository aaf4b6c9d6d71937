using System.Data;
using System.Data.Common;
using System.Runtime.CompilerServices;
using Cenote.AdoNet;
using Cenote.Ambient;
using Cenote.Execution;

namespace Cenote;

// Calls into the driver: entered through the gate, with failures classified.
public sealed partial class PooledConnection
{
    /// <summary>Gets the gate that decides which call may use the session.</summary>
    internal SessionGate Gate
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => new(ref _word, ref _owner, ref _ticket);
    }

    /// <summary>Gets the state beyond the lease, or <see langword="null"/> for most connections.</summary>
    internal ConnectionDetails? Details => Volatile.Read(ref _owner) as ConnectionDetails;

    /// <summary>
    /// Gets the readers and the transaction of the lease, and creates the place for them. The connection is the lock
    /// that it asks for.
    /// </summary>
    internal ref LeaseWork Work => ref ConnectionOwner.RequireDetails(ref _owner).Work;

    /// <summary>
    /// Gets or sets the progress of the work that the pool runs on this connection; <see langword="null"/> when it runs
    /// none.
    /// </summary>
    internal WorkProgress? Progress
    {
        get => Details?.Progress;
        set => ConnectionOwner.RequireDetails(ref _owner).Progress = value;
    }

    /// <summary>
    /// Gets whether the lease is held although the driver knows that its session is lost. Takes no round trip.
    /// </summary>
    internal bool HasLostSession => TryGetLease(out var lease) && lease.TryGetPhysical() is { IsUsable: false };

    /// <inheritdoc/>
    public override DataTable GetSchema() => Call(0, static (driver, _) => driver.GetSchema());

    /// <inheritdoc/>
    public override DataTable GetSchema(string collectionName) =>
        Call(collectionName, static (driver, name) => driver.GetSchema(name));

    /// <inheritdoc/>
    public override DataTable GetSchema(string collectionName, string?[] restrictionValues) =>
        Call((collectionName, restrictionValues), static (driver, what) => driver.GetSchema(what.collectionName, what.restrictionValues));

    /// <inheritdoc/>
    public override Task<DataTable> GetSchemaAsync(CancellationToken cancellationToken = default) =>
        CallAsync(0, static (driver, _, token) => driver.GetSchemaAsync(token), cancellationToken);

    /// <inheritdoc/>
    public override Task<DataTable> GetSchemaAsync(string collectionName, CancellationToken cancellationToken = default) =>
        CallAsync(collectionName, static (driver, name, token) => driver.GetSchemaAsync(name, token), cancellationToken);

    /// <inheritdoc/>
    public override Task<DataTable> GetSchemaAsync(string collectionName, string?[] restrictionValues, CancellationToken cancellationToken = default) =>
        CallAsync(
            (collectionName, restrictionValues),
            static (driver, what, token) => driver.GetSchemaAsync(what.collectionName, what.restrictionValues, token),
            cancellationToken);

    /// <inheritdoc/>
    protected override DbTransaction BeginDbTransaction(IsolationLevel isolationLevel)
    {
        var lease = Enter();
        MarkIfKept(isolationLevel, in lease);
        try
        {
            ThrowIfEnlisted(in lease);
            return Hold(in lease, lease.DriverConnection.BeginTransaction(isolationLevel));
        }
        catch (Exception exception) when (Failed(in lease, exception, watch: null, CancellationToken.None) is { } told)
        {
            throw told;
        }
        finally
        {
            Leave();
        }
    }

    /// <inheritdoc/>
    protected override async ValueTask<DbTransaction> BeginDbTransactionAsync(IsolationLevel isolationLevel, CancellationToken cancellationToken)
    {
        var lease = Enter();
        MarkIfKept(isolationLevel, in lease);
        try
        {
            ThrowIfEnlisted(in lease);
            return Hold(in lease, await lease.DriverConnection.BeginTransactionAsync(isolationLevel, cancellationToken).ConfigureAwait(false));
        }
        catch (Exception exception) when (Failed(in lease, exception, watch: null, CancellationToken.None) is { } told)
        {
            throw told;
        }
        finally
        {
            Leave();
        }
    }

    /// <summary>Marks the session where the isolation level of a transaction outlives it.</summary>
    private void MarkIfKept(IsolationLevel isolationLevel, in ConnectionLease lease)
    {
        if (Pool.Engine.Effects is { } effects && lease.TryGetPhysical() is { HasNoMark: true } physical && !effects.LeavesNothing(physical, isolationLevel))
        {
            physical.MarkDirty();
        }
    }

    private PooledTransaction Hold(in ConnectionLease lease, DbTransaction transaction)
    {
        var held = new PooledTransaction(this, in lease, transaction);
        Work.Add(held);
        return held;
    }

    /// <summary>
    /// Joins a transaction of <c>System.Transactions</c>, whatever
    /// <see cref="ConnectionPoolOptions.AmbientTransactionBehavior"/> is. The session stays with it until it ends, also
    /// when the connection is closed. A connection that is opened within a <c>TransactionScope</c> joins it by itself.
    /// </summary>
    /// <param name="transaction">The transaction; <see langword="null"/> does nothing.</param>
    /// <exception cref="InvalidOperationException">The connection is not open, has a transaction of its own, or is in
    /// another transaction of <c>System.Transactions</c>, which it cannot leave before that ends.</exception>
    /// <exception cref="NotSupportedException">The driver cannot do that.</exception>
    /// <exception cref="System.Transactions.TransactionException">The transaction has ended.</exception>
    public override void EnlistTransaction(System.Transactions.Transaction? transaction)
    {
        if (!TryEnter(out var lease))
        {
            if (transaction is null)
            {
                return;
            }

            throw NotOpen();
        }

        try
        {
            if (lease.Slot!.Hold is Enlistment current)
            {
                if (!current.Transaction.Equals(transaction))
                {
                    throw new InvalidOperationException("The connection is in another ambient transaction, which it cannot leave before that ends.");
                }
            }
            else if (transaction is not null)
            {
                ThrowIfInOwnTransaction();
                Pool.Engine.AmbientTransactions.Enlist(in lease, transaction, context: null);
            }
        }
        catch (Exception exception) when (Failed(in lease, exception, watch: null, CancellationToken.None) is { } told)
        {
            throw told;
        }
        finally
        {
            Leave();
        }
    }

    private void ThrowIfInOwnTransaction()
    {
        if (Details?.Work.Transaction is not null)
        {
            throw new InvalidOperationException("The connection has a transaction of its own. Commit it or roll it back before the connection joins another.");
        }
    }

    private static void ThrowIfEnlisted(in ConnectionLease lease)
    {
        if (lease.Slot!.Hold is not null)
        {
            throw new InvalidOperationException(
                "The connection is in an ambient transaction (TransactionScope), which commits or rolls back all of its work. It can begin no transaction of its own. Open another connection within a TransactionScope with TransactionScopeOption.Suppress.");
        }
    }

    /// <summary>
    /// Changes the current database until the connection is closed. The pool then changes it back, or retires the
    /// physical connection.
    /// </summary>
    /// <param name="databaseName">The database to change to.</param>
    /// <exception cref="InvalidOperationException">The connection is not open.</exception>
    public override void ChangeDatabase(string databaseName)
    {
        var lease = Enter();
        var before = lease.TryGetConnection()?.Database ?? "";
        lease.MarkDirty();
        try
        {
            lease.DriverConnection.ChangeDatabase(databaseName);
        }
        catch (Exception exception) when (Failed(in lease, exception, watch: null, CancellationToken.None) is { } told)
        {
            throw told;
        }
        finally
        {
            Work.NoteDatabase(in lease, before);
            Leave();
        }
    }

    /// <param name="databaseName">The database to change to.</param>
    /// <param name="cancellationToken">A token to cancel the wait.</param>
    /// <inheritdoc cref="ChangeDatabase" path="/summary"/>
    /// <inheritdoc cref="ChangeDatabase" path="/exception"/>
    public override async Task ChangeDatabaseAsync(string databaseName, CancellationToken cancellationToken = default)
    {
        var lease = Enter();
        var before = lease.TryGetConnection()?.Database ?? "";
        lease.MarkDirty();
        try
        {
            await lease.DriverConnection.ChangeDatabaseAsync(databaseName, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (Failed(in lease, exception, watch: null, CancellationToken.None) is { } told)
        {
            throw told;
        }
        finally
        {
            Work.NoteDatabase(in lease, before);
            Leave();
        }
    }

    /// <summary>Begins a call into the driver. Each success is followed by one <see cref="Leave"/>.</summary>
    /// <exception cref="InvalidOperationException">The connection is not open.</exception>
    internal ConnectionLease Enter() => TryEnter(out var lease) ? lease : throw NotOpen();

    /// <inheritdoc cref="Enter"/>
    internal bool TryEnter(out ConnectionLease lease)
    {
        if (!Gate.TryEnter(out lease))
        {
            return false;
        }

        if (lease.IsActive)
        {
            return true;
        }

        Leave();
        return false;
    }

    /// <summary>Begins a call that is only valid for one certain lease.</summary>
    internal bool TryEnterAs(in ConnectionLease lease)
    {
        var isInside = TryEnterAs(in lease, out var mustEnd);
        if (mustEnd)
        {
            EndHandedOver();
        }

        return isInside;
    }

    /// <summary>
    /// Does the same for a caller that has to release others before it finishes a closing that was left to it.
    /// </summary>
    /// <param name="lease">The lease.</param>
    /// <param name="mustEnd">Whether the caller, which is not inside, must call <see cref="EndHandedOver"/>.</param>
    internal bool TryEnterAs(in ConnectionLease lease, out bool mustEnd)
    {
        mustEnd = false;
        if (!Gate.TryEnter(out var current))
        {
            return false;
        }

        if (current == lease && current.IsActive)
        {
            return true;
        }

        mustEnd = Gate.Leave();
        return false;
    }

    /// <summary>Ends a call without finishing a closing that was left to it.</summary>
    /// <returns>Whether the caller must call <see cref="EndHandedOver"/>.</returns>
    internal bool LeaveOnly() => Gate.Leave();

    /// <summary>Finishes a closing that was left to a call, which has left.</summary>
    internal void EndHandedOver() => EndWorkAndReturn();

    /// <summary>
    /// Ends a call that was begun. If the connection was closed meanwhile, this call returns the lease.
    /// </summary>
    internal void Leave()
    {
        if (LeaveOnly())
        {
            EndHandedOver();
        }
    }

    /// <inheritdoc cref="SessionGate.TryGetLease"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal bool TryGetLease(out ConnectionLease lease) => Gate.TryGetLease(out lease);

    /// <summary>Reports a failure to the pool, from exception filters.</summary>
    /// <returns>The exception to throw instead; <see langword="null"/> for the failure itself.</returns>
    internal Exception? Failed(in ConnectionLease lease, Exception exception, QueryWatch? watch = null, CancellationToken cancellationToken = default)
    {
        var kind = Pool.Engine.FailureReports.Report(lease, exception);
        Progress?.RecordFailure(exception, kind, isEnding: false);
        return lease.RevocationDuring(exception) as Exception
            ?? (cancellationToken.IsCancellationRequested ? Cancelled(exception, kind, watch, cancellationToken) : null)
            ?? watch?.Explain(exception, kind)
            ?? ConnectionLostException.TryWrap(Pool.Name, exception, kind);
    }

    // The base classes of ADO.NET cancel a statement themselves, and let the driver's exception through.
    private OperationCanceledException? Cancelled(Exception exception, FailureKind kind, QueryWatch? watch, CancellationToken cancellationToken) =>
        watch is not { HasFired: true } && kind is FailureKind.Other or FailureKind.QueryTimeout && Pool.Provider.MayEndByCancel(exception)
            ? new OperationCanceledException("The statement was cancelled.", exception, cancellationToken)
            : null;

    /// <summary>
    /// Reports a failure of an ending (a rollback, a close, a disposal) to the pool, from exception filters.
    /// </summary>
    /// <inheritdoc cref="Failed" path="/returns"/>
    internal Exception? FailedEnding(in ConnectionLease lease, Exception exception)
    {
        var kind = Pool.Engine.FailureReports.Report(lease, exception);
        Progress?.RecordFailure(exception, kind, isEnding: true);
        return lease.RevocationDuring(exception) as Exception ?? ConnectionLostException.TryWrap(Pool.Name, exception, kind);
    }

    /// <summary>
    /// Returns whether the session of the lease is lost. A disposal must not throw then, because its failure would hide
    /// the original one.
    /// </summary>
    internal static bool IsLost(in ConnectionLease lease) => lease.Slot is { RetireReason: CloseReason.ConnectionLost };

    // One call of the driver's connection. The state replaces a closure, so nothing is allocated.
    private T Call<TState, T>(TState state, Func<DbConnection, TState, T> call)
    {
        var lease = Enter();
        lease.MarkDirty();
        try
        {
            return call(lease.DriverConnection, state);
        }
        catch (Exception exception) when (Failed(in lease, exception, watch: null, CancellationToken.None) is { } told)
        {
            throw told;
        }
        finally
        {
            Leave();
        }
    }

    private async Task<T> CallAsync<TState, T>(
        TState state, Func<DbConnection, TState, CancellationToken, Task<T>> call, CancellationToken cancellationToken)
    {
        var lease = Enter();
        lease.MarkDirty();
        try
        {
            return await call(lease.DriverConnection, state, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (Failed(in lease, exception, watch: null, CancellationToken.None) is { } told)
        {
            throw told;
        }
        finally
        {
            Leave();
        }
    }
}
