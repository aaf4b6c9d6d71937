using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Cenote.Circuit;
using Cenote.Sizing;
using Cenote.Statistics;
using Cenote.Time;

namespace Cenote.Leasing;

/// <summary>
/// The slots and the waiters of a pool, and the one place that matches them (<see cref="Settle"/>). Knows no SQL, no
/// driver and no health check.
/// </summary>
/// <remarks>
/// One lock guards the queue, the capacity and the attention bits. Slots change by compare-and-swap, with or without
/// it. No outside code is called under the lock. The lock of a budget's ledger is taken after it.
/// </remarks>
[SuppressMessage("Design", "CA1001:Types that own disposable fields should be disposable", Justification = "The token source has no timer and no handle.")]
internal sealed partial class LeaseDesk
{
    private readonly object _gate = new();
    private readonly WaiterQueue _queue;
    private readonly ConditionList _conditions = new();
    private readonly SlotTable _slots;
    private ITimer? _probeTimer;
    private ITimer? _doubtTimer;
    private ITimer? _deadlineTimer;
    private ITimer? _deferredTimer;
    private TimeSpan _timerDueAt = TimeSpan.MaxValue;
    private volatile int _maxWaiters;
    private readonly LoadShedder? _shedding;
    private readonly bool _sheds;
    private Slot[]? _near;
    private int _spread = 1;
    private bool _watchesIdle;
    private bool _hadBlockedCallers;
    private IConnectionWork _work = null!;
    private RentFailures _failures = null!;
    private int _attention;
    private long _freshSince = long.MinValue;
    private long _now;

    internal LeaseDesk(
        PoolClock clock,
        Meters meters,
        Capacity capacity,
        CircuitBreakerOptions? circuitBreaker = null,
        int? maxWaiters = null,
        LoadSheddingOptions? shedding = null,
        LaneTable? lanes = null)
    {
        _queue = new WaiterQueue(this, lanes);
        Lanes = lanes;
        lanes?.CanHave = CanHave;
        _attention = lanes is null ? 0 : (int)Leasing.Attention.Laned;
        Clock = clock;
        Meters = meters;
        Capacity = capacity;
        Circuit = new CircuitBreaker(circuitBreaker, clock);
        Expected = new ExpectedConnections(clock);
        _maxWaiters = maxWaiters ?? int.MaxValue;
        _shedding = shedding is null || lanes is not null ? null : new LoadShedder(shedding);
        _sheds = _shedding is not null || lanes is { Sheds: true };
        Returns = new ReturnPath(this);
        _slots = new SlotTable(this, capacity.Limit);
        KeepIdle(capacity.MinIdle);
    }

    /// <summary>Gets or sets the pool that leases return as theirs.</summary>
    internal ConnectionPool? Pool { get; set; }

    internal PoolClock Clock { get; }

    /// <summary>Gets the pool's name, for its budget.</summary>
    internal string PoolName { get; init; } = "";

    /// <summary>Gets or sets how long a caller of the pool may wait.</summary>
    internal TimeSpan LongestWait { get; set; } = TimeSpan.FromSeconds(30);

    internal Meters Meters { get; }

    internal ReturnPath Returns { get; }

    internal SlotTable Slots => _slots;

    /// <summary>
    /// Gets or sets on how many of the lowest slots threads begin their search. With one, all begin at the lowest: a
    /// quiet pool re-uses it, and the others become idle. Never more than cores or slots.
    /// </summary>
    internal int Spread
    {
        get => Volatile.Read(ref _spread);
        set
        {
            var slots = _slots.All;
            slots = slots[..Math.Min(slots.Length, SlotTable.Near)];
            var spread = Math.Clamp(value, 1, Math.Min(Environment.ProcessorCount, slots.Length));
            if (spread != Spread)
            {
                Volatile.Write(ref _near, spread == 1 ? null : slots.ToArray());
                Volatile.Write(ref _spread, spread);
            }
        }
    }

    /// <summary>
    /// Gets the slots among which each thread tries first the one where it last found a connection, while rents run at
    /// once; <see langword="null"/> while all begin at the lowest.
    /// </summary>
    internal Slot[]? Near => _near;

    internal IConnectionWork Work => _work;

