using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Cenote.Diagnostics;
using Cenote.Maintenance;
using Cenote.Providers;
using Cenote.Resilience;
using Cenote.Sizing;
using Cenote.Waiting;

namespace Cenote.Leasing;

/// <summary>
/// Where connections are handed out and taken back: slots, waiters, and the one place that brings them together
/// (<see cref="Settle"/>). Knows no SQL, no driver and no health check.
/// </summary>
/// <remarks>
/// One lock guards the queue, the capacity and the attention bits. Slots change by compare-and-swap, with or without it.
/// Nothing of the outside world is called while it is held.
/// </remarks>
[SuppressMessage("Design", "CA1001:Types that own disposable fields should be disposable", Justification = "The token source has no timer and no handle.")]
internal sealed partial class LeaseDesk
{
    private readonly object _gate = new();
    private readonly WaiterQueue _queue = new();
    private readonly ConditionList _conditions = new();
    private readonly SlotTable _slots;
    private readonly Slot _lowest;
    private readonly ITimer _probeTimer;
    private readonly ITimer _doubtTimer;
    private volatile int _maxWaiters;
    private readonly ControlledDelay? _shedding;
    private Slot[]? _near;
    private bool _hadBlockedCallers;
    private IConnectionWork _work = null!;
    private int _attention;
    private long _freshSince = long.MinValue;
    private long _now;

    internal LeaseDesk(
        PoolClock clock,
        Meters meters,
        Capacity capacity,
        CircuitBreakerOptions? circuitBreaker = null,
        int? maxWaiters = null,
        QueueSheddingOptions? shedding = null)
    {
        Clock = clock;
        Meters = meters;
        Capacity = capacity;
        Circuit = new CircuitBreaker(circuitBreaker, clock);
        Coming = new ComingConnections(clock);
        _maxWaiters = maxWaiters ?? int.MaxValue;
        _shedding = shedding is null ? null : new ControlledDelay(shedding);
        using (ExecutionContext.IsFlowSuppressed() ? default : ExecutionContext.SuppressFlow())
        {
            _probeTimer = clock.CreateTimer(static state => ((LeaseDesk)state!).OnProbeTimer(), this);
            _doubtTimer = clock.CreateTimer(static state => ((LeaseDesk)state!).OnDoubt(), this);
        }

        Returns = new ReturnPath(this);
        _slots = new SlotTable(this, capacity.Limit);
        _lowest = _slots.All[0];
    }

    /// <summary>What leases name as their pool.</summary>
    internal ConnectionPool? Pool { get; set; }

    internal PoolClock Clock { get; }

    internal Meters Meters { get; }

    internal ReturnPath Returns { get; }

    internal SlotTable Slots => _slots;

    /// <summary>
    /// On how many of the lowest slots a thread may begin its search. With one, all begin at the lowest: a quiet pool re-uses it
    /// and lets the others fall idle. Never more than cores or slots.
    /// </summary>
    internal int Spread
    {
        get => Volatile.Read(ref _near)?.Length ?? 1;
        set
        {
            var slots = _slots.All;
            var spread = Math.Clamp(value, 1, Math.Min(Environment.ProcessorCount, slots.Length));
            if (spread != Spread)
            {
                Volatile.Write(ref _near, spread == 1 ? null : slots[..spread].ToArray());
            }
        }
    }

    internal IConnectionWork Work => _work;

