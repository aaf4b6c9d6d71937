using System.Transactions;
using Cenote.Budgets;
using Cenote.Events;
using Cenote.Leasing;
using Cenote.Providers;

namespace Cenote.Connections;

/// <summary>
/// One attempt to open a connection. A part that hangs, the application's callback included, is abandoned when its
/// timeout has passed, and its late connection is closed.
/// </summary>
internal sealed class OpenAttempt(
    DatabaseProvider provider,
    FailureClassifier classifier,
    PoolSettings settings,
    LeaseDesk desk,
    AbandonedCalls leftBehind,
    PoolJournal journal,
    CredentialSource credentials,
    OpenTry current,
    bool needsOwnThread)
{
    private PhysicalConnection? _physical;
    private Task _opening = Task.CompletedTask;
    private Task _validation = Task.CompletedTask;

    /// <summary>
    /// Gets whether the connection is used at once, without the slot that would open the driver's object for each
    /// lease.
    /// </summary>
    internal bool BeginsLease { get; init; }

    /// <summary>Gets the permit of the connection; <see langword="null"/> in a pool without a budget.</summary>
    internal Permit? Permit { get; init; }

    /// <summary>Opens a connection and validates it.</summary>
    /// <param name="limit">The timeout of the connect.</param>
    /// <param name="proofs">The number of round trips that the connection must then pass, each within the validation
    /// timeout.</param>
    /// <param name="stop">Signals the driver to stop. A driver that ignores it is waited for.</param>
    /// <param name="cancellationToken">Ends the attempt: a driver that does not stop is abandoned.</param>
    internal async ValueTask<PhysicalConnection> RunAsync(TimeSpan limit, int proofs, CancellationToken stop, CancellationToken cancellationToken)
    {
        try
        {
            await ConnectAsync(limit, stop, cancellationToken).ConfigureAwait(false);
            for (; proofs > 0; proofs--)
            {
                await ValidateAsync(stop, cancellationToken).ConfigureAwait(false);
            }

            return _physical!;
        }
        catch (Exception)
        {
            // Not awaited: an open that hangs and ignores cancellation must not delay the next attempt.
            var kept = Permit?.Keep();
            leftBehind.Add(() => CloseWhenOverAsync(kept));
            throw;
        }
    }

    private async Task ConnectAsync(TimeSpan limit, CancellationToken stop, CancellationToken cancellationToken)
    {
        var started = settings.Clock.GetTimestamp();
        using var timeout = new CancellationTokenSource(limit, settings.Clock.TimeProvider);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);

        // Not disposed of, because an abandoned driver is signalled only after this method has ended.
        var token = CancellationTokenSource.CreateLinkedTokenSource(linked.Token, stop).Token;
        try
        {
            _opening = BackgroundWork.Call(() => Open(limit, token), () => OpenAsync(limit, token), needsOwnThread);
            await BackgroundWork.Wait(_opening, linked.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException exception) when (timeout.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException(
                FormattableString.Invariant($"Connecting took longer than {(limit == settings.ConnectTimeout ? "ConnectTimeout" : desk.Meters.ConnectTime.Count > 0 ? "usual by far" : "the limit for a server that was never reached")} ({limit.TotalSeconds:0.###} s)."), exception);
        }

        credentials.Forget();
        var taken = settings.Clock.ElapsedSince(started);
        desk.Meters.ConnectTime.Record(taken);
        desk.Expected.Opens.Record(taken);
    }

    private async Task ValidateAsync(CancellationToken stop, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(settings.ValidationTimeout, settings.Clock.TimeProvider);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        var token = CancellationTokenSource.CreateLinkedTokenSource(linked.Token, stop).Token;
        _validation = ConnectionValidator.RunAsync(_physical!, settings.ValidationTimeout, needsOwnThread, token);
        await BackgroundWork.Wait(_validation, linked.Token).ConfigureAwait(false);
    }

    private void Open(TimeSpan limit, CancellationToken cancellationToken)
    {
        using var outside = NewSuppressedScope();
        var given = credentials.GetAsync(mayReuse: current.IsKnock, cancellationToken).AsTask().GetAwaiter().GetResult();
        var physical = Create(given, limit, cancellationToken);
        try
        {
            physical.Open();
        }
        catch (Exception exception) when (IsWorthAnother(given, exception))
        {
            // Closed here, and once, because the next step may fail before there is another connection.
            _physical = null;
            physical.CloseAsync().AsTask().GetAwaiter().GetResult();
            given = given.IsReused ? credentials.GetAsync(mayReuse: false, cancellationToken).AsTask().GetAwaiter().GetResult() : given;
            physical = Create(given, limit, cancellationToken);
            physical.Open();
        }

        physical.SaveHandlers();
        BeginLease(physical);
    }

    private async ValueTask OpenAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        using var outside = NewSuppressedScope();
        var given = await credentials.GetAsync(mayReuse: current.IsKnock, cancellationToken).ConfigureAwait(false);
        var physical = Create(given, limit, cancellationToken);
        try
        {
            await physical.OpenAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (IsWorthAnother(given, exception))
        {
            _physical = null;
            await physical.CloseAsync().ConfigureAwait(false);
            given = given.IsReused ? await credentials.GetAsync(mayReuse: false, cancellationToken).ConfigureAwait(false) : given;
            physical = Create(given, limit, cancellationToken);
            await physical.OpenAsync(cancellationToken).ConfigureAwait(false);
        }

        physical.SaveHandlers();
        BeginLease(physical);
    }

    /// <summary>
    /// Returns whether another connection may be opened at once where this one failed: with other credentials than
    /// those of an earlier attempt, or as the provider has adapted.
    /// </summary>
    private bool IsWorthAnother(GivenCredentials given, Exception exception) =>
        (given.IsReused && classifier.Classify(exception) == FailureKind.InvalidCredentials) || Adapts(exception);

    /// <summary>
    /// Returns whether the provider adapts. A provider may be the application's code, whose exception must not hide the
    /// failure.
    /// </summary>
    private bool Adapts(Exception exception)
    {
        try
        {
            return provider is IConnectFailureAdapter adapter && adapter.TryAdapt(exception, settings.Connection);
        }
        catch (Exception)
        {
            return false;
        }
    }

    // A driver that enlists by itself, in a transaction that flowed here or that a caller left on this thread, would
    // keep the session beyond its leases.
    private static TransactionScope NewSuppressedScope() => new(TransactionScopeOption.Suppress, TransactionScopeAsyncFlowOption.Enabled);

    private void BeginLease(PhysicalConnection physical)
    {
        if (BeginsLease)
        {
            physical.PrepareLease();
        }
    }

    private PhysicalConnection Create(in GivenCredentials given, TimeSpan limit, CancellationToken cancellationToken)
    {
        // Late credentials open no connection any more.
        cancellationToken.ThrowIfCancellationRequested();
        (current.StartedAt, current.HasContacted) = (settings.Clock.Elapsed, true);
        _physical = provider.CreateConnection(settings.Connection with { Credentials = given.Value, ConnectTimeout = limit, OnWarning = journal.Warn });
        _physical.ExpiringCredentials = given.Value is { ExpiresAt: not null } expiring ? expiring : null;
        _physical.IsResetFull = settings.Connection.ResetMode == ResetMode.Full;
        if (settings.WhenDirty is not null)
        {
            _physical.StartChecking();
        }

        return _physical;
    }

    private async Task CloseWhenOverAsync(Permit? kept)
    {
        using var permit = kept;
        await _opening.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _validation.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_physical is null)
        {
            return;
        }

        try
        {
            await _physical.CloseAsync().ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            PoolLog.CloseFailed(journal.Logger, settings.Name, CloseReason.OpenFailed, exception);
        }

        if (_opening.IsCompletedSuccessfully)
        {
            desk.ClosedLate();
        }
    }
}
