using Cenote.Events;
using Cenote.Providers;

namespace Cenote.Leasing;

/// <summary>
/// Rents of a process that uses session contexts: finds the context of the caller, and sets it in the session of the
/// lease before the caller gets it.
/// </summary>
/// <remarks>
/// A lease that could not get its context is returned like any other, so its session is reset. Where the reset does not
/// clear a context, each rent sets or restores every entry that a context of this pool has ever named, whatever earlier
/// holders have done. Where a clean session may keep its context, the connection knows which one it has.
/// </remarks>
internal sealed partial class ContextRents
{
    /// <summary>The number of dead connections that a rent meets before it fails.</summary>
    private const int MaxDead = 3;

    /// <summary>
    /// The number of names that each rent may have to restore, where no reset does. PostgreSQL takes 1,664 in a
    /// statement.
    /// </summary>
    private const int MaxNames = 256;

    private readonly object _gate = new();
    private readonly RentPath _rents;
    private readonly LeaseDesk _desk;
    private readonly PoolSettings _settings;
    private readonly DatabaseProvider _provider;
    private readonly ISessionContextProvider? _carrier;
    private readonly PoolJournal _journal;
    private readonly bool _leavesContexts;
    private SessionContextEntry[] _named = [];

    internal ContextRents(RentPath rents, LeaseDesk desk, PoolSettings settings, DatabaseProvider provider, PoolJournal journal)
    {
        (_rents, _desk, _settings, _provider, _journal) = (rents, desk, settings, provider, journal);
        _carrier = provider as ISessionContextProvider;
        _leavesContexts = MayLeaveContexts(settings, provider);
        _keepsContexts = _leavesContexts && settings.Connection.ResetMode == ResetMode.Full;
        _withoutReset = settings.Connection with { ResetMode = ResetMode.None };
    }

    /// <summary>
    /// Returns whether a session may have the context of a lease after it, so that each rent must check for one.
    /// </summary>
    internal static bool MayLeaveContexts(PoolSettings settings, DatabaseProvider provider) =>
        provider is ISessionContextProvider && (settings.Connection.ResetMode != ResetMode.Full || settings.WhenDirty is { KeepSessionContexts: true });

    /// <inheritdoc cref="RentPath.RentAsync"/>
    /// <param name="context">The context; <see langword="null"/> for that of the pool or the flow.</param>
    /// <param name="site">The caller's site.</param>
    /// <param name="cancellationToken">A token to cancel the wait.</param>
    /// <param name="timeout">The timeout; <see langword="null"/> for the pool's.</param>
    internal PendingRent RentAsync(SessionContext? context, CallSite site, CancellationToken cancellationToken, TimeSpan? timeout)
    {
        // Not async, because the caller must see the changes of the guard against nested rents.
        SessionContextEntry[] wanted;
        FlowRent? flow;
        try
        {
            wanted = Find(context);
            if (NeedsNothing(wanted))
            {
                return _rents.RentPlainAsync(site, cancellationToken, timeout);
            }

            if (cancellationToken.IsCancellationRequested)
            {
                return new PendingRent(Task.FromCanceled<ConnectionLease>(cancellationToken));
            }

            flow = _rents.BeginFlow(site);
        }
        catch (Exception exception)
        {
            return new PendingRent(Task.FromException<ConnectionLease>(exception));
        }

        var request = IsReady(wanted) ? default : Begin(site, timeout, cancellationToken);
        var lease = TryTakeAtOnce(wanted, site);
        if (!lease.IsValid)
        {
            request = IsBegun(request) ? request : Begin(site, timeout, cancellationToken);
            var queued = _rents.QueueAsync(request with { Origin = _rents.CaptureOrigin() });
            if (!queued.IsCompletedSuccessfully)
            {
                return PendingRent.From(AwaitAndSetAsync(flow is null ? queued : RentPath.HoldAsync(flow, queued), wanted, request, flow));
            }

            lease = queued.Result;
        }

        flow?.Hold(lease);

        // Looked at after the rent: whatever an earlier holder left, the names of its context are there by now.
        return IsReady(lease, wanted) ? new PendingRent(lease)
            : PendingRent.From(SetAsync(lease, wanted, IsBegun(request) ? request : Begin(site, timeout, cancellationToken), flow));
    }

