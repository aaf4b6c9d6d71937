using System.Transactions;
using Cenote.Events;
using Cenote.Execution;
using Cenote.LeakDetection;
using Cenote.Leasing;
using Cenote.Providers;

namespace Cenote.Ambient;

/// <summary>
/// The rents of a pool within ambient transactions, and the sessions that take part in them. Thread-safe.
/// </summary>
internal sealed class AmbientTransactions(PoolSettings settings, LeaseDesk desk, RentPath rents, LeaseRevoker revoker, PoolJournal journal)
{
    private readonly object _gate = new();
    private Dictionary<Transaction, List<Enlistment>>? _enlistments;

    /// <summary>Rents for a caller that awaits, and enlists.</summary>
    /// <remarks>Not async, because the caller must see the changes of the guard against nested rents.</remarks>
    internal ValueTask<ConnectionLease> RentAsync(
        Transaction transaction, SessionContext? context, CallSite site, CancellationToken cancellationToken, TimeSpan? timeout)
    {
        try
        {
            var wanted = rents.Contexts.Find(context);
            return TryTakeKept(transaction, wanted, site, out var lease)
                ? new ValueTask<ConnectionLease>(lease)
                : EnlistAsync(rents.Contexts.RentAsync(SessionContext.Of(wanted), site, cancellationToken, timeout).AsValueTask(), transaction, wanted, site, cancellationToken);
        }
        catch (Exception exception)
        {
            return ValueTask.FromException<ConnectionLease>(exception);
        }
    }

    /// <summary>Rents for a caller that blocks its thread, and enlists.</summary>
    internal ConnectionLease Rent(Transaction transaction, SessionContext? context, CallSite site, CancellationToken cancellationToken, TimeSpan? timeout)
    {
        var wanted = rents.Contexts.Find(context);
        if (TryTakeKept(transaction, wanted, site, out var lease))
        {
            return lease;
        }

        // With the context that was found: the pool's callback may return another one the next time.
        return EnlistNew(rents.Contexts.Rent(SessionContext.Of(wanted), site, cancellationToken, timeout), transaction, wanted, site);
    }

    /// <summary>Rents if a connection is idle, and enlists.</summary>
    internal ConnectionLease TryRent(Transaction transaction, CallSite site)
    {
        var wanted = rents.Contexts.Find(context: null);
        return TryTakeKept(transaction, wanted, site, out var lease) ? lease
            : rents.Contexts.TryRent(wanted, site) is { IsValid: true } idle ? EnlistNew(idle, transaction, wanted, site)
            : default;
    }

    /// <summary>Enlists the connection of a lease. It stays with the transaction until it ends.</summary>
    /// <param name="lease">A lease that the caller has.</param>
    /// <param name="transaction">The transaction.</param>
    /// <param name="context">The session context of the lease, if a rent enlists it; <see langword="null"/> if the
    /// holder does.</param>
    /// <exception cref="NotSupportedException">The driver cannot do that.</exception>
    /// <exception cref="TransactionException">The transaction has ended.</exception>
    internal void Enlist(in ConnectionLease lease, Transaction transaction, SessionContextEntry[]? context)
    {
        var physical = Prepare(in lease, transaction, out var isFirst);
        if (!isFirst)
        {
            ThrowIfAlone(physical.FindTwoPhaseProblem());
        }

        TransactionBranch branch;
        try
        {
            branch = physical.BeginBranch(transaction);
        }
        catch (NotSupportedException exception)
        {
            throw CannotJoin(exception);
        }

        var enlistment = Hold(in lease, physical, branch, transaction, context, out var isAlone);
        try
        {
            if (isFirst && !isAlone)
            {
                // Another began while this one did.
                ThrowIfAlone(physical.FindTwoPhaseProblem());
            }

            Join(enlistment);
        }
        catch (Exception)
        {
            enlistment.Undo();
            throw;
        }
    }