    /// <summary>Gets the attention bits. If non-zero, rents and returns must take the slow path.</summary>
    internal int Attention
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Volatile.Read(ref _attention);
    }

    /// <summary>Gets whether callers block threads in the queue. A hint, read without the lock.</summary>
    internal bool HasBlockedCallers => _queue.Blocking > 0 || _share is { Ledger.HasBlockedCallers: true };

    /// <summary>
    /// Gets or sets whether several callers blocked threads at once since maintenance last cleared this.
    /// </summary>
    internal bool HadBlockedCallers
    {
        get => Volatile.Read(ref _hadBlockedCallers);
        set => Volatile.Write(ref _hadBlockedCallers, value);
    }

    /// <summary>
    /// Gets the pool's coarse clock in milliseconds, which maintenance advances. Reading it costs one load.
    /// </summary>
    internal long Now
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Volatile.Read(ref _now);
    }

    /// <summary>Gets or sets the bits that a ticket must not have for its lease to be measured.</summary>
    internal long SampleMask { get; set; }

    /// <summary>Gets or sets the sampling interval of stacks among a slot's measured leases; 0 for none.</summary>
    internal int StackSamplingInterval { get; set; }

    /// <summary>Sets whether every rent goes through the guard against nested rents.</summary>
    internal bool GuardsRents
    {
        init => _attention |= value ? (int)Leasing.Attention.Guarded : 0;
    }

    /// <summary>Gets the capacity. Guarded by the lock.</summary>
    private Capacity Capacity { get; }

    internal void Start(IConnectionWork work, RentFailures failures)
    {
        _work = work;
        _failures = failures;
        Settle();
    }

    /// <summary>
    /// Handles a connection that has become idle while a caller may wait for it, or while it may be excess.
    /// </summary>
    internal void AfterReturn(Slot slot)
    {
        if (Lanes is { } lanes)
        {
            // Before the bits are read: a caller that queues after this finds its lane's connection free.
            ReleaseLane(lanes, slot);
        }

        if ((Attention & ~(int)Leasing.Attention.Lasting) == 0 && slot.RetireReason is null)
        {
            return;
        }

        CloseIfRetired(slot);
        Settle();
    }

    /// <summary>Closes a connection now if it is idle, or else when it is returned.</summary>
    internal void RetireOne(Slot slot, CloseReason reason)
    {
        // The request to retire comes before the read of the state: a holder that returns in between sees the request.
        slot.Retire(reason);
        CloseIfIdle(slot, reason);
    }

    /// <summary>Makes a slot idle, if its word is still the one that the caller's work began with.</summary>
    /// <returns><see langword="false"/> when it is not: the work was given up, and the slot no longer belongs to the
    /// caller.</returns>
    internal bool MakeIdle(Slot slot, long word)
    {
        slot.FreshAt = AliveAt(slot);
        if (Attention != 0 && TryHandOver(slot, word))
        {
            return true;
        }

        if (!slot.TryBecomeIdle(word))
        {
            return false;
        }

        if (Attention != 0 || slot.RetireReason is not null)
        {
            AfterReturn(slot);
        }

        return true;
    }

    /// <summary>
    /// Returns leases plus waiters without the lock, for choosing between pools, where a brief error is harmless.
    /// </summary>
    internal int GetApproximateLoad() => _slots.CountOf(SlotState.Leased) + _queue.Count;

    /// <summary>Returns the number of rents so far, without the leases that transactions took over.</summary>
    internal long CountRents() => Math.Max(0, _slots.CountRents() - Meters.KeptLeases.Value);

    /// <summary>Returns the connections by state and the waiters at one moment.</summary>
    internal PoolCounts Count()
    {
        lock (_gate)
        {
            return CountUnderLock();
        }
    }

    /// <summary>Runs a function that needs consistent counts and meters.</summary>
    internal T Read<T>(Func<PoolCounts, T> read)
    {
        lock (_gate)
        {
            return read(CountUnderLock());
        }
    }

    /// <summary>Changes a timer, which exists from its first use. A closed pool's timers are disposed of.</summary>
    private void SetTimer(ref ITimer? timer, TimerCallback callback, TimeSpan time)
    {
        ITimer existing;
        lock (_gate)
        {
            if (IsClosed)
            {
                return;
            }

            if (timer is null)
            {
                using var flow = ExecutionContext.IsFlowSuppressed() ? default : ExecutionContext.SuppressFlow();
                timer = Clock.CreateTimer(callback, this);
            }

            existing = timer;
        }

        existing.Change(time > TimeSpan.FromMilliseconds(1) ? time : TimeSpan.FromMilliseconds(1), Timeout.InfiniteTimeSpan);
    }

    private void CloseIfIdle(Slot slot, CloseReason reason)
    {
        var word = slot.Word;
        if (SlotWord.StateOf(word) == SlotState.Idle && slot.TryLeaveIdle(word, SlotState.Closing))
        {
            _work.Close(slot, reason);
        }
    }

    private PoolCounts CountUnderLock() => _slots.Count(_queue.Count, Capacity.Limit);

    /// <summary>
    /// Sets a bit under the lock. The change is a full fence: the code after it, and after the lock of later threads,
    /// sees every slot that became idle without the bit being seen.
    /// </summary>
    private void SetAttention(Attention bit, bool on)
    {
        // A write that changes nothing would still take the cache line from every thread that rents.
        if (on && (_attention & (int)bit) != (int)bit)
        {
            Interlocked.Or(ref _attention, (int)bit);
        }
        else if (!on && _attention.HasAny(bit))
        {
            Interlocked.And(ref _attention, ~(int)bit);
        }
    }
}