    /// <summary>Non-zero when rents and returns must take the slow path.</summary>
    internal int Attention
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Volatile.Read(ref _attention);
    }

    /// <summary>Whether callers block threads in the queue. A hint, read without the lock.</summary>
    internal bool HasBlockedCallers => _queue.Blocking > 0;

    /// <summary>Whether several callers blocked threads at once since upkeep last cleared this.</summary>
    internal bool HadBlockedCallers
    {
        get => Volatile.Read(ref _hadBlockedCallers);
        set => Volatile.Write(ref _hadBlockedCallers, value);
    }

    /// <summary>The pool's coarse clock in milliseconds, advanced by upkeep: reading it costs one load.</summary>
    internal long Now
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Volatile.Read(ref _now);
    }

    /// <summary>Leases whose ticket has none of these bits are measured.</summary>
    internal long SampleMask { get; set; }

    /// <summary>One in so many of a slot's leases remembers its stack, of those that are measured; 0 for none.</summary>
    internal int StackSampling { get; set; }

    /// <summary>Sends every rent to <see cref="TryRentGuarded"/>.</summary>
    internal bool GuardsRents
    {
        init => _attention = value ? (int)Leasing.Attention.Guarded : 0;
    }

    /// <summary>Guarded by the lock.</summary>
    private Capacity Capacity { get; }

    internal void Start(IConnectionWork work)
    {
        _work = work;
        Settle();
    }

    /// <summary>The hot path of every rent: an idle, fresh connection, when nobody waits. An empty lease when there is none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal ConnectionLease TryRent(string? filePath, int lineNumber, string? memberName) =>
        Attention != 0 ? default : TryLend(filePath, lineNumber, memberName);

    /// <summary>The same once the guard has let the caller pass.</summary>
    internal ConnectionLease TryRentGuarded(string? filePath, int lineNumber, string? memberName) =>
        (Attention & ~(int)Leasing.Attention.Guarded) != 0 ? default : TryLend(filePath, lineNumber, memberName);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ConnectionLease TryLend(string? filePath, int lineNumber, string? memberName)
    {
        // The loads that lead to a slot's word cost more than anything but the swap itself, since each must wait for the one
        // before: a quiet pool therefore tries its lowest slot without going through the table.
        var slot = _near is { } near ? NearSlot.Among(near) : _lowest;
        var freshSince = Volatile.Read(ref _promptFreshSince);
        var word = slot.Word;
        var ticket = SlotWord.Lend(word);
        if (SlotWord.StateOf(word) != SlotState.Idle || slot.FreshAt < freshSince || !slot.TryChange(word, ticket))
        {
            slot = SearchOn(slot, word, freshSince, out ticket);
            if (slot is null)
            {
                return default;
            }
        }

        slot.SetHolder(ticket, this, filePath, lineNumber, memberName);
        return slot.PreparesLeases && !Returns.TryBeginLease(slot, ticket) ? default : new ConnectionLease(slot, ticket);
    }

    /// <summary>Queues a caller. The result may be there already.</summary>
    /// <param name="request">What the caller asks for.</param>
    /// <param name="isBlocking">Whether it will block its thread.</param>
    internal Waiter Enqueue(in RentRequest request, bool isBlocking)
    {
        var waiter = TryEnqueue(request, isBlocking, made: null) ?? TryEnqueue(request, isBlocking, new Waiter(this))!;
        Settle();
        waiter.Arm();
        return waiter;
    }

    /// <summary>Queues a spare waiter or the one given, which is made without the lock: it has a timer of the user's clock.</summary>
    private Waiter? TryEnqueue(in RentRequest request, bool isBlocking, Waiter? made)
    {
        Func<Exception>? refuse;
        if (_queue.Count >= _maxWaiters)
        {
            // Whoever filled the queue may be about to be served.
            Settle();
        }

        lock (_gate)
        {
            refuse = FindRefusal(request);
            if (refuse is null)
            {
                return TryEnqueueUnderLock(request, isBlocking, made);
            }
        }

        throw refuse();
    }

    private Waiter? TryEnqueueUnderLock(in RentRequest request, bool isBlocking, Waiter? made)
    {
        if ((made ?? _queue.TakeSpare()) is not { } waiter)
        {
            return null;
        }

        AdvanceTo((long)(request.Deadline - request.Timeout).TotalMilliseconds);
        waiter.Begin(request, isBlocking);
        _queue.Enqueue(waiter);
        _hadBlockedCallers |= _queue.Blocking > 1;
        Capacity.NoteDemand();
        SetAttention(Leasing.Attention.Waiting, on: true);
        return waiter;
    }

    /// <summary>Why a caller may not even queue.</summary>
    private Func<Exception>? FindRefusal(in RentRequest request)
    {
        if (IsClosed)
        {
            return _work.DescribeClosed;
        }

        if (IsHopeless)
        {
            Meters.CircuitRejections.Increment();
            return _work.DescribeCircuitOpen;
        }

        if (Meters.LastOpenFailure is { Kind: FailureKind.BadCredentials } failure
            && Capacity.RefusesOpens(Clock.ElapsedMilliseconds) && Capacity.UnderWay == 0 && CountLive() == 0)
        {
            Meters.Errors.Increment();
            return () => _work.DescribeOpenFailure(failure);
        }

        // A caller that had its turn and got a dead connection keeps its place.
        if (_queue.Count >= _maxWaiters && request.Place == 0)
        {
            Meters.Overloads.Increment();
            return () => _work.DescribeOverload($"{_maxWaiters} callers wait already, which is MaxWaiters");
        }

        return null;
    }

    /// <summary>A connection has become idle while somebody may want it, or while it may be wanted gone.</summary>
    internal void AfterReturn(Slot slot)
    {
        if ((Attention & ~(int)Leasing.Attention.Guarded) == 0 && slot.RetireReason is null)
        {
            return;
        }

        CloseIfRetired(slot);
        Settle();
    }

    /// <summary>Closes a connection now if it is idle, else as it comes back.</summary>
    internal void RetireOne(Slot slot, CloseReason reason)
    {
        // First the wish, then the look at the state: a holder that returns in between sees the wish.
        slot.Retire(reason);
        CloseIfIdle(slot, reason);
    }

    /// <summary>Brings a slot to idle, if its word is still the one that the caller's work began with.</summary>
    /// <returns><see langword="false"/> when it is not: the work was given up, and the slot is no longer the caller's.</returns>
    internal bool MakeIdle(Slot slot, long word)
    {
        slot.FreshAt = Now;
        if (!slot.TryChange(word, SlotWord.With(word, SlotState.Idle)))
        {
            return false;
        }

        if (Attention != 0 || slot.RetireReason is not null)
        {
            AfterReturn(slot);
        }

        return true;
    }

    internal void Cancel(Waiter waiter)
    {
        if (TryRemove(waiter, onlyIfOverdue: false))
        {
            Meters.Cancellations.Increment();
            waiter.Fail(new OperationCanceledException(waiter.Request.CancellationToken));
        }
    }

    /// <summary>Ends the wait of a waiter whose time is up.</summary>
    /// <returns><see langword="false"/> when it is still queued, with time left.</returns>
    internal bool TryExpire(Waiter waiter)
    {
        if (TryRemove(waiter, onlyIfOverdue: true))
        {
            End(waiter);
            return true;
        }

        return !waiter.IsQueued;
    }

    internal void Recycle(Waiter waiter)
    {
        lock (_gate)
        {
            if (!IsClosed)
            {
                _queue.GiveBack(waiter);
                return;
            }
        }

        waiter.Retire();
    }

    /// <summary>Finished waiters that are kept for callers to come.</summary>
    internal int SpareWaiters => _queue.Spares;

    /// <summary>Lets go of the spare waiters that nobody has needed since this was called last.</summary>
    internal void TrimSpareWaiters(int kept)
    {
        Waiter? waiter;
        lock (_gate)
        {
            waiter = _queue.TakeUnneeded(kept);
        }

        LetGo(waiter);
    }

    private static void LetGo(Waiter? waiter)
    {
        while (waiter is not null)
        {
            var next = waiter.Next;
            waiter.Next = null;
            waiter.Retire();
            waiter = next;
        }
    }

    /// <summary>Leases and waiters, without the lock: for choosing between pools, where a moment's error does no harm.</summary>
    internal int EstimateLoad() => _slots.CountOf(SlotState.Leased) + _queue.Count;

    /// <summary>Connections by state and waiters at one moment.</summary>
    internal PoolCounts Count()
    {
        lock (_gate)
        {
            return CountUnderLock();
        }
    }

    /// <summary>Runs something that must see counts and meters agree.</summary>
    internal T Read<T>(Func<PoolCounts, T> read)
    {
        lock (_gate)
        {
            return read(CountUnderLock());
        }
    }

    /// <summary>Claims a slot after the first would not do, or was lost to another thread.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private Slot? SearchOn(Slot first, long word, long freshSince, out long ticket)
    {
        if (SlotWord.StateOf(word) == SlotState.Idle && first.FreshAt >= freshSince)
        {
            // Another thread came between the look and the swap, a matter of a nanosecond. That is how leases too short for
            // LoadSample to see show that they run at once; upkeep narrows the spread again.
            Spread++;
        }

        return _slots.TryLend(freshSince == long.MaxValue ? ReadFreshSince() : freshSince, out ticket);
    }

    private void CloseIfIdle(Slot slot, CloseReason reason)
    {
        var word = slot.Word;
        if (SlotWord.StateOf(word) == SlotState.Idle && slot.TryChange(word, SlotWord.With(word, SlotState.Closing)))
        {
            _work.Close(slot, reason);
        }
    }

    private PoolCounts CountUnderLock() => _slots.Count(_queue.Count, Capacity.Limit);

    private bool TryRemove(Waiter waiter, bool onlyIfOverdue)
    {
        lock (_gate)
        {
            if (!waiter.IsQueued || (onlyIfOverdue && !waiter.IsOverdue()))
            {
                return false;
            }

            _queue.Remove(waiter);
            if (_queue.Count == 0)
            {
                NoteQueueEmpty();
            }

            return true;
        }
    }

    private void NoteQueueEmpty()
    {
        SetAttention(Leasing.Attention.Waiting, on: false);
        _shedding?.NoteEmpty();
    }

    /// <summary>Under the lock. A full fence: what follows sees every slot that was made idle by someone who did not see the bit.</summary>
    private void SetAttention(Attention bit, bool on)
    {
        if (on)
        {
            Interlocked.Or(ref _attention, (int)bit);
        }
        else
        {
            Interlocked.And(ref _attention, ~(int)bit);
        }
    }
}