    private async ValueTask EnlistAsync(
        ConnectionLease lease, Transaction transaction, SessionContextEntry[] context, CancellationToken cancellationToken)
    {
        var physical = Prepare(in lease, transaction, out var isFirst);
        if (!isFirst)
        {
            ThrowIfAlone(await physical.FindTwoPhaseProblemAsync(cancellationToken).ConfigureAwait(false));
        }

        TransactionBranch branch;
        try
        {
            branch = await physical.BeginBranchAsync(transaction, cancellationToken).ConfigureAwait(false);
        }
        catch (NotSupportedException exception)
        {
            throw CannotJoin(exception);
        }

        try
        {
            ThrowIfCancelled(in lease, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            branch.Dispose();
            throw;
        }

        var enlistment = Hold(in lease, physical, branch, transaction, context, out var isAlone);
        try
        {
            if (isFirst && !isAlone)
            {
                ThrowIfAlone(await physical.FindTwoPhaseProblemAsync(cancellationToken).ConfigureAwait(false));
                ThrowIfCancelled(in lease, cancellationToken);
            }

            Join(enlistment);
        }
        catch (Exception)
        {
            enlistment.Undo();
            throw;
        }
    }

    private PhysicalConnection Prepare(in ConnectionLease lease, Transaction transaction, out bool isFirst)
    {
        var physical = lease.GetPhysical();
        physical.MarkDirty();
        isFirst = !HasAny(transaction);
        return physical;
    }

    private void ThrowIfAlone(string? problem)
    {
        if (problem is not null)
        {
            throw new NotSupportedException(
                $"Pool '{settings.Name}': a second connection cannot join the ambient transaction beside another that is open. {problem} Close the first connection before you open the second, which then gets the same session.");
        }
    }

    /// <summary>
    /// Ends a rent whose token was cancelled during a call to the server. The driver may have sent a cancel, which
    /// would end the holder's first statement.
    /// </summary>
    private static void ThrowIfCancelled(in ConnectionLease lease, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            lease.RecordUnansweredCancel();
            throw new OperationCanceledException(cancellationToken);
        }
    }

    /// <summary>Adds the enlistment of a branch that has begun, which holds its session.</summary>
    /// <exception cref="LeaseRevokedException">The lease was revoked meanwhile. Its session is closed, which rolls
    /// back, and the transaction goes on without it.</exception>
    private Enlistment Hold(
        in ConnectionLease lease, PhysicalConnection physical, TransactionBranch branch, Transaction transaction, SessionContextEntry[]? context, out bool isAlone)
    {
        Enlistment? enlistment = null;
        try
        {
            enlistment = new Enlistment(this, in lease, physical, branch, transaction.Clone(), context);
            if (!lease.Slot!.TryBeginHold(lease.Ticket, enlistment))
            {
                _ = lease.GetPhysical();
            }
        }
        catch (Exception)
        {
            branch.Dispose();
            enlistment?.Transaction.Dispose();
            throw;
        }

        isAlone = Add(enlistment);
        return enlistment;
    }

    private void Join(Enlistment enlistment)
    {
        enlistment.Transaction.EnlistVolatile(enlistment, EnlistmentOptions.None);
        desk.Meters.Enlistments.Increment();
    }

    internal void SetHolder(Slot slot, long ticket, CallSite site) => slot.SetHolder(ticket, desk, site);

    internal void RecordKept() => desk.Meters.KeptLeases.Increment();

    internal void Remove(Enlistment enlistment)
    {
        lock (_gate)
        {
            if (_enlistments!.TryGetValue(enlistment.Transaction, out var list) && list.Remove(enlistment) && list.Count == 0)
            {
                _enlistments.Remove(enlistment.Transaction);
            }
        }
    }

    /// <summary>Returns whether a failed commit was answered: the database did not commit.</summary>
    internal bool IsRefusal(Exception exception) => exception is TransactionAbortedException
        || (exception is not TransactionInDoubtException && WorkRetry.IsAnswer(exception, desk.Pool!));

    internal void RecordInDoubt(Slot slot, TransactionBranch branch, Exception exception)
    {
        desk.Meters.TransactionsInDoubt.Increment();
        journal.TransactionInDoubt(slot.Id, branch.Name, exception);
    }

    internal void RevokeRolledBack(in ConnectionLease lease, Action? beforeClose) => revoker.RevokeRolledBack(in lease, beforeClose);

    internal Exception SessionLost() => ConnectionLostException.InTransaction(settings.Name);

    internal NotSupportedException CannotPrepare(Exception exception) => new(
        $"Pool '{settings.Name}': the ambient transaction has several participants, but this connection cannot be prepared for a common commit: {exception.Message} Use one connection and one pool within the scope.",
        exception);

