using System.Runtime.CompilerServices;
using Cenote.Providers;

namespace Cenote.Leasing;

/// <summary>
/// The way from a rent to its lease: the short check and, where that fails, the guard against nested rents, the trace,
/// the queue, and the receipt of a connection. <see cref="ReturnPath"/> is its counterpart.
/// </summary>
/// <param name="desk">Matches callers with connections.</param>
/// <param name="settings">The pool's settings.</param>
/// <param name="traces">Traces rents that were not served at once.</param>
/// <param name="nesting">Sees every rent of a pool that looks for nested ones; <see langword="null"/> in every other
/// pool.</param>
/// <param name="provider">The provider of the database.</param>
internal sealed class RentPath(LeaseDesk desk, PoolSettings settings, RentTraces traces, NestedRentGuard? nesting, DatabaseProvider provider)
{
    // Beside the desk, not within it: each load that leads to a slot's word waits for the one before.
    private readonly Slot _lowest = desk.Slots.All[0];
    private readonly LeaseDesk _desk = desk;
    private readonly bool _leavesContexts = ContextRents.MayLeaveContexts(settings, provider);
    private int _queued;

    /// <summary>Gets the rents with a session context. Set once, before the first rent.</summary>
    internal ContextRents Contexts { get; set; } = null!;

    // A pool whose resets leave a context looks for one after each wait, in which the process may have begun to use
    // them.
    private bool MayHaveContext => _leavesContexts || SessionContextUse.HasBegun;

    /// <summary>Rents for a caller that awaits.</summary>
    /// <param name="site">The caller's site.</param>
    /// <param name="cancellationToken">A token to cancel the wait.</param>
    /// <param name="timeout">The timeout; <see langword="null"/> for the pool's, which the short path does not
    /// read.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal ValueTask<ConnectionLease> RentAsync(CallSite site, CancellationToken cancellationToken, TimeSpan? timeout = null) =>
        !cancellationToken.IsCancellationRequested && TryRentAtOnce(site) is { IsValid: true } lease
            ? new ValueTask<ConnectionLease>(lease)
            : RentSlowAsync(site, timeout, cancellationToken).AsValueTask();

    /// <summary>Rents for a caller that blocks its thread.</summary>
    /// <inheritdoc cref="RentAsync"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal ConnectionLease Rent(CallSite site, CancellationToken cancellationToken, TimeSpan? timeout = null) =>
        !cancellationToken.IsCancellationRequested && TryRentAtOnce(site) is { IsValid: true } lease
            ? lease
            : RentSlow(site, timeout, cancellationToken);

    /// <summary>Rents if a connection is idle and no caller waits, or returns an empty lease.</summary>
    /// <exception cref="InvalidOperationException">The pool does not have the lane of the flow.</exception>
    internal ConnectionLease TryRent(CallSite site) => MayHaveContext ? Contexts.TryRent(site) : TryRentNow(site);

    /// <summary>Rents without a session context, if a connection is idle and no caller waits.</summary>
    /// <inheritdoc cref="TryRent"/>
    internal ConnectionLease TryRentNow(CallSite site)
    {
        var lease = TryRentPlain(site);
        if (lease.IsValid || nesting is not null || _desk.Lanes is not { } lanes)
        {
            return lease;
        }

        var lane = lanes.FindCurrent();
        return lane < 0 ? throw _desk.UnknownLane() : _desk.TryRentInLane(lane, site);
    }

    /// <summary>Rents without a session context.</summary>
    /// <inheritdoc cref="RentAsync"/>
    internal PendingRent RentPlainAsync(CallSite site, CancellationToken cancellationToken, TimeSpan? timeout = null) =>
        !cancellationToken.IsCancellationRequested && TryRentPlain(site) is { IsValid: true } lease
            ? new PendingRent(lease)
            : QueuePlainAsync(site, timeout, cancellationToken);

    /// <inheritdoc cref="RentPlainAsync"/>
    internal ConnectionLease RentPlain(CallSite site, CancellationToken cancellationToken, TimeSpan? timeout = null) =>
        !cancellationToken.IsCancellationRequested && TryRentPlain(site) is { IsValid: true } lease
            ? lease
            : QueuePlain(site, timeout, cancellationToken);

    /// <inheritdoc cref="RentPlainAsync"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal ConnectionLease TryRentPlain(CallSite site) => _desk.Attention != 0 ? default : TryTake(site);

