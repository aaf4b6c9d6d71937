namespace Cenote.Budgets;

/// <summary>
/// The permits of a budget: who has how many, who waits, and who must give up a connection. Knows no connections and no
/// callers.
/// </summary>
/// <remarks>
/// One lock, taken after a pool's own. Under it no outside code is called: what is to be done in another pool is kept,
/// and done by <see cref="Notify"/> on a thread that holds no lock.
/// </remarks>
/// <param name="size">The number of permits.</param>
/// <param name="limit">The limit that other instances set; <see langword="null"/> for none.</param>
internal sealed partial class PermitLedger(int size, IPermitLimit? limit = null)
{
    /// <summary>A pool keeps its turn for this many times the duration of an open.</summary>
    private const int OpensPerTurn = 4;

    private static readonly TimeSpan LongestTurn = TimeSpan.FromMilliseconds(250);

    [ThreadStatic]
    private static PermitLedger? s_notifying;

    private readonly object _gate = new();
    private readonly HashSet<BudgetShare> _shares = [];
    private readonly List<BudgetShare> _holders = [];
    private readonly SortedSet<BudgetShare> _waiting = new(new ShareOrder());
    private readonly Queue<BudgetShare> _due = new();
    private int _size = size;
    private int _used;
    private int _reserved;
    private int _guaranteed;
    private int _wanted;
    private int _claimed;
    private int _reclaiming;
    private long _turns;
    private long _looks;
    private long _reclaimed;
    private long _waits;
    private int _mostUsed;
    private bool _isContended;
    private bool _mustLook;
    private bool _hasBlockedCallers;
    private int _hasWork;

    internal int Size
    {
        get
        {
            lock (_gate)
            {
                return _size;
            }
        }
    }

    /// <summary>
    /// Gets whether callers of a pool that waits block threads, so that the thread pool may have none left to close
    /// connections on. A hint, read without the lock.
    /// </summary>
    internal bool HasBlockedCallers => Volatile.Read(ref _hasBlockedCallers);

    /// <summary>
    /// Takes a permit for an open, or queues the pool for one. Called under the pool's lock, as the next two methods
    /// are; <see cref="Notify"/> must follow without it.
    /// </summary>
    /// <param name="share">The pool's share.</param>
    /// <param name="wanted">How many the pool wants, this one included; 0 to take one only if it is free, for an open
    /// that no caller waits for.</param>
    /// <param name="now">The time on the pool's clock.</param>
    /// <param name="isBlocking">Whether callers of the pool block threads.</param>
    internal Permit? TryTake(BudgetShare share, int wanted, TimeSpan now, bool isBlocking)
    {
        lock (_gate)
        {
            if (wanted == 0)
            {
                // Granted for callers that have left. Other pools' callers come before head-room.
                GiveUpDemand(share);
            }

            if (share.Granted > 0)
            {
                share.Granted--;
            }
            else if (MayTake(share))
            {
                Change(share, held: 1);
            }
            else
            {
                CountWait(share, begins: !share.IsWaiting && wanted > 0);
                _mustLook |= wanted > share.Wanted;
                _hasBlockedCallers |= isBlocking && wanted > 0;
                Change(share, wanted: wanted - share.Wanted);
                Update(share);
                return null;
            }

            if (share.Excess == 1)
            {
                share.TurnSince = now;
            }

            Update(share);
            return new Permit(share);
        }
    }

    /// <summary>Ends the wait of a pool that wants no more connections, and returns the permits that it got.</summary>
    internal void WantNone(BudgetShare share)
    {
        lock (_gate)
        {
            GiveUpDemand(share);
            Update(share);
        }
    }

    /// <summary>Returns whether an open of the pool would get a permit now.</summary>
    internal bool HasPermit(BudgetShare share)
    {
        lock (_gate)
        {
            return share.Granted > 0 || MayTake(share);
        }
    }

    /// <summary>Returns whether so many permits are free for the pool, beside granted ones.</summary>
    internal bool CanTake(BudgetShare share, int count)
    {
        lock (_gate)
        {
            // The limit of other instances may have ended since the size was set.
            var free = Math.Min(_size, limit?.Read() ?? _size) - _used;
            return count <= Math.Min(free, share.Reserved + Math.Max(0, free - _reserved));
        }
    }

    /// <summary>Returns whether the pool has not begun to use all its guaranteed permits.</summary>
    internal bool HasUnusedGuarantee(BudgetShare share)
    {
        lock (_gate)
        {
            return share.Held - share.Granted < share.Guaranteed;
        }
    }

