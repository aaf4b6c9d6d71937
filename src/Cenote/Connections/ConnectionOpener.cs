using Cenote.Diagnostics;
using Cenote.Leasing;
using Cenote.Providers;
using Cenote.Resilience;
using Microsoft.Extensions.Logging;

namespace Cenote.Connections;

/// <summary>Opens physical connections in the background: the one place where any is opened.</summary>
internal sealed class ConnectionOpener(
    DatabaseProvider provider, FailureClassifier classifier, PoolSettings settings, LeaseDesk desk, ILogger logger, CancellationToken poolClosed)
{
    private readonly OpenRetry _retry = new(settings, classifier, desk, logger);

    /// <summary>Opens a connection for a slot in state opening, and reports the outcome to the desk.</summary>
    internal async Task OpenAsync(Slot slot, bool needsOwnThread)
    {
        var attempts = 0;
        var circuitOpened = desk.ReadOpensToken();
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(poolClosed, circuitOpened);
        var probe = desk.ReadProbe(slot);
        try
        {
            var physical = probe.IsProbe
                ? await Attempt(ended.Token).ConfigureAwait(false)
                : await _retry.RunAsync(Attempt, ended.Token).ConfigureAwait(false);
            var expiresAt = NewExpiry();
            PoolLog.Opened(logger, settings.Name, slot.Id, attempts);
            desk.Opened(slot, physical, expiresAt);
        }
        catch (DemandGoneException)
        {
            desk.OpenSkipped(slot);
        }
        catch (Exception) when (circuitOpened.IsCancellationRequested && !poolClosed.IsCancellationRequested)
        {
            // By this failure or another: the circuit says the rest.
            desk.OpenSkipped(slot);
        }
        catch (Exception exception)
        {
            var failure = new OpenFailure(exception, classifier.Classify(exception), settings.Clock.UtcNow, attempts);
            if (probe.IsProbe)
            {
                PoolLog.ProbeFailed(logger, settings.Name, failure.Kind, exception);
            }
            else if (!poolClosed.IsCancellationRequested)
            {
                PoolLog.OpenFailed(logger, settings.Name, attempts, failure.Kind, exception);
            }

            desk.OpenFailed(slot, failure);
        }

        async ValueTask<PhysicalConnection> Attempt(CancellationToken cancellationToken)
        {
            // When the demand has gone, the next try is skipped.
            if (!desk.StillWantsOpening(slot))
            {
                throw new DemandGoneException();
            }

            attempts++;
            try
            {
                return await AttemptAsync(desk.ReadConnectLimit(settings.ConnectTimeout), probe.Proofs, needsOwnThread, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
            {
                desk.AttemptFailed(new OpenFailure(exception, classifier.Classify(exception), settings.Clock.UtcNow, attempts));
                throw;
            }
        }
    }

    private async ValueTask<PhysicalConnection> AttemptAsync(TimeSpan limit, int proofs, bool needsOwnThread, CancellationToken cancellationToken)
    {
        var started = settings.Clock.GetTimestamp();
        using var timeout = new CancellationTokenSource(limit, settings.Clock.TimeProvider);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        PhysicalConnection? physical = null;
        Task? opening = null;
        Task? proving = null;
        try
        {
            physical = provider.CreateConnection(await GetConnectionSettingsAsync(linked.Token).ConfigureAwait(false));
            physical.ClearsFully = settings.Connection.ResetMode == ResetMode.Full;
            var token = linked.Token;
            opening = BackgroundWork.Call(physical.Open, () => physical.OpenAsync(token), needsOwnThread);
            await BackgroundWork.Wait(opening, token).ConfigureAwait(false);
            desk.Meters.ConnectTime.Record(settings.Clock.ElapsedSince(started));
            for (; proofs > 0; proofs--)
            {
                proving = ConnectionValidator.Prove(physical, settings.ValidationTimeout, needsOwnThread, token);
                await BackgroundWork.Wait(proving, token).ConfigureAwait(false);
            }

            return physical;
        }
        catch (Exception exception)
        {
            if (physical is not null)
            {
                // Not awaited: an open that hangs and heeds no cancellation must not hold up the next try.
                _ = CloseWhenOpenedAsync(physical, opening, proving ?? Task.CompletedTask);
            }

            if (exception is OperationCanceledException && timeout.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
            {
                throw new TimeoutException(
                    FormattableString.Invariant($"Connecting took longer than {(limit == settings.ConnectTimeout ? "ConnectTimeout" : "usual by far")} ({limit.TotalSeconds:0.###} s)."), exception);
            }

            throw;
        }
    }

    private async ValueTask<ConnectionSettings> GetConnectionSettingsAsync(CancellationToken cancellationToken)
    {
        if (settings.Credentials is null)
        {
            return settings.Connection;
        }

        var credentials = await settings.Credentials(cancellationToken).AsTask().WaitAsync(cancellationToken).ConfigureAwait(false);
        return settings.Connection with
        {
            Credentials = credentials ?? throw new InvalidOperationException("The Credentials callback gave null instead of credentials."),
        };
    }

    private async Task CloseWhenOpenedAsync(PhysicalConnection physical, Task? opening, Task proving)
    {
        await (opening ?? Task.CompletedTask).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await proving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        try
        {
            await physical.CloseAsync().ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            PoolLog.CloseFailed(logger, settings.Name, CloseReason.OpenFailed, exception);
        }

        if (opening is { IsCompletedSuccessfully: true })
        {
            desk.ClosedLate();
        }
    }

    /// <summary>Up to five per cent early, at random: connections opened together must not all come of age together.</summary>
    private long NewExpiry()
    {
        if (settings.MaxLifetime == Timeout.InfiniteTimeSpan)
        {
            return long.MaxValue;
        }

#pragma warning disable CA5394 // Spreads load; nobody gains by guessing it.
        var lifetime = settings.MaxLifetime * (1 - (0.05 * Random.Shared.NextDouble()));
#pragma warning restore CA5394
        return settings.Clock.ElapsedMilliseconds + (long)lifetime.TotalMilliseconds;
    }
}
