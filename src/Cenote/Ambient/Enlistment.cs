using System.Transactions;
using Cenote.Leasing;
using Cenote.Providers;
using Notification = System.Transactions.Enlistment;

namespace Cenote.Ambient;

/// <summary>
/// The part of one session in an ambient transaction, and its hold of the session until the transaction has ended.
/// </summary>
/// <remarks>
/// <para>
/// The session is at any time leased: to a holder, or to the enlistment after the holder has closed its connection. The
/// ticket of the holder is void then, as after a return. When the transaction ends, the branch ends first, on the
/// thread that ends the transaction, and only then the lease is returned.
/// </para>
/// <para>
/// The lock guards the lease. No member of a transaction is called under it, because such a member takes the
/// transaction's own lock, under which the members of this class may be called.
/// </para>
/// </remarks>
internal sealed class Enlistment : LeaseHold, ISinglePhaseNotification
{
    private readonly object _gate = new();
    private readonly AmbientTransactions _owner;
    private readonly Slot _slot;
    private readonly PhysicalConnection _physical;
    private readonly TransactionBranch _branch;
    private readonly Transaction _transaction;
    private readonly SessionContextEntry[]? _context;
    private long _ticket;
    private bool _isKept;
    private bool _isEnding;
    private bool _isOver;
    private bool _isPrepared;

    /// <param name="owner">The enlistments of the pool.</param>
    /// <param name="lease">The lease of the holder.</param>
    /// <param name="physical">Its session.</param>
    /// <param name="branch">The branch that was begun on it.</param>
    /// <param name="transaction">The transaction; the enlistment disposes of it.</param>
    /// <param name="context">The session context of the lease, if the rent enlisted it; <see langword="null"/> if the
    /// holder did.</param>
    internal Enlistment(
        AmbientTransactions owner, in ConnectionLease lease, PhysicalConnection physical, TransactionBranch branch, Transaction transaction, SessionContextEntry[]? context)
    {
        _owner = owner;
        _slot = lease.Slot!;
        _ticket = lease.Ticket;
        _physical = physical;
        _branch = branch;
        _transaction = transaction;
        _context = context;
    }

    /// <summary>Gets the transaction, as the key of the enlistments of a pool.</summary>
    internal Transaction Transaction => _transaction;

    /// <summary>Gets whether the pool has taken the session from the transaction.</summary>
    internal bool IsLost
    {
        get
        {
            lock (_gate)
            {
                return !_isOver && !_slot.IsLeasedAs(_ticket);
            }
        }
    }

    private bool IsAutomatic => _context is not null;

    /// <summary>
    /// Returns whether the session has the context that a caller wants. Of a connection that its holder enlisted it is
    /// not known.
    /// </summary>
    internal bool HasContext(SessionContextEntry[] wanted) => _context is null
        ? !SessionContextUse.HasBegun
        : Includes(_context, wanted) && Includes(wanted, _context);

    internal override bool TryKeep(Slot slot, long ticket)
    {
        var isLost = false;
        lock (_gate)
        {
            if (_isOver || ticket != _ticket || !slot.IsLeasedAs(ticket))
            {
                return false;
            }

            try
            {
                // The next holder must not get what this one subscribed to.
                _physical.RemoveHandlers();
            }
            catch (Exception)
            {
                isLost = true;
            }

            var next = SlotWord.NextLease(ticket);
            if (!slot.TryKeep(ticket, next))
            {
                return false;
            }

            (_ticket, _isKept) = (next, true);
        }

        _owner.RecordKept();
        if (isLost || !_physical.IsUsable)
        {
            Abort();
        }

        return true;
    }

    /// <summary>Passes the session to the next holder of the transaction, if no other has it.</summary>
    internal bool TryTake(CallSite site, out ConnectionLease lease)
    {
        lock (_gate)
        {
            var next = SlotWord.NextLease(_ticket);
            if (_isOver || _isEnding || !_isKept || !_slot.TryChange(_ticket, next))
            {
                lease = default;
                return false;
            }

            (_ticket, _isKept) = (next, false);
            _owner.SetHolder(_slot, next, site);
            lease = new ConnectionLease(_slot, next);
            return true;
        }
    }

    /// <summary>Rolls the transaction back, because its session is lost.</summary>
    internal void Abort()
    {
        try
        {
            _transaction.Rollback(WhyLost());
        }
        catch (Exception)
        {
            // It has ended, or is ending: then the end of the branch fails.
        }
    }

    /// <summary>Takes back an enlistment that the transaction did not accept. The holder keeps its lease.</summary>
    internal void Undo()
    {
        lock (_gate)
        {
            _isOver = true;
        }

        _slot.EndHold(this);
        _owner.Remove(this);
        if (!TryRollback())
        {
            _slot.RetireOnReturn(_ticket, CloseReason.TransactionFailed);
        }

        _branch.Dispose();
        _transaction.Dispose();
    }

    public void SinglePhaseCommit(SinglePhaseEnlistment singlePhaseEnlistment)
    {
        if (!TryBegin())
        {
            var lost = WhyLost();
            Finish(isDoubtful: true, isRolledBack: true);
            singlePhaseEnlistment.Aborted(lost);
            return;
        }

        try
        {
            _branch.Commit();
        }
        catch (Exception exception) when (_owner.IsRefusal(exception))
        {
            var isRolledBack = TryRollback();
            Finish(isDoubtful: !isRolledBack, isRolledBack: true);
            singlePhaseEnlistment.Aborted((exception as TransactionAbortedException)?.InnerException ?? exception);
            return;
        }
        catch (Exception exception)
        {
            Finish(isDoubtful: true, isRolledBack: false);
            _owner.RecordInDoubt(_slot, _branch, exception);
            singlePhaseEnlistment.InDoubt(exception);
            return;
        }

        Finish(isDoubtful: false, isRolledBack: false);
        singlePhaseEnlistment.Committed();
    }

