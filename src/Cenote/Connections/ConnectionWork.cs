using Cenote.Diagnostics;
using Cenote.History;
using Cenote.Leasing;
using Cenote.Providers;
using Cenote.Resilience;
using Cenote.Waiting;

namespace Cenote.Connections;

/// <summary>Does what the lease desk asks for, with a real driver.</summary>
internal sealed class ConnectionWork(
    DatabaseProvider provider, FailureClassifier classifier, PoolSettings settings, LeaseDesk desk, LeftBehind leftBehind, CircuitAnnouncer announcer, FailureAnnouncer failures, PoolJournal journal, CancellationToken poolClosed)
    : IConnectionWork
{
    private readonly ConnectionOpener _opener = new(provider, classifier, settings, desk, leftBehind, journal, poolClosed);
    private readonly ConnectionValidator _validator = new(settings, desk);
    private readonly ExhaustionReport _exhaustion = new(settings, desk);
    private readonly ConnectionCloser _closer = new(settings, desk, journal);

    internal ExhaustionReport Exhaustion => _exhaustion;

    internal ValueTask<PhysicalConnection> OpenDedicatedAsync(CancellationToken cancellationToken) => _opener.OpenDedicatedAsync(cancellationToken);

    public void Open(Slot slot, bool needsOwnThread) =>
        BackgroundWork.Start(() => _opener.OpenAsync(slot, needsOwnThread), needsOwnThread);

    public void Validate(Slot slot, bool needsOwnThread) =>
        BackgroundWork.Start(() => _validator.ValidateAsync(slot, needsOwnThread), needsOwnThread);

    /// <summary>The same for one who waits for the outcome.</summary>
    internal Task<bool> ValidateNowAsync(Slot slot) => _validator.ValidateAsync(slot, needsOwnThread: false);

    public void Close(Slot slot, CloseReason reason)
    {
        var needsOwnThread = desk.HasBlockedCallers;
        BackgroundWork.Start(() => _closer.CloseAsync(slot, reason, needsOwnThread), needsOwnThread);
    }

    public void GiveUp(Slot slot, CloseReason reason)
    {
        var physical = slot.Physical!;
        BackgroundWork.Start(() => _closer.AbortGivenUpAsync(physical, reason), needsOwnThread: false);
        journal.ConnectionClosed(slot.Id, reason);
        desk.Closed(slot, reason);
    }

    public void CloseGivenUp(PhysicalConnection physical, CloseReason reason) =>
        BackgroundWork.Start(() => _closer.CloseGivenUpAsync(physical, reason), needsOwnThread: false);

    public void NoteFailure(Slot slot, CloseReason reason, Exception? exception)
    {
        journal.ConnectionFailed(slot.Id, reason, exception);
        var kind = exception is null ? FailureKind.ConnectionLost : classifier.Classify(exception);
        if (kind == FailureKind.ConnectionLost || (reason == CloseReason.ValidationFailed && !kind.IsAnswer()))
        {
            desk.MakeSuspect();
            failures.Post(FailureKind.ConnectionLost, exception);
        }
    }

    public FailureKind ReportFailure(Slot slot, long ticket, Exception exception, bool isRaw)
    {
        var kind = classifier.Classify(exception);

        // The provider is asked once for each failure: about a cancellation, which it may answer by classifying again, only where that matters.
        if (slot.IsLeasedAs(ticket) && slot.Physical is { IsUsable: false } && (kind.IsAnswer() || classifier.IsCancellation(exception)))
        {
            // Whoever answered has closed this connection, and said why: that says nothing of the others.
            journal.ConnectionFailed(slot.Id, CloseReason.ConnectionLost, exception);
            slot.RetireOnReturn(ticket, CloseReason.ConnectionLost);
        }
        else if (kind == FailureKind.ConnectionLost)
        {
            slot.RetireOnReturn(ticket, CloseReason.ConnectionLost);
            if (slot.IsLeasedAs(ticket))
            {
                desk.MakeSuspect();
                failures.Post(kind, exception);
            }
        }
        else if (kind == FailureKind.ReadOnlyServer)
        {
            // The session is well, and would stay on that server for ever: only a new connection finds the new primary, or a file that can be written again.
            slot.RetireOnReturn(ticket, CloseReason.ReadOnlyServer);
            failures.Post(kind, exception);
        }
        else if (kind == FailureKind.QueryTimeout || exception is OperationCanceledException || (isRaw && classifier.IsCancellation(exception)))
        {
            NoteCancel(slot, ticket, new SentCancel(exception, SendingTime: null), isSent: false);
        }

        return kind;
    }

    /// <summary>A statement on a lease was cancelled, or meant to be.</summary>
    /// <param name="slot">The slot.</param>
    /// <param name="ticket">The lease.</param>
    /// <param name="cancel">How the statement ended, and how long sending took.</param>
    /// <param name="isSent">Whether the pool itself has sent a cancel.</param>
    internal void NoteCancel(Slot slot, long ticket, in SentCancel cancel, bool isSent)
    {
        // A cancel travels on a connection of its own. Once the database has reported that it ended the statement because it was asked to,
        // the cancel was used up. The same holds when none was sent. Otherwise it may still be on its way, and would end the next holder's
        // statement, unless the driver waits for the database. A time limit is not an answer to a cancel of ours: the server has limits of its own.
        var outcome = cancel.Outcome;
        var isTimeout = outcome is not null && classifier.Classify(outcome) == FailureKind.QueryTimeout;
        var isAnswered = outcome is not null && classifier.IsCancellation(outcome);
        var isSettled = provider.CancelsInProcess
            || (isSent ? isAnswered && !isTimeout : isAnswered || isTimeout || outcome is OperationCanceledException { InnerException: null })
            || classifier.IsCancelSettled(cancel.SendingTime);
        if (isSettled)
        {
            slot.ProveOnReturn(ticket);
        }
        else
        {
            slot.RetireOnReturn(ticket, CloseReason.CancelInDoubt);
        }
    }

    public Exception DescribeTimeout(in RentRequest request)
    {
        var exception = _exhaustion.TimedOut(request.Timeout, request.WaitedAt(settings.Clock.Elapsed));
        journal.AcquireTimedOut(request, exception.Counts);
        return exception;
    }

    public Exception DescribeOpenFailure(OpenFailure failure) => new ConnectionOpenException(
        settings.Name,
        failure,
        $"Pool '{settings.Name}' could not open a connection to {settings.Target} ({failure.Kind}, {Readable.Count(failure.Attempts, "try", "tries")}, last at {Readable.Moment(failure.Time)}): {failure.Exception.Message}{(failure.Advice is null ? "" : " " + failure.Advice)}");

    public Exception DescribeCircuitOpen()
    {
        var circuit = desk.ReadCircuit();
        return new CircuitOpenException(settings.Name, circuit, RetryAfter(circuit), CircuitText.Describe(settings, circuit));
    }

    /// <summary>After the next probe, by up to a recovery time.</summary>
    private TimeSpan? RetryAfter(CircuitStatus circuit)
    {
        if (circuit.IsForced)
        {
            return null;
        }

        var recovery = settings.CircuitBreaker?.RecoveryTime ?? TimeSpan.Zero;
#pragma warning disable CA5394 // Spreads load; nobody gains by guessing it.
        return (circuit.NextProbe ?? TimeSpan.Zero) + (recovery * (0.5 + (Random.Shared.NextDouble() / 2)));
#pragma warning restore CA5394
    }

    public Exception DescribeOverload(string reason)
    {
        var exception = _exhaustion.Overloaded(reason);
        journal.Overloaded(reason, exception.Counts);
        return exception;
    }

    public void Announce(CircuitState before, CircuitStatus status) => announcer.Post(before, status);

    public Exception DescribeClosed() => new PoolClosedException(settings.Name);
}