    /// <summary>Takes a permit for a connection outside the slots, if one is free for the pool.</summary>
    internal Permit? TryTakeFree(BudgetShare share)
    {
        lock (_gate)
        {
            if (!MayTake(share))
            {
                return null;
            }

            Change(share, held: 1);
            Update(share);
            return new Permit(share);
        }
    }

    /// <summary>Takes a permit for a connection outside the slots, and waits for it in the pool's turn.</summary>
    internal async ValueTask<Permit> TakeAsync(BudgetShare share, CancellationToken cancellationToken)
    {
        var waiter = new TaskCompletionSource<Permit>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (TryTakeFree(share) is { } free)
            {
                return free;
            }

            CountWait(share, begins: true);
            _mustLook = true;
            Change(share, comes: waiter);
            Update(share);
        }

        Notify();
        using var registration = cancellationToken.UnsafeRegister(_ => Withdraw(share, waiter, cancellationToken), state: null);
        return await waiter.Task.ConfigureAwait(false);
    }

    /// <summary>Returns a permit. <see cref="Notify"/> must follow without the pool's lock.</summary>
    internal void Return(BudgetShare share, bool wasReclaimed, bool wasOpened)
    {
        lock (_gate)
        {
            _opened -= wasOpened ? 1 : 0;
            if (wasReclaimed)
            {
                EndReclaim(share);
                _reclaimed++;
            }

            Change(share, held: -1);
            GrantAll();
            Update(share);
            Volatile.Write(ref _hasWork, 1);
        }
    }

    /// <summary>
    /// Does what is to be done in the pools: closes idle connections for pools that wait, and settles the pools that
    /// got a permit. Called without any lock. What one pool throws is recorded there, and concerns no other.
    /// </summary>
    internal void Notify()
    {
        // The settlement of another pool ends here, too; the loop below it goes on.
        if (Volatile.Read(ref _hasWork) == 0 || s_notifying == this)
        {
            return;
        }

        var outer = s_notifying;
        s_notifying = this;
        try
        {
            while (TryNext(out var due, out var idle))
            {
                Act(due, idle);
            }
        }
        finally
        {
            s_notifying = outer;
        }
    }

    private void Act(BudgetShare share, IdleConnection? idle)
    {
        try
        {
            if (idle is null)
            {
                share.Pool.Settle();
            }
            else if (!share.Pool.TryReclaim(idle.Value))
            {
                CancelReclaim(share);
            }
        }
        catch (Exception exception)
        {
            if (exception is ThreadInterruptedException)
            {
                // Meant for this thread alone, which ends its wait: another thread does the rest.
                Resume(share, idle);
                throw;
            }

            share.Pool.RecordFailure(exception);
        }
    }

    /// <summary>Keeps what was to be done in a pool for another thread.</summary>
    private void Resume(BudgetShare share, IdleConnection? idle)
    {
        if (idle is not null)
        {
            CancelReclaim(share);
            return;
        }

        lock (_gate)
        {
            MakeDue(share);
        }
    }

    /// <summary>Counts the connections that the pools would use now: those in use, and the waiting callers.</summary>
    internal int CountWanted()
    {
        lock (_gate)
        {
            return _shares.Sum(static share => Math.Max(share.Guaranteed, share.Held > 0 || share.IsWaiting ? share.Pool.CountWanted() : 0));
        }
    }

    /// <summary>Returns what a function reads from the shares, under the lock.</summary>
    internal T Read<T>(Func<LedgerView, T> read)
    {
        lock (_gate)
        {
            return read(new LedgerView(_shares, _holders, _size, _used, _guaranteed, _waiting.Count, _wanted, _waits, _reclaimed, _mostUsed));
        }
    }

    private bool MayTake(BudgetShare share) => _used < _size && (share.Held < share.Guaranteed || _used + _reserved < _size) && IsAllowed;

    private void CountWait(BudgetShare share, bool begins)
    {
        _waits += begins ? 1 : 0;
        share.Waits += begins ? 1 : 0;
    }

    private void GiveUpDemand(BudgetShare share)
    {
        if (share.Granted > 0 || share.Wanted > 0)
        {
            var granted = share.Granted;
            share.Granted = 0;
            Change(share, held: -granted, wanted: -share.Wanted);
            GrantAll();
        }
    }

    /// <summary>Changes a share, the sums, and the place among the waiting pools.</summary>
    private void Change(
        BudgetShare share,
        int held = 0,
        int wanted = 0,
        int guaranteed = 0,
        long? turn = null,
        TaskCompletionSource<Permit>? comes = null,
        LinkedListNode<TaskCompletionSource<Permit>>? goes = null)
    {
        if (share.IsWaiting)
        {
            _waiting.Remove(share);
        }

        _reserved -= share.Reserved;
        _wanted -= share.AllWanted;
        _claimed -= share.Claimed;
        share.Held += held;
        share.Wanted += wanted;
        share.Guaranteed += guaranteed;
        if (comes is not null)
        {
            share.Outside.AddLast(comes);
        }

        if (goes is not null)
        {
            share.Outside.Remove(goes);
        }

        _used += held;
        _mostUsed = Math.Max(_mostUsed, _used);
        _reserved += share.Reserved;
        _wanted += share.AllWanted;
        _claimed += share.Claimed;
        var isWaiting = share.AllWanted > 0;
        share.KeepsTurn = share.Held == 0 && (share.IsWaiting || share.KeepsTurn);
        share.Turn = turn ?? (isWaiting && !share.IsWaiting && !share.KeepsTurn ? ++_turns : share.Turn);
        share.IsWaiting = isWaiting;
        if (isWaiting)
        {
            _waiting.Add(share);
        }
        else if (_waiting.Count == 0)
        {
            Volatile.Write(ref _hasBlockedCallers, false);
        }

        if (share.Held > 0 != share.Place >= 0)
        {
            MoveHolder(share);
        }
    }

    /// <summary>Adds a share to the holders, or removes it.</summary>
    private void MoveHolder(BudgetShare share)
    {
        if (share.Place < 0)
        {
            share.Place = _holders.Count;
            _holders.Add(share);
            return;
        }

        var last = _holders[^1];
        (_holders[share.Place], last.Place) = (last, share.Place);
        _holders.RemoveAt(_holders.Count - 1);
        share.Place = -1;
    }

    /// <summary>Gives the free permits to the pools that wait, in their order.</summary>
    private void GrantAll()
    {
        while (_waiting.Min is { } next && MayTake(next))
        {
            if (next.Outside.First is { } outside)
            {
                // Continues elsewhere, not under the lock.
                Change(next, held: 1, turn: ++_turns, goes: outside);
                outside.Value.TrySetResult(new Permit(next));
            }
            else
            {
                next.Granted++;
                Change(next, held: 1, wanted: -1, turn: ++_turns);
                MakeDue(next);
            }

            Update(next);
        }
    }

    private void MakeDue(BudgetShare share)
    {
        if (!share.IsDue)
        {
            share.IsDue = true;
            _due.Enqueue(share);
        }

        Volatile.Write(ref _hasWork, 1);
    }

    private void Withdraw(BudgetShare share, TaskCompletionSource<Permit> waiter, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (share.Outside.Find(waiter) is not { } outside)
            {
                return;
            }

            Change(share, goes: outside);
            Update(share);
        }

        waiter.TrySetCanceled(cancellationToken);
        Notify();
    }

    /// <summary>Takes the next thing to do: a connection to close, or else a pool to settle.</summary>
    private bool TryNext(out BudgetShare share, out IdleConnection? idle)
    {
        lock (_gate)
        {
            idle = null;
            if (_mustLook && FindLongestIdle(out share) is { } found)
            {
                idle = found;
                if (share.IsWaiting)
                {
                    // To the end of the queue, as for a connection that is returned: it would get its own back.
                    Change(share, turn: ++_turns);
                }

                BeginReclaim(share);
                return true;
            }

            _mustLook = false;
            if (_due.TryDequeue(out share!))
            {
                share.IsDue = false;
                return true;
            }

            Volatile.Write(ref _hasWork, 0);
            return false;
        }
    }

    /// <summary>Sends the rents and returns of a pool to its settlement where that has something to do.</summary>
    private void Update(BudgetShare share)
    {
        UpdateContention();
        Attend(share);
        if (share is { HasLeft: true, Held: 0, AllWanted: 0 })
        {
            _shares.Remove(share);
        }
    }

    private void UpdateContention()
    {
        if (_mustLook)
        {
            Volatile.Write(ref _hasWork, 1);
        }

        if ((_waiting.Count > 0 || _used + _reserved > _size) != _isContended)
        {
            _isContended = !_isContended;
            _holders.ForEach(Attend);
        }
    }

    private void Attend(BudgetShare share)
    {
        var isAttentive = share.IsWaiting || (_isContended && share.MayYield);
        if (isAttentive != share.IsAttentive)
        {
            share.IsAttentive = isAttentive;
            share.Pool.Attend(isAttentive);
        }
    }
}
