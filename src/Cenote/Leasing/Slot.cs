using System.Data;
using System.Data.Common;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Cenote.Budgets;
using Cenote.Providers;
using Cenote.Time;

namespace Cenote.Leasing;

/// <summary>A place of the pool for one physical connection.</summary>
/// <remarks>
/// Every change of state is a compare-and-swap on the word (<see cref="SlotWord"/>). The code that brings a slot into a
/// state other than idle owns it, and alone may write the other fields, until it passes the slot on by the next change
/// of state.
/// </remarks>
internal sealed class Slot
{
    /// <summary>
    /// The mark for a validation, in the field of the retire reason, so that the hot path of a return reads one field.
    /// </summary>
    private const int MustValidate = -1;

    private static readonly CancellationTokenSource s_abandoned = NewAbandoned();

    private readonly LeaseDesk _desk;
    private long _word;
    private PhysicalConnection? _physical;
    private DbConnection? _connection;
    private CancellationTokenSource? _reset;
    private LeaseEndings? _endings;
    private bool _returnsPlainly;
    private int _retireReason;
    private long _freshAt;
    private long _sampledTicket;
    private long _sampleStart;
    private string? _filePath;
    private string? _memberName;
    private long _site;
    private long _stackDueAt;
    private LeaseOrigin? _origin;
    private LeaseHold? _hold;
    private readonly IdleIndex? _idleIndex;

    // Keeps the next slot's word, the contended part, on another cache line (128 bytes: lines are fetched in pairs).
#pragma warning disable CS0169, IDE0051, CA1823, S1144 // Unread on purpose.
    private readonly Padding _padding;
#pragma warning restore CS0169, IDE0051, CA1823, S1144

    /// <param name="id">The place in the table.</param>
    /// <param name="desk">The desk.</param>
    /// <param name="idleIndex">The index of idle slots; <see langword="null"/> for a slot that is always looked
    /// at.</param>
    internal Slot(int id, LeaseDesk desk, IdleIndex? idleIndex)
    {
        Id = id;
        _desk = desk;
        _idleIndex = idleIndex;
    }

    internal int Id { get; }

    /// <summary>
    /// Gets the times that maintenance compares. Written by the slot's owner or by maintenance alone.
    /// </summary>
    internal SlotAge Age { get; } = new();

    /// <summary>Gets the leases that the pool itself revoked; <see langword="null"/> before the first.</summary>
    internal LeaseEndings? Endings => Volatile.Read(ref _endings);

    internal SlotState State => SlotWord.StateOf(Word);

    internal long Word => Volatile.Read(ref _word);

    internal PhysicalConnection? Physical => _physical;

    /// <summary>Gets the hold that keeps the session beyond its leases, if there is one.</summary>
    internal LeaseHold? Hold => Volatile.Read(ref _hold);

    /// <summary>
    /// Gets or sets the permit of the connection, from its open to its close; <see langword="null"/> in a pool without
    /// a budget.
    /// </summary>
    internal Permit? Permit { get; set; }

    /// <summary>Gets whether the driver's connection must be prepared for each lease.</summary>
    internal bool PreparesLeases { get; private set; }

