using Cenote.Budgets;
using Cenote.Events;
using Cenote.Leasing;
using Cenote.Providers;

namespace Cenote.Connections;

/// <summary>The background opening of physical connections, and the only place that opens them.</summary>
internal sealed class ConnectionOpener(
    DatabaseProvider provider,
    FailureClassifier classifier,
    PoolSettings settings,
    LeaseDesk desk,
    AbandonedCalls leftBehind,
    PoolJournal journal,
    CancellationToken poolClosed)
{
    private readonly CredentialSource _credentials = new(settings);
    private readonly OpenRetry _retry = new(settings, classifier, desk, journal.Logger);

    /// <summary>Opens a connection for a slot in state opening, and reports the outcome to the desk.</summary>
    internal async Task OpenAsync(Slot slot, bool needsOwnThread)
    {
        var failures = 0;
        var circuitOpened = desk.ReadOpensToken();
        var doomed = desk.ReadGenerationToken(slot);
        using var toldToEnd = CancellationTokenSource.CreateLinkedTokenSource(circuitOpened, doomed);
        var probe = desk.ReadProbe(slot);
        try
        {
            var physical = await _retry.RunAsync(Attempt, Failed, probe.IsProbe ? 0 : settings.MaxOpenRetries, toldToEnd.Token).ConfigureAwait(false);
            var expiresAt = NewExpiry();
            journal.ConnectionOpened(slot.Id, failures + 1);
            desk.Opened(slot, physical, expiresAt);
        }
        catch (NoDemandException)
        {
            desk.OpenSkipped(slot);
        }
        catch (Exception) when (WasToldToEnd() && !desk.IsClosed)
        {
            // Refused by this failure or another: the circuit explains the rest, or another open does.
            desk.OpenSkipped(slot);
        }
        catch (Exception exception)
        {
            var failure = Describe(exception, failures);
            if (!desk.IsClosed && !probe.IsProbe)
            {
                journal.OpenFailed(failure);
            }

            desk.OpenFailed(slot, failure);
        }

        // The linked tokens are not read, because they may be cancelled after the code that awaits them runs.
        bool WasToldToEnd() => circuitOpened.IsCancellationRequested || doomed.IsCancellationRequested;

        ValueTask<PhysicalConnection> Attempt(OpenTry current, CancellationToken stop)
        {
            // Without demand, the next attempt is skipped.
            if (!desk.StillWantsOpening(slot))
            {
                throw new NoDemandException();
            }

            var limit = desk.ReadConnectLimit(probe.IsProbe, settings.ConnectTimeout);
            return NewAttempt(current, needsOwnThread, slot.Permit).RunAsync(limit, probe.Proofs, stop, circuitOpened);
        }

        void Failed(Exception exception, OpenTry current)
        {
            failures++;
            if (WasToldToEnd() || desk.IsClosed)
            {
                return;
            }

            var failure = Describe(exception, failures);
            if (probe.IsProbe)
            {
                PoolLog.ProbeFailed(journal.Logger, settings.Name, failure.Kind, exception);
            }

            desk.AttemptFailed(slot, failure, current.StartedAt, current.HasContacted, current.StandstillsBefore);
        }
    }

    /// <summary>Opens a connection without a slot, in one attempt.</summary>
    internal async ValueTask<PhysicalConnection> OpenDedicatedAsync(Permit? permit, CancellationToken cancellationToken)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(poolClosed, cancellationToken);
        return await NewAttempt(new OpenTry { IsKnock = false, StartedAt = settings.Clock.Elapsed }, needsOwnThread: false, permit, beginsLease: true).RunAsync(
            settings.ConnectTimeout, proofs: 0, ended.Token, ended.Token).ConfigureAwait(false);
    }

    private OpenAttempt NewAttempt(OpenTry current, bool needsOwnThread, Permit? permit, bool beginsLease = false) =>
        new(provider, classifier, settings, desk, leftBehind, journal, _credentials, current, needsOwnThread) { BeginsLease = beginsLease, Permit = permit };

    /// <summary>
    /// Describes a failure. The timeouts are ours or the driver's: no answer in time means that the server cannot be
    /// reached.
    /// </summary>
    private OpenFailure Describe(Exception exception, int attempts) => new(
        exception, exception is not TimeoutException && classifier.Classify(exception) is var kind and not FailureKind.QueryTimeout ? kind : FailureKind.ConnectionLost, settings.Clock.UtcNow, attempts)
    {
        Recommendation = GetRecommendation(exception),
    };

    /// <summary>
    /// Returns the provider's recommendation. A provider may be the application's code, whose exception must not hide
    /// the failure.
    /// </summary>
    private string? GetRecommendation(Exception exception)
    {
        try
        {
            return (provider as IConnectFailureAdvisor)?.GetRecommendation(exception, settings.Connection);
        }
        catch (Exception)
        {
            return null;
        }
    }

    /// <summary>
    /// Returns the expiry, early at random by the jitter, so that connections opened together do not expire together.
    /// </summary>
    private long NewExpiry()
    {
        var longest = settings.MaxLifetime;
        if (longest == Timeout.InfiniteTimeSpan)
        {
            return long.MaxValue;
        }

#pragma warning disable CA5394 // Spreads load; guessing it gains nothing.
        var lifetime = longest * (1 - (settings.LifetimeJitter * Random.Shared.NextDouble()));
#pragma warning restore CA5394
        return settings.Clock.ElapsedMilliseconds + (long)lifetime.TotalMilliseconds;
    }
}