    /// <inheritdoc cref="RentAsync"/>
    internal ConnectionLease Rent(SessionContext? context, CallSite site, CancellationToken cancellationToken, TimeSpan? timeout)
    {
        var wanted = Find(context);
        if (NeedsNothing(wanted))
        {
            return _rents.RentPlain(site, cancellationToken, timeout);
        }

        cancellationToken.ThrowIfCancellationRequested();
        var flow = _rents.BeginFlow(site);
        try
        {
            var request = IsReady(wanted) ? default : Begin(site, timeout, cancellationToken);
            var lease = TryTakeAtOnce(wanted, site);
            if (!lease.IsValid)
            {
                request = IsBegun(request) ? request : Begin(site, timeout, cancellationToken);
                lease = _rents.Queue(request with { Origin = _rents.CaptureOrigin() });
            }

            if (!IsReady(lease, wanted))
            {
                lease = Set(lease, wanted, IsBegun(request) ? request : Begin(site, timeout, cancellationToken));
            }

            flow?.Hold(lease);
            return lease;
        }
        catch
        {
            flow?.End();
            throw;
        }
    }

    /// <summary>
    /// Rents at once, or returns an empty lease. It sets and restores nothing, because that takes a round trip: with a
    /// context it finds only a session that has it.
    /// </summary>
    internal ConnectionLease TryRent(CallSite site) => TryRent(Find(context: null), site);

    /// <inheritdoc cref="TryRent(CallSite)"/>
    internal ConnectionLease TryRent(SessionContextEntry[] wanted, CallSite site)
    {
        // A pool that looks for nested rents has no such rent.
        if ((_desk.Attention != 0 && _desk.Lanes is null) || (!_keepsContexts && !IsReady(wanted)))
        {
            return default;
        }

        var lease = TryTakeCarrier(wanted, site, mayReplace: false);
        if (!lease.IsValid && wanted.Length == 0 && (IsReady(wanted) || _desk.Slots.All.Length > MaxLooks || _desk.Lanes is not null))
        {
            lease = _rents.TryRentNow(site);
        }

        if (!lease.IsValid || IsReady(lease, wanted))
        {
            return lease;
        }

        // The session has the context of an earlier lease, or the first context of the pool came meanwhile.
        lease.Dispose();
        return default;
    }

    /// <summary>Returns the entries that a caller wants in its session.</summary>
    /// <exception cref="NotSupportedException">The provider's sessions cannot carry the context.</exception>
    internal SessionContextEntry[] Find(SessionContext? context)
    {
        if (context is null && !SessionContextUse.HasBegun)
        {
            return [];
        }

        context ??= SessionContext.Passed ?? (_settings.SessionContextProvider is { } callback ? callback() : SessionContext.Current);
        if (context is null || context.IsEmpty)
        {
            return [];
        }

        var wanted = context.GetEntries();
        var problem = _carrier is null
            ? $"{_provider.DatabaseSystem} sessions cannot carry a context: the provider has nothing that sets one and takes it back"
            : _carrier.FindProblem(context, _settings.Connection) ?? FindExcess(wanted);
        return problem is null
            ? wanted
            : throw new NotSupportedException(
                $"Pool '{_settings.Name}': the session context ({context}) cannot be set: {problem}. Rent without it: leave the scope, pass SessionContext.Empty, or set ConnectionPoolOptions.SessionContextProvider of this pool to a callback that returns SessionContext.Empty.");
    }

    /// <summary>
    /// Returns why a context has too many new names, where every later rent has to restore them. A session that keeps
    /// its context is reset instead.
    /// </summary>
    private string? FindExcess(SessionContextEntry[] wanted)
    {
        if (!_leavesContexts || _keepsContexts)
        {
            return null;
        }

        var named = Volatile.Read(ref _named);
        return named.Length + wanted.Length > MaxNames && named.Length + wanted.Count(entry => !Array.Exists(named, entry.IsSpelledAs)) > MaxNames
            ? $"with ResetMode.{_settings.Connection.ResetMode}, each rent restores every name that a context of this pool has had, so the pool takes {MaxNames} names. Use a few names with values that vary, or ResetMode.Full"
            : null;
    }

    /// <summary>Returns whether there is nothing to set and nothing to restore.</summary>
    private bool IsReady(SessionContextEntry[] wanted) => wanted.Length == 0 && Volatile.Read(ref _named).Length == 0;

    /// <summary>
    /// Returns what to restore in a session, and then what to set. The role is restored first, because settings may
    /// need the user's own privileges.
    /// </summary>
    private SessionContextEntry[] FindChange(SessionContextEntry[] wanted) => Volatile.Read(ref _named) is { Length: > 0 } named
        ? [.. named.Where(entry => entry.Kind == SessionContextEntryKind.Role || !Array.Exists(wanted, entry.IsSpelledAs)), .. wanted]
        : wanted;