    private async ValueTask<ConnectionLease> EnlistAsync(
        ValueTask<ConnectionLease> rent, Transaction transaction, SessionContextEntry[] wanted, CallSite site, CancellationToken cancellationToken)
    {
        var lease = await rent.ConfigureAwait(false);
        try
        {
            // Another holder of the transaction may have closed its connection while this caller waited.
            if (TryTakeKept(transaction, wanted, site, out var kept))
            {
                await lease.DisposeAsync().ConfigureAwait(false);
                return kept;
            }

            await EnlistAsync(lease, transaction, wanted, cancellationToken).ConfigureAwait(false);
            return lease;
        }
        catch (Exception exception)
        {
            var revocation = RecordFailed(in lease, exception);
            await lease.DisposeAsync().ConfigureAwait(false);
            if (revocation is not null)
            {
                throw revocation;
            }

            throw;
        }
    }

    private ConnectionLease EnlistNew(ConnectionLease lease, Transaction transaction, SessionContextEntry[] wanted, CallSite site)
    {
        try
        {
            if (TryTakeKept(transaction, wanted, site, out var kept))
            {
                lease.Dispose();
                return kept;
            }

            Enlist(in lease, transaction, wanted);
            return lease;
        }
        catch (Exception exception)
        {
            var revocation = RecordFailed(in lease, exception);
            lease.Dispose();
            if (revocation is not null)
            {
                throw revocation;
            }

            throw;
        }
    }

    /// <summary>Records that a rented lease could not join a transaction.</summary>
    /// <returns>The reason, if the lease was revoked meanwhile: the driver then only reports a connection that was
    /// closed during its call.</returns>
    private LeaseRevokedException? RecordFailed(in ConnectionLease lease, Exception exception)
    {
        if (exception is not NotSupportedException)
        {
            desk.Pool!.Engine.FailureReports.Report(in lease, exception);
            lease.RetireOnReturn();
        }

        return lease.RevocationDuring(exception);
    }

    private NotSupportedException CannotJoin(NotSupportedException exception) => new(
        $"Pool '{settings.Name}': the driver cannot join the ambient transaction: {exception.Message} Use BeginTransaction on a connection that is opened within a TransactionScope with TransactionScopeOption.Suppress, or set ConnectionPoolOptions.AmbientTransactionBehavior to Ignore for the whole pool.",
        exception);

    /// <summary>Takes the session that an earlier holder of the transaction has returned.</summary>
    /// <exception cref="NotSupportedException">That session has another context.</exception>
    /// <exception cref="TransactionAbortedException">The transaction was rolled back, or has lost its
    /// session.</exception>
    private bool TryTakeKept(Transaction transaction, SessionContextEntry[] wanted, CallSite site, out ConnectionLease lease)
    {
        lease = default;
        if (!desk.Attention.HasAny(Attention.Closed))
        {
            foreach (var enlistment in Find(transaction))
            {
                if (!enlistment.HasContext(wanted))
                {
                    throw new NotSupportedException(
                        $"Pool '{settings.Name}': a connection with another session context was requested in an ambient transaction. All connections of a transaction share one session, whose context stays until it ends. Open this one within a TransactionScope with TransactionScopeOption.Suppress or RequiresNew.");
                }

                if (enlistment.TryTake(site, out lease))
                {
                    return true;
                }

                if (enlistment.IsLost)
                {
                    enlistment.Abort();
                }
            }

            if (transaction.TransactionInformation.Status == TransactionStatus.Aborted)
            {
                // Not from the driver, after a rent and perhaps an open.
                throw new TransactionAbortedException($"Pool '{settings.Name}': the ambient transaction was rolled back, by its owner, its timeout or a lost session. Run the whole scope again.");
            }
        }

        return false;
    }

    private bool HasAny(Transaction transaction) => Find(transaction).Length > 0;

    private Enlistment[] Find(Transaction transaction)
    {
        lock (_gate)
        {
            return _enlistments?.TryGetValue(transaction, out var list) == true ? [.. list] : [];
        }
    }

    /// <summary>Adds an enlistment.</summary>
    /// <returns>Whether it is the only one of its transaction.</returns>
    private bool Add(Enlistment enlistment)
    {
        lock (_gate)
        {
            _enlistments ??= [];
            if (!_enlistments.TryGetValue(enlistment.Transaction, out var list))
            {
                _enlistments.Add(enlistment.Transaction, list = []);
            }

            list.Add(enlistment);
            return list.Count == 1;
        }
    }
}
