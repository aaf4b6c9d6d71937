using Cenote.Events;
using Cenote.Leasing;
using Cenote.Providers;

namespace Cenote.Connections;

/// <summary>
/// Decides what a failure on an open connection means: for that connection, for the idle ones, and for subscribers.
/// </summary>
internal sealed class FailureReports(
    PoolSettings settings, DatabaseProvider provider, FailureClassifier classifier, LeaseDesk desk, OrderedEvent<FailureObservedEventArgs> failureObserved, PoolJournal journal)
{
    /// <summary>
    /// A connection failed that no caller holds, and is being closed. When the server may be lost, the idle ones become
    /// suspect.
    /// </summary>
    internal void RecordFailure(Slot slot, CloseReason reason, Exception? exception)
    {
        journal.ConnectionFailed(slot.Id, reason, exception);
        var kind = exception is null ? FailureKind.ConnectionLost : classifier.Classify(exception);
        if (kind == FailureKind.ConnectionLost || (reason == CloseReason.ValidationFailed && !kind.IsAnswer()))
        {
            desk.RequireValidation();
            Notify(FailureKind.ConnectionLost, exception);
        }
    }

    /// <summary>
    /// The holder of a lease met a failure of the driver. Decides what becomes of the connection when it is returned.
    /// </summary>
    /// <param name="lease">The lease.</param>
    /// <param name="exception">What the driver threw.</param>
    /// <param name="isRaw">Whether the holder uses the driver's own connection, so that the pool does not see the
    /// cancels that it sends.</param>
    /// <returns>What the failure means.</returns>
    internal FailureKind Report(in ConnectionLease lease, Exception exception, bool isRaw = false)
    {
        var kind = classifier.Classify(exception);
        if (lease.Slot is not { } slot)
        {
            return kind;
        }

        // The provider is asked once for each failure: about a cancellation, which it may answer by classifying again,
        // only where that matters.
        if (slot.IsLeasedAs(lease.Ticket) && slot.Physical is { IsUsable: false } && (kind.IsAnswer() || classifier.IsCancellation(exception)))
        {
            // The server has closed this connection, and said why: that says nothing about the others.
            journal.ConnectionFailed(slot.Id, CloseReason.ConnectionLost, exception);
            slot.RetireOnReturn(lease.Ticket, CloseReason.ConnectionLost);
        }
        else if (kind == FailureKind.ConnectionLost)
        {
            slot.RetireOnReturn(lease.Ticket, CloseReason.ConnectionLost);
            if (slot.IsLeasedAs(lease.Ticket))
            {
                desk.RequireValidation();
                Notify(kind, exception);
            }
        }
        else if (kind == FailureKind.ReadOnlyServer)
        {
            // The session is well, and would stay on that server for ever: only a new connection finds the new primary,
            // or a file that can be written again.
            slot.RetireOnReturn(lease.Ticket, CloseReason.ReadOnlyServer);
            Notify(kind, exception);
        }
        else if (kind == FailureKind.QueryTimeout || exception is OperationCanceledException || (isRaw && classifier.IsCancellation(exception)))
        {
            RecordCancel(lease, new SentCancel(exception, SendingTime: null), isSent: false);
        }

        return kind;
    }

    /// <summary>A cancel was sent, or may have been, while a statement ran on a lease.</summary>
    /// <param name="lease">The lease.</param>
    /// <param name="cancel">How the statement ended, and how long sending took.</param>
    /// <param name="isSent">Whether the pool itself has sent a cancel.</param>
    internal void RecordCancel(in ConnectionLease lease, in SentCancel cancel, bool isSent)
    {
        // A cancel travels on a connection of its own. Once the database has reported that it ended the statement
        // because it was asked to, the cancel was used up. The same holds when none was sent. Otherwise it may still be
        // on its way, and would end the next holder's statement, unless the driver waits for the database. A time limit
        // is not an answer to a cancel of ours: the server has limits of its own.
        var outcome = cancel.Outcome;
        var isTimeout = outcome is not null && classifier.Classify(outcome) == FailureKind.QueryTimeout;
        var isAnswered = outcome is not null && classifier.IsCancellation(outcome);
        var isSettled = provider.IsInProcess
            || (isSent ? isAnswered && !isTimeout : isAnswered || isTimeout || outcome is OperationCanceledException { InnerException: null })
            || classifier.IsCancelSettled(cancel.SendingTime);
        if (isSettled)
        {
            lease.Slot?.ValidateOnReturn(lease.Ticket);
        }
        else
        {
            lease.Slot?.RetireOnReturn(lease.Ticket, CloseReason.CancelOutcomeUnknown);
        }
    }

    private void Notify(FailureKind kind, Exception? exception)
    {
        if (failureObserved.HasHandlers)
        {
            failureObserved.Post(new FailureObservedEventArgs(settings.Name, kind, exception));
        }
    }
}