    /// <summary>
    /// Records that entries were set in the session of a lease, before its holder gets it: every later rent of the
    /// session finds their names.
    /// </summary>
    private void Finish(in ConnectionLease lease, PhysicalConnection physical, SessionContextEntry[] wanted)
    {
        _desk.Meters.ContextsSet.Increment();
        if (!_leavesContexts || !CanRestore(wanted) || !TryName(lease, physical, wanted))
        {
            return;
        }

        if (_keepsContexts)
        {
            physical.Carried = wanted.Length == 0 ? null : wanted;
        }
    }

    /// <summary>
    /// Records the names of a context. If there are too many, the session is reset after its lease, or closed where no
    /// reset clears them.
    /// </summary>
    private bool TryName(in ConnectionLease lease, PhysicalConnection physical, SessionContextEntry[] wanted)
    {
        if (IsNamed(wanted))
        {
            return true;
        }

        lock (_gate)
        {
            SessionContextEntry[] named =
            [
                .. wanted
                    .Where(entry => !Array.Exists(_named, entry.IsSpelledAs))
                    .Select(static entry => new SessionContextEntry(entry.Kind, entry.Name, value: null))
                    .Concat(_named)
                    .OrderByDescending(static entry => entry.Kind == SessionContextEntryKind.Role),
            ];
            if (named.Length > MaxNames)
            {
                if (_keepsContexts)
                {
                    physical.MarkDirty();
                }
                else
                {
                    // Rents at the same time brought more than the pool takes. No later rent gets this session.
                    lease.RetireOnReturn();
                }

                return false;
            }

            Volatile.Write(ref _named, named);
            return true;
        }
    }

    private bool IsNamed(SessionContextEntry[] wanted)
    {
        var named = Volatile.Read(ref _named);
        return Array.TrueForAll(wanted, entry => Array.Exists(named, entry.IsSpelledAs));
    }

    /// <summary>Decides what becomes of a lease whose context could not be set, before it is returned.</summary>
    /// <returns>The exception of the rent; <see langword="null"/> when the connection was dead, and the caller is to
    /// get another one.</returns>
    private Exception? Fail(in ConnectionLease lease, SessionContextEntry[] change, Exception exception, bool mayTryAgain, CancellationToken cancellationToken)
    {
        var kind = lease.ReportFailure(exception);
        lease.MarkDirty();
        if (_leavesContexts && !_keepsContexts)
        {
            // No reset would undo what made the session refuse the context.
            lease.RetireOnReturn();
        }

        if (cancellationToken.IsCancellationRequested && (exception is OperationCanceledException || _provider.IsCancellation(exception)))
        {
            return new OperationCanceledException(cancellationToken);
        }

        if (lease.Revocation is { } revocation)
        {
            return revocation;
        }

        if (kind == FailureKind.ConnectionLost && mayTryAgain)
        {
            return null;
        }

        _desk.Meters.ContextFailures.Increment();
        var names = string.Join(", ", change.Select(static entry => entry.Name).Distinct(StringComparer.OrdinalIgnoreCase));
        _journal.ContextFailed(names, kind);
        return exception is NotSupportedException ? exception : new SessionContextException(_settings.Name, names, kind, exception);
    }

    private async ValueTask<ConnectionLease> AwaitAndSetAsync(ValueTask<ConnectionLease> rent, SessionContextEntry[] wanted, RentRequest request, FlowRent? flow)
    {
        var lease = await rent.ConfigureAwait(false);
        return IsReady(lease, wanted) ? lease : await SetAsync(lease, wanted, request, flow).ConfigureAwait(false);
    }