    public void Prepare(PreparingEnlistment preparingEnlistment)
    {
        if (!TryBegin())
        {
            var lost = WhyLost();
            Finish(isDoubtful: true, isRolledBack: true);
            preparingEnlistment.ForceRollback(lost);
            return;
        }

        try
        {
            _branch.Prepare();
            _isPrepared = true;
        }
        catch (Exception exception)
        {
            var isRolledBack = TryRollback();
            Finish(isDoubtful: !isRolledBack, isRolledBack: true);
            if (!isRolledBack && exception is not NotSupportedException && !_owner.IsRefusal(exception))
            {
                // It may have been prepared all the same.
                _owner.RecordInDoubt(_slot, _branch, exception);
            }

            preparingEnlistment.ForceRollback(exception is NotSupportedException ? _owner.CannotPrepare(exception) : exception);
            return;
        }

        preparingEnlistment.Prepared();
    }

    void IEnlistmentNotification.Commit(Notification enlistment) => End(enlistment, _branch.CommitPrepared, isRolledBack: false);

    void IEnlistmentNotification.InDoubt(Notification enlistment) => EndRolledBack(enlistment);

    void IEnlistmentNotification.Rollback(Notification enlistment) => EndRolledBack(enlistment);

    private void EndRolledBack(Notification enlistment)
    {
        if (_isPrepared)
        {
            // Of a transaction whose other part is in doubt, too: prepared work would keep its locks for ever.
            End(enlistment, _branch.RollbackPrepared, isRolledBack: true);
            return;
        }

        // The session of a holder that the rent enlisted is taken from it, and its end rolls back. A rollback on it
        // would let the holder's next statement be committed at once.
        var isRolledBack = TryBegin() && !IsHeldAutomatically && TryRollback();
        Finish(isDoubtful: !isRolledBack, isRolledBack: true);
        enlistment.Done();
    }

    private void End(Notification enlistment, Action end, bool isRolledBack)
    {
        Exception? failure = null;
        try
        {
            end();
        }
        catch (Exception exception)
        {
            failure = exception;
        }

        Finish(isDoubtful: failure is not null, isRolledBack);
        if (failure is not null)
        {
            _owner.RecordInDoubt(_slot, _branch, failure);
        }

        enlistment.Done();
    }

    // A trace differs from rent to rent, and decides nothing.
    private static bool Includes(SessionContextEntry[] all, SessionContextEntry[] some) =>
        Array.TrueForAll(some, entry => entry.Kind == SessionContextEntryKind.Trace || Array.Exists(all, entry.Equals));

    private bool IsHeldAutomatically
    {
        get
        {
            lock (_gate)
            {
                return IsAutomatic && !_isKept;
            }
        }
    }

    /// <summary>Begins the end of the branch.</summary>
    /// <returns><see langword="false"/> when the pool has taken the session from the transaction.</returns>
    private bool TryBegin()
    {
        lock (_gate)
        {
            _isEnding = true;
            return !_isOver && _slot.IsLeasedAs(_ticket) && _physical.IsUsable;
        }
    }

    private bool TryRollback()
    {
        try
        {
            _branch.Rollback();
            return true;
        }
        catch (Exception)
        {
            // A call is inside the driver, or the session is lost. It is closed, which rolls back.
            return false;
        }
    }

    /// <summary>Ends the hold: nothing of the transaction uses the session any more.</summary>
    /// <param name="isDoubtful">Whether the session is in an unknown state, and is closed.</param>
    /// <param name="isRolledBack">Whether the work was rolled back.</param>
    private void Finish(bool isDoubtful, bool isRolledBack)
    {
        ConnectionLease lease;
        bool isKept;
        lock (_gate)
        {
            if (_isOver)
            {
                return;
            }

            if (isDoubtful)
            {
                // Before the hold ends: a holder that closes its connection after that must not pass the session on.
                _slot.RetireOnReturn(_ticket, CloseReason.TransactionFailed);
            }

            _isOver = true;
            (lease, isKept) = (new ConnectionLease(_slot, _ticket), _isKept);
        }

        _slot.EndHold(this);
        _owner.Remove(this);
        if (isKept)
        {
            // A reset may open the driver's connection, which must not join an outer transaction of this thread.
            using var suppressed = SuppressOuter();
            lease.Dispose();
        }
        else if (isDoubtful || (isRolledBack && IsAutomatic))
        {
            // The work of a holder that goes on would be part of the old transaction, or be committed at once. A driver
            // whose connections cannot be closed during a call may still end the call when it rolls back.
            _owner.RevokeRolledBack(in lease, _physical.MayBeAborted ? null : () => TryRollback());
        }

        _branch.Dispose();
        _transaction.Dispose();
    }

    private static TransactionScope? SuppressOuter()
    {
        try
        {
            return Transaction.Current is null ? null : new TransactionScope(TransactionScopeOption.Suppress);
        }
        catch (InvalidOperationException)
        {
            // The outer scope is completed, and waits for its disposal. The pool's drivers do not enlist by themselves.
            return null;
        }
    }

    private Exception WhyLost()
    {
        ConnectionLease lease;
        lock (_gate)
        {
            lease = new ConnectionLease(_slot, _ticket);
        }

        return lease.Revocation as Exception ?? _owner.SessionLost();
    }
}