    /// <summary>
    /// Gets or sets the pool's clock when the connection was last opened, rented, returned or validated: since then it
    /// counts as alive.
    /// </summary>
    internal long FreshAt
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Volatile.Read(ref _freshAt);
        set => Volatile.Write(ref _freshAt, value);
    }

    /// <summary>
    /// Gets a token that is cancelled when a reset is given up. One source per connection, from its first reset on,
    /// because none is needed twice.
    /// </summary>
    internal CancellationToken AbandonedReset => (_reset ?? AddReset(new CancellationTokenSource())).Token;

    /// <summary>Gets whether the connection must be validated after its lease, before the next one.</summary>
    internal bool RequiresValidation => Volatile.Read(ref _retireReason) == MustValidate;

    /// <summary>Gets whether the connection is to be closed or validated after its lease.</summary>
    internal bool IsMarked => Volatile.Read(ref _retireReason) != 0;

    internal CloseReason? RetireReason => Volatile.Read(ref _retireReason) is > 0 and var reason ? (CloseReason)(reason - 1) : null;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal bool IsLeasedAs(long ticket) => Volatile.Read(ref _word) == ticket;

    /// <summary>
    /// Returns the driver's connection of this lease, or <see langword="null"/> when it has ended. It is read first and
    /// checked then, because the slot of a lease that is revoked meanwhile may already have another holder's
    /// connection.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal DbConnection? ConnectionOf(long ticket)
    {
        var connection = Volatile.Read(ref _connection);
        return IsLeasedAs(ticket) ? connection : null;
    }

    /// <summary>
    /// Returns the driver's connection for a holder that may change its session without the pool's knowledge.
    /// </summary>
    internal DbConnection? ExposedConnectionOf(long ticket)
    {
        if (PhysicalOf(ticket) is not { } physical)
        {
            return null;
        }

        physical.MarkDirty();
        return ConnectionOf(ticket);
    }

    /// <inheritdoc cref="ConnectionOf"/>
    internal PhysicalConnection? PhysicalOf(long ticket)
    {
        var physical = Volatile.Read(ref _physical);
        return IsLeasedAs(ticket) ? physical : null;
    }

    internal LeaseEndings RequireEndings()
    {
        if (Endings is { } endings)
        {
            return endings;
        }

        var first = new LeaseEndings();
        return Interlocked.CompareExchange(ref _endings, first, null) ?? first;
    }

    /// <summary>Changes the word if it is still the expected one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal bool TryChange(long expected, long next) => Interlocked.CompareExchange(ref _word, next, expected) == expected;

    /// <summary>Moves from a state that only the caller can leave.</summary>
    internal void Change(SlotState next) => Interlocked.Exchange(ref _word, SlotWord.With(Word, next));

    /// <summary>Makes the slot idle if its word is still the expected one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal bool TryBecomeIdle(long expected)
    {
        if (!TryChange(expected, SlotWord.With(expected, SlotState.Idle)))
        {
            return false;
        }

        _idleIndex?.Add(this);
        return true;
    }

    /// <summary>Makes the slot idle, from a state that only the caller can leave.</summary>
    internal void BecomeIdle()
    {
        Change(SlotState.Idle);
        _idleIndex?.Add(this);
    }

    /// <summary>Takes the slot out of idle for another purpose than a rent.</summary>
    internal bool TryLeaveIdle(long idleWord, SlotState next) => TryLeaveIdle(idleWord, SlotWord.With(idleWord, next));

    /// <summary>Takes the slot out of idle, if its word is still the expected one.</summary>
    internal bool TryLeaveIdle(long idleWord, long next)
    {
        if (!TryChange(idleWord, next))
        {
            return false;
        }

        if (_idleIndex is { } index && index.Remove(this) && _desk.Attention != 0)
        {
            // It was idle again already, and hidden for a moment: a caller may have missed it.
            _desk.Settle();
        }

        return true;
    }

    /// <summary>Puts an opened connection into the slot, which the caller owns.</summary>
    internal void Install(PhysicalConnection physical)
    {
        Volatile.Write(ref _connection, physical.Connection);
        PreparesLeases = physical.RequiresLeasePreparation;
        _returnsPlainly = !physical.RequiresReset;
        _reset = null;
        Volatile.Write(ref _retireReason, 0);
        Volatile.Write(ref _physical, physical);
    }

    /// <summary>Signals the driver that the reset of its session has taken too long. Listeners run elsewhere.</summary>
    internal void AbandonReset() => _ = AddReset(s_abandoned).CancelAsync();

    /// <summary>Returns the source of the connection's token, which the reset and its end may create at once.</summary>
    private CancellationTokenSource AddReset(CancellationTokenSource source) => Interlocked.CompareExchange(ref _reset, source, null) ?? source;

    private static CancellationTokenSource NewAbandoned()
    {
        var source = new CancellationTokenSource();
        source.Cancel();
        return source;
    }

    /// <summary>Removes the closed connection from the slot.</summary>
    internal void Uninstall()
    {
        Volatile.Write(ref _physical, null);
        Volatile.Write(ref _connection, null);
        Volatile.Write(ref _hold, null);
        _filePath = null;
        _memberName = null;
        _origin = null;
    }

    /// <summary>
    /// Begins a hold of the session, unless the lease was revoked. The slot may have another holder then, whose hold
    /// stays.
    /// </summary>
    internal bool TryBeginHold(long ticket, LeaseHold hold)
    {
        LeaseHold? found;
        do
        {
            // Read before the word: a hold that it finds is none of the next holder's.
            found = Hold;
            if (!IsLeasedAs(ticket))
            {
                return false;
            }

            // Returns go to the return path, which asks the hold.
            _returnsPlainly = false;
        }
        while (Interlocked.CompareExchange(ref _hold, hold, found) != found);

        if (IsLeasedAs(ticket))
        {
            return true;
        }

        EndHold(hold);
        return false;
    }

    /// <summary>
    /// Ends a hold, perhaps while a holder has the session. The next return still goes to the return path, which ends
    /// that: another thread may have rented the slot by now, and begun a hold of its own.
    /// </summary>
    internal void EndHold(LeaseHold hold) => Interlocked.CompareExchange(ref _hold, null, hold);

    /// <summary>Lets returns be plain again after a hold. Only by the return path, which owns the slot.</summary>
    internal void EndHeldReturns() => _returnsPlainly = true;

    /// <summary>Records the holder, which has just got the lease.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void SetHolder(long ticket, LeaseDesk desk, CallSite site)
    {
        WriteHolder(ticket, desk, site);
        if ((ticket & desk.SampleMask) == 0)
        {
            StartOwnSample(ticket);
        }
    }

    /// <summary>
    /// Records the holder that queued. The serving thread calls it; the stack, if any, was captured when the caller
    /// queued.
    /// </summary>
    internal void SetHolder(long ticket, LeaseDesk desk, Waiter waiter)
    {
        WriteHolder(ticket, desk, waiter.CallSite);
        if ((ticket & desk.SampleMask) == 0)
        {
            StartSample(ticket);
        }

        if (waiter.Origin is { } origin)
        {
            origin.Ticket = ticket;
            Volatile.Write(ref _origin, origin);
        }
    }

    /// <summary>Passes a lease on to a hold, under the holder that it had.</summary>
    /// <returns>Whether the lease had not ended.</returns>
    internal bool TryKeep(long ticket, long next)
    {
        EndSample(ticket);
        if (!TryChange(ticket, next))
        {
            return false;
        }

        Volatile.Write(ref _site, HolderSite.Of(next, HolderSite.LineOf(_site)));
        return true;
    }

    /// <summary>Returns the current lease of the slot, if there is one.</summary>
    internal LeaseInfo? GetLeaseInfo(PoolClock clock) => Word is var word && SlotWord.StateOf(word) == SlotState.Leased ? GetLeaseInfo(word, clock) : null;

    /// <summary>
    /// Returns this lease, if it is still held. The holder's fields are written without a lock, one after the other.
    /// The number in the last one shows that all are written, and the word, read afterwards, that none was written
    /// since.
    /// </summary>
    internal LeaseInfo? GetLeaseInfo(long ticket, PoolClock clock)
    {
        var now = clock.ElapsedMilliseconds;
        var site = Volatile.Read(ref _site);
        var rentedAt = FreshAt;
        var callSite = new CallSite(string.IsNullOrEmpty(_filePath) ? null : _filePath, HolderSite.LineOf(site), _memberName);
        var origin = Volatile.Read(ref _origin);
        Volatile.ReadBarrier();
        if (!IsLeasedAs(ticket))
        {
            return null;
        }

        if (!HolderSite.IsOf(site, ticket))
        {
            // Rented at this moment; its holder is about to write.
            (rentedAt, callSite, origin) = (now, default, null);
        }

        var age = TimeSpan.FromMilliseconds(Math.Max(0, now - rentedAt));
        return new LeaseInfo
        {
            SlotId = Id,
            Age = age,
            RentedAt = clock.UtcNow - age,
            CallSite = callSite,
            IsSuspectedLeak = Age.SuspectedLeak?.Lease.Ticket == ticket,
            IsEnlisted = Hold is not null,
            Origin = origin?.Ticket == ticket ? origin : null,
            Number = SlotWord.LeasesOf(ticket),
            Lease = new ConnectionLease(this, ticket),
            RentedAtMilliseconds = rentedAt,
        };
    }

    /// <summary>
    /// Returns the state of the slot. Its parts are read one after the other, so those of a changing slot may be of two
    /// moments.
    /// </summary>
    internal SlotInfo GetInfo(PoolClock clock)
    {
        var word = Word;
        var state = SlotWord.StateOf(word);
        var isOpen = state is not (SlotState.Empty or SlotState.Opening);
        return new SlotInfo
        {
            Id = Id,
            State = state,
            Age = isOpen ? Since(Age.BornAt) : null,
            LeaseCount = isOpen ? Math.Max(0, SlotWord.LeasesOf(word) - Age.LeasesBefore) : 0,
            IdleDuration = state == SlotState.Idle ? Since(Age.ActiveAt) : null,
            Lease = state == SlotState.Leased ? GetLeaseInfo(word, clock) : null,
        };

        TimeSpan Since(long moment) => TimeSpan.FromMilliseconds(Math.Max(0, clock.ElapsedMilliseconds - moment));
    }

    /// <summary>Marks the connection to be closed when it is returned. The first reason stays.</summary>
    internal void RetireOnReturn(long ticket, CloseReason reason)
    {
        if (IsLeasedAs(ticket))
        {
            Retire(reason);
        }
    }

    /// <summary>Marks any connection in the slot for closing.</summary>
    internal void Retire(CloseReason reason)
    {
        // Replaces the mark for a validation, but not an earlier reason.
        for (var seen = Volatile.Read(ref _retireReason); seen <= 0;)
        {
            var found = Interlocked.CompareExchange(ref _retireReason, (int)reason + 1, seen);
            if (found == seen)
            {
                return;
            }

            seen = found;
        }
    }

    /// <summary>Marks the connection to be validated when it is returned, before its next lease.</summary>
    internal void ValidateOnReturn(long ticket)
    {
        if (IsLeasedAs(ticket))
        {
            Interlocked.CompareExchange(ref _retireReason, MustValidate, 0);
        }
    }

    /// <summary>Records that the validation of <see cref="ValidateOnReturn"/> has begun.</summary>
    internal void BeginValidation() => Interlocked.CompareExchange(ref _retireReason, 0, MustValidate);

    internal ConnectionPool? Pool => _desk.Pool;

    /// <summary>Returns the lease, if it is still held.</summary>
    internal void Return(long ticket)
    {
        if (!TryReturnPlainly(ticket))
        {
            _desk.Returns.Return(this, ticket);
        }
    }

    /// <inheritdoc cref="Return"/>
    internal ValueTask ReturnAsync(long ticket) =>
        TryReturnPlainly(ticket) ? ValueTask.CompletedTask : _desk.Returns.ReturnAsync(this, ticket);

    /// <summary>Ends a measurement of the lease's duration that the rent began.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void EndSample(long ticket)
    {
        if (_sampledTicket == ticket)
        {
            RecordSample();
        }
    }

    /// <summary>
    /// Returns the lease on the hot path: without a reset, without a mark to close the connection, and with a
    /// connection that the driver believes alive.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TryReturnPlainly(long ticket)
    {
        if (!_returnsPlainly && !MayKeepSession(ticket))
        {
            return false;
        }

        // A second return must touch nothing: the slot may already serve another holder, or be empty.
        if (!IsLeasedAs(ticket))
        {
            return true;
        }

        if (_retireReason != 0 || _connection is not { State: ConnectionState.Open })
        {
            return false;
        }

        EndSample(ticket);
        var desk = _desk;
        if (desk.Attention != 0 && desk.TryHandOver(this, ticket))
        {
            return true;
        }

        if (Interlocked.CompareExchange(ref _word, SlotWord.Return(ticket), ticket) != ticket)
        {
            return true;
        }

        _idleIndex?.Add(this);
        if ((desk.Attention | _retireReason) != 0)
        {
            // Read after the swap, a full fence: either this thread sees the waiter (or the mark to retire), or the
            // thread that queued (or marked) after that sees the idle slot.
            desk.AfterReturn(this);
        }

        return true;
    }

    /// <summary>
    /// Returns whether the lease left its session as it was, so that the connection is returned without a reset.
    /// </summary>
    private bool MayKeepSession(long ticket)
    {
        if (PhysicalOf(ticket) is not { IsClean: true } || _retireReason != 0 || _connection is not { State: ConnectionState.Open })
        {
            return false;
        }

        Age.SavedResets++;
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void WriteHolder(long ticket, LeaseDesk desk, CallSite site)
    {
        Volatile.Write(ref _freshAt, desk.Now);
        _filePath = site.FilePath;
        _memberName = site.MemberName;
        Volatile.Write(ref _site, HolderSite.Of(ticket, site.LineNumber));
    }

    /// <summary>
    /// Measures a lease, and captures this thread's stack if one of the slot's leases is due for that. Leases are
    /// measured seldom enough for other work that must be done now and then.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void StartOwnSample(long ticket)
    {
        StartSample(ticket);
        PreferredSlot.Return(_desk.Spread);
        if (_desk.StackSamplingInterval > 0 && SlotWord.LeasesOf(ticket) >= _stackDueAt)
        {
            _stackDueAt = SlotWord.LeasesOf(ticket) + _desk.StackSamplingInterval;
            var origin = LeaseOrigin.Capture();
            origin.Ticket = ticket;
            Volatile.Write(ref _origin, origin);
        }
    }

    private void StartSample(long ticket)
    {
        _sampleStart = _desk.Clock.GetTimestamp();
        _sampledTicket = ticket;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void RecordSample()
    {
        _sampledTicket = 0;
        var used = _desk.Clock.ElapsedSince(_sampleStart);
        _desk.Meters.UseTime.Record(used);
        _desk.Expected.Uses.Record(used);
    }

    [StructLayout(LayoutKind.Sequential, Size = 128)]
    private struct Padding
    {
    }
}
