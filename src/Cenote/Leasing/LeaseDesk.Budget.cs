using Cenote.Budgets;

namespace Cenote.Leasing;

// The pool's share of a budget: a permit for each slot that is not empty.
internal sealed partial class LeaseDesk : IBudgetedPool
{
    private BudgetShare? _share;
    private bool _hasBegunToWait;

    /// <summary>Gets the share of the budget; <see langword="null"/> for a pool without one.</summary>
    internal BudgetShare? Share => _share;

    /// <summary>
    /// Gets whether the pool would open another connection, but the budget has no permit for it.
    /// </summary>
    internal bool WaitsForBudget => _share is { } share && (share.IsWaiting || (ReadCapacity() is var capacity && capacity.Total < capacity.Limit && !HasPermit));

    /// <summary>Gets whether an open would get a permit now.</summary>
    internal bool HasPermit => _share is not { } share || share.Ledger.HasPermit(share);

    string IBudgetedPool.Name => PoolName;

    void IBudgetedPool.Settle() => Settle();

    void IBudgetedPool.RecordFailure(Exception exception)
    {
        Meters.MaintenanceFailures.Increment();
        _failures.RecordBudgetFailure(exception);
    }

    /// <summary>Joins a budget, before the pool opens its first connection.</summary>
    /// <returns><see langword="false"/> when the budget has no room for the guaranteed connections.</returns>
    internal bool TryJoin(PermitLedger ledger, int guaranteed)
    {
        _share = ledger.TryJoin(this, guaranteed);
        return _share is not null;
    }

    void IBudgetedPool.Attend(bool on)
    {
        // The ledger alone changes this bit, under its lock. A full fence, as in SetAttention.
        if (on)
        {
            Interlocked.Or(ref _attention, (int)Leasing.Attention.Budgeted);
        }
        else
        {
            Interlocked.And(ref _attention, ~(int)Leasing.Attention.Budgeted);
        }
    }

    IdleConnection? IBudgetedPool.FindLongestIdle(long look)
    {
        IdleConnection? longest = null;
        var now = Clock.ElapsedMilliseconds;
        foreach (var slot in _slots.All)
        {
            var word = slot.Word;
            if (SlotWord.StateOf(word) == SlotState.Idle && slot.Permit is not { IsShared: true } && slot.Age.Look(slot.Id, word, now, look) is var idle && (longest is null || idle.IsBefore(longest.Value)))
            {
                longest = idle;
            }
        }

        return longest;
    }

    int IBudgetedPool.CountIdle() => _slots.CountOf(SlotState.Idle);

    int IBudgetedPool.CountWanted()
    {
        var unused = _slots.CountOf(SlotState.Empty) + _slots.CountOf(SlotState.Idle) + _slots.CountOf(SlotState.Closing);
        return Math.Min(_slots.Size, _slots.All.Length - unused + _queue.Servable);
    }

    bool IBudgetedPool.TryReclaim(in IdleConnection idle)
    {
        var slot = _slots.All[idle.Slot];
        if (!slot.TryLeaveIdle(idle.Word, SlotState.Closing))
        {
            return false;
        }

        Reclaim(slot);
        return true;
    }

    private void Reclaim(Slot slot)
    {
        slot.Permit?.BeginReclaim();
        _work.Close(slot, CloseReason.BudgetReclaimed);
    }

    /// <summary>
    /// Takes an idle connection that goes to another pool of the budget, in the form of its permit, although callers of
    /// this one wait for it. Under the lock.
    /// </summary>
    private Slot? TryTakeOwed(TimeSpan now)
    {
        if (_share is not { } share || !_attention.HasAny(Leasing.Attention.Budgeted) || FindOwed(hasWaiters: true, out var word) is not { } slot
            || !share.Ledger.TryBeginReclaim(share, now, Expected.Opens.Value ?? TimeSpan.Zero, LongestWait))
        {
            return null;
        }

        if (slot.TryLeaveIdle(word, SlotState.Closing))
        {
            return slot;
        }

        share.Ledger.CancelReclaim(share);
        return null;
    }

    /// <summary>
    /// Lets the budget close the longest idle connection of all pools, if this one has one that it does not need. Under
    /// the lock.
    /// </summary>
    private void OfferIdle()
    {
        if (_share is { } share && _attention.HasAny(Leasing.Attention.Budgeted) && FindOwed(hasWaiters: false, out _) is not null)
        {
            share.Ledger.LookAgain(share);
        }
    }

    /// <summary>
    /// Returns an idle connection. Where callers of this pool wait, it has served one: otherwise pools would take a
    /// connection from each other again and again, and none would serve.
    /// </summary>
    private Slot? FindOwed(bool hasWaiters, out long word)
    {
        foreach (var slot in _slots.All)
        {
            word = slot.Word;
            if (SlotWord.StateOf(word) == SlotState.Idle && slot.Permit is not { IsShared: true } && (!hasWaiters || SlotWord.LeasesOf(word) > slot.Age.LeasesBefore))
            {
                return slot;
            }
        }

        word = 0;
        return null;
    }

    /// <summary>Takes the permit for an open, or queues the pool for one. Under the lock.</summary>
    private bool TryTakePermit(Slot slot, TimeSpan now)
    {
        if (_share is not { } share)
        {
            return true;
        }

        // The minimum size waits for its guaranteed permits, unless connections outside the slots have them. Any other
        // open that no caller waits for takes a free permit only, and maintenance asks again.
        var minimum = share.Ledger.HasUnusedGuarantee(share) ? Capacity.MinSize - Capacity.Total : 0;
        var wanted = Circuit.State != CircuitState.Closed
            ? 1
            : Math.Max(minimum, Math.Min(_queue.Servable - Capacity.UnderWay, Capacity.Limit - Capacity.Total));
        var wasWaiting = share.IsWaiting;
        slot.Permit = share.Ledger.TryTake(share, Math.Max(0, wanted), now, isBlocking: _queue.Blocking > 0);
        if (slot.Permit is not null)
        {
            return true;
        }

        _hasBegunToWait |= !wasWaiting && wanted > 0 && _queue.Servable > 0;
        _waitedTime.Add(_spentOnNext);
        _spentOnNext = TimeSpan.Zero;
        return false;
    }

    /// <summary>Does what a budget requires at the end of a settlement. Without the lock.</summary>
    private void EndSettlement()
    {
        if (_share is not { } share)
        {
            return;
        }

        // Of two waits that begin at once, one is recorded.
        if (_hasBegunToWait)
        {
            _hasBegunToWait = false;
            _failures.RecordBudgetWait();
        }

        share.Ledger.Notify();
    }

    private void WantNoPermit()
    {
        if (_share is { } share && (share.IsWaiting || share.Granted > 0))
        {
            share.Ledger.WantNone(share);
        }
    }

    /// <summary>
    /// Settles after callers have left the queue, so that a pool without callers does not wait for a permit.
    /// </summary>
    private void LeaveBudgetQueue()
    {
        if (_share is { IsWaiting: true })
        {
            Settle();
        }
    }
}