    /// <inheritdoc cref="NestedRentGuard.Begin"/>
    /// <returns><see langword="null"/> in a pool that does not look for nested rents.</returns>
    internal FlowRent? BeginFlow(CallSite site) => nesting?.Begin(site);

    /// <summary>
    /// Takes an idle, fresh connection when no caller waits, in a process that has never used a session context, or
    /// returns an empty lease. This is the hot path of every rent.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ConnectionLease TryRentAtOnce(CallSite site)
    {
        if (SessionContextUse.HasBegun)
        {
            return default;
        }

        var lease = TryRentPlain(site);

        // Read again after the swap: the session may have got the first context of the process meanwhile, and been
        // returned with it.
        return lease.IsValid && SessionContextUse.HasBegun ? GiveBack(lease) : lease;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static ConnectionLease GiveBack(ConnectionLease lease)
    {
        lease.Dispose();
        return default;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ConnectionLease TryTake(CallSite site)
    {
        // The loads that lead to a slot's word cost more than anything but the swap itself, so a quiet pool tries its
        // lowest slot without the table.
        var slot = _desk.Near is { } near ? PreferredSlot.Among(near) : _lowest;
        var freshSince = _desk.PromptFreshSince;
        var word = slot.Word;
        var ticket = SlotWord.Rent(word);
        if (SlotWord.StateOf(word) != SlotState.Idle || slot.FreshAt < freshSince || !slot.TryChange(word, ticket))
        {
            slot = _desk.SearchOn(slot, word, freshSince, out ticket);
            if (slot is null)
            {
                return default;
            }
        }

        slot.SetHolder(ticket, _desk, site);
        return slot.PreparesLeases && !_desk.TryBeginLease(slot, ticket) ? default : new ConnectionLease(slot, ticket);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private PendingRent RentSlowAsync(CallSite site, TimeSpan? timeout, CancellationToken cancellationToken) => MayHaveContext
        ? Contexts.RentAsync(context: null, site, cancellationToken, timeout)
        : QueuePlainAsync(site, timeout, cancellationToken);

    private ConnectionLease RentSlow(CallSite site, TimeSpan? timeout, CancellationToken cancellationToken) => MayHaveContext
        ? Contexts.Rent(context: null, site, cancellationToken, timeout)
        : QueuePlain(site, timeout, cancellationToken);

    // Not async, because the caller must see the guard's changes.
    private PendingRent QueuePlainAsync(CallSite site, TimeSpan? timeout, CancellationToken cancellationToken) =>
        nesting is null && TryRentInLane(site, cancellationToken) is { IsValid: true } lease ? new PendingRent(lease)
        : nesting is null && !RentTraces.IsEnabled ? QueueUntracedAsync(NewRequest(site, timeout, cancellationToken))
        : PendingRent.From(RentObservedAsync(site, timeout, cancellationToken));

    /// <summary>Rents with the guard against nested rents and with traces, where there are any.</summary>
    private ValueTask<ConnectionLease> RentObservedAsync(CallSite site, TimeSpan? timeout, CancellationToken cancellationToken)
    {
        if (nesting is null)
        {
            return QueueAsync(NewRequest(site, timeout, cancellationToken));
        }

        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<ConnectionLease>(cancellationToken);
        }

        FlowRent rent;
        try
        {
            rent = nesting.Begin(site);
        }
        catch (NestedRentException exception)
        {
            return ValueTask.FromException<ConnectionLease>(exception);
        }

        var lease = TryRentGuarded(site);
        if (!lease.IsValid)
        {
            return HoldAsync(rent, QueueAsync(NewRequest(site, timeout, cancellationToken)));
        }

        rent.Hold(lease);
        return new ValueTask<ConnectionLease>(lease);
    }

    private ConnectionLease QueuePlain(CallSite site, TimeSpan? timeout, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (nesting is null)
        {
            return TryRentInLane(site, cancellationToken) is { IsValid: true } idle ? idle : Queue(NewRequest(site, timeout, cancellationToken));
        }

        var rent = nesting.Begin(site);
        try
        {
            var lease = TryRentGuarded(site);
            lease = lease.IsValid ? lease : Queue(NewRequest(site, timeout, cancellationToken));
            rent.Hold(lease);
            return lease;
        }
        catch
        {
            rent.End();
            throw;
        }
    }

    /// <summary>Runs the short check for a caller that the guard has let pass.</summary>
    internal ConnectionLease TryRentGuarded(CallSite site) =>
        (_desk.Attention & ~(int)Attention.Guarded) != 0 ? TryRentInLane(site, CancellationToken.None) : TryTake(site);

    /// <summary>Runs the short check of a pool with lanes, which counts the lease under the lock.</summary>
    private ConnectionLease TryRentInLane(CallSite site, CancellationToken cancellationToken) =>
        _desk.Lanes is not { } lanes || cancellationToken.IsCancellationRequested ? default : _desk.TryRentInLane(lanes.FindCurrent(), site);

    /// <summary>Awaits a lease for a rent that the guard has let pass.</summary>
    internal static async ValueTask<ConnectionLease> HoldAsync(FlowRent rent, ValueTask<ConnectionLease> queued)
    {
        try
        {
            var lease = await queued.ConfigureAwait(false);
            rent.Hold(lease);
            return lease;
        }
        catch
        {
            rent.End();
            throw;
        }
    }

    /// <summary>Queues a caller that awaits, and that the guard has let pass.</summary>
    internal ValueTask<ConnectionLease> QueueAsync(in RentRequest request)
    {
        if (!RentTraces.IsEnabled || request.CancellationToken.IsCancellationRequested)
        {
            return QueueUntracedAsync(request).AsValueTask();
        }

        var startedAt = settings.Clock.UtcNow;
        return traces.Follow(QueueUntracedAsync(request).AsValueTask(), startedAt);
    }

    /// <summary>Queues a caller that blocks its thread, and that the guard has let pass.</summary>
    /// <param name="request">The caller's request.</param>
    /// <param name="dead">The lease of a dead connection, which ends once the caller is in its place; an empty one for
    /// a new caller.</param>
    internal ConnectionLease Queue(in RentRequest request, ConnectionLease dead = default)
    {
        var hasWaited = false;
        if (!RentTraces.IsEnabled)
        {
            return QueueUntraced(request, dead, ref hasWaited);
        }

        var startedAt = settings.Clock.UtcNow;
        try
        {
            var lease = QueueUntraced(request, dead, ref hasWaited);
            if (hasWaited || RentTraces.IsNew(lease))
            {
                traces.TryRecord(startedAt, lease, failure: null);
            }

            return lease;
        }
        catch (Exception exception)
        {
            traces.TryRecord(startedAt, default, exception);
            throw;
        }
    }

    private PendingRent QueueUntracedAsync(in RentRequest request)
    {
        if (request.CancellationToken.IsCancellationRequested)
        {
            return new PendingRent(Task.FromCanceled<ConnectionLease>(request.CancellationToken));
        }

        try
        {
            return _desk.Enqueue(request, isBlocking: false).AsPendingRent();
        }
        catch (Exception exception) when (exception is PoolException or InvalidOperationException)
        {
            return new PendingRent(Task.FromException<ConnectionLease>(exception));
        }
    }

    private ConnectionLease QueueUntraced(in RentRequest request, ConnectionLease dead, ref bool hasWaited)
    {
        var waiter = _desk.Enqueue(request, isBlocking: true);
        hasWaited = !waiter.IsDone;
        if (dead.IsValid)
        {
            try
            {
                dead.Dispose();
            }
            catch
            {
                waiter.LeaveQueue();
                throw;
            }
        }

        return waiter.WaitBlocking();
    }

    private RentRequest NewRequest(CallSite site, TimeSpan? timeout, CancellationToken cancellationToken) =>
        BeginRequest(site, timeout, cancellationToken) with { Origin = CaptureOrigin() };

    /// <summary>Returns the request of a caller that comes now, and may have to queue later.</summary>
    internal RentRequest BeginRequest(CallSite site, TimeSpan? timeout, CancellationToken cancellationToken)
    {
        var wait = timeout ?? settings.AcquireTimeout;
        return new RentRequest(wait, settings.Clock.Elapsed + wait, cancellationToken, site.IsKnown ? site : new CallSite(null, site.LineNumber, site.MemberName))
        {
            Lane = _desk.Lanes?.FindCurrent() ?? 0,
        };
    }

    /// <summary>
    /// Captures the stack of a sample of the queued callers, because the thread that serves them has another one.
    /// </summary>
    internal LeaseOrigin? CaptureOrigin() => settings.StackSamplingInterval is > 0 and var sampling && Interlocked.Increment(ref _queued) % sampling == 0
        ? LeaseOrigin.Capture()
        : null;
}