    private async ValueTask<ConnectionLease> SetAsync(ConnectionLease lease, SessionContextEntry[] wanted, RentRequest request, FlowRent? flow)
    {
        for (var dead = 1; ; dead++)
        {
            if (lease.TryGetPhysical() is not { } physical)
            {
                // Revoked already.
                return lease;
            }

            var change = FindChange(wanted);
            Task<ConnectionLease> next;
            try
            {
                ValueTask setting;
                using (OutsideTrace.Enter())
                {
                    BeginChange(physical, wanted);
                    setting = _carrier!.SetContextAsync(physical, change, LimitOfStatement(request), request.CancellationToken);
                }

                await setting.ConfigureAwait(false);
                ThrowIfCancelled(lease, request.CancellationToken);
                Finish(lease, physical, wanted);
                return lease;
            }
            catch (Exception exception)
            {
                try
                {
                    if (Fail(lease, change, exception, mayTryAgain: dead < MaxDead && HasTimeLeft(request), request.CancellationToken) is { } failure)
                    {
                        throw failure;
                    }

                    // The dead connection is closed only after the caller is back in its place, so that the replacement
                    // finds it there.
                    flow?.AskAgain();
                    next = QueueAgainAsync(ComeBack(request, lease), flow);
                }
                finally
                {
                    await lease.DisposeAsync().ConfigureAwait(false);
                }
            }

            lease = await next.ConfigureAwait(false);
            if (IsReady(lease, wanted))
            {
                return lease;
            }
        }
    }

    /// <summary>
    /// Queues a caller in its place. Its flow keeps the record of the first rent, because it does not see changes of an
    /// async method's.
    /// </summary>
    private async Task<ConnectionLease> QueueAgainAsync(RentRequest request, FlowRent? flow)
    {
        try
        {
            var lease = await _rents.QueueAsync(request).ConfigureAwait(false);
            flow?.Hold(lease);
            return lease;
        }
        catch
        {
            flow?.End();
            throw;
        }
    }

    private ConnectionLease Set(ConnectionLease lease, SessionContextEntry[] wanted, RentRequest request)
    {
        for (var dead = 1; ; dead++)
        {
            if (lease.TryGetPhysical() is not { } physical)
            {
                // Revoked already.
                return lease;
            }

            var change = FindChange(wanted);
            try
            {
                using var outside = OutsideTrace.Enter();
                BeginChange(physical, wanted);
                _carrier!.SetContext(physical, change, LimitOfStatement(request));
                Finish(lease, physical, wanted);
                return lease;
            }
            catch (Exception exception)
            {
                var ended = lease;
                try
                {
                    if (Fail(lease, change, exception, mayTryAgain: dead < MaxDead && HasTimeLeft(request), request.CancellationToken) is { } failure)
                    {
                        throw failure;
                    }

                    request.CancellationToken.ThrowIfCancellationRequested();
                    lease = _rents.Queue(ComeBack(request, lease), dead: lease);
                }
                finally
                {
                    ended.Dispose();
                }
            }

            if (IsReady(lease, wanted))
            {
                return lease;
            }
        }
    }

    /// <summary>
    /// Ends a rent whose token was cancelled when its context had been set. The driver may have sent a cancel, which
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

    private ConnectionLease TryTakeAtOnce(SessionContextEntry[] wanted, CallSite site) =>
        TryTakeCarrier(wanted, site, mayReplace: true) is { IsValid: true } carrier ? carrier : _rents.TryRentGuarded(site);

    /// <summary>Returns whether only other pools of the process use contexts.</summary>
    private bool NeedsNothing(SessionContextEntry[] wanted) => wanted.Length == 0 && !_leavesContexts;

    /// <summary>
    /// Begins the one deadline for everything that the caller waits for. Only a rent that waits reads the clock.
    /// </summary>
    private RentRequest Begin(CallSite site, TimeSpan? timeout, CancellationToken cancellationToken)
    {
        // Read first: who comes later has a later place.
        var last = _desk.LastPlace;
        return _rents.BeginRequest(site, timeout, cancellationToken) with { CameAfter = last };
    }

    /// <summary>
    /// Returns the request of a caller that comes back. If the stack of its rent was sampled, its next lease has it.
    /// </summary>
    private RentRequest ComeBack(in RentRequest request, in ConnectionLease dead) =>
        request with { IsBack = true, Origin = dead.Slot!.GetLeaseInfo(dead.Ticket, _settings.Clock)?.Origin };

    private static bool IsBegun(in RentRequest request) => request.Timeout != TimeSpan.Zero;

    private TimeSpan LeftOf(in RentRequest request) => request.Deadline - _settings.Clock.Elapsed;

    private bool HasTimeLeft(in RentRequest request) => LeftOf(request) > TimeSpan.Zero;

    /// <summary>Returns the limit of the statement that sets the context, as for a validation.</summary>
    private TimeSpan LimitOfStatement(in RentRequest request)
    {
        var left = LeftOf(request);
        return left < OptionProblems.ShortestWait ? OptionProblems.ShortestWait
            : left < _settings.ValidationTimeout ? left
            : _settings.ValidationTimeout;
    }
}
