using Cenote.Events;
using Cenote.Leasing;
using Cenote.Providers;

namespace Cenote.Connections;

/// <summary>
/// The consequences of a failure on an open connection: for that connection, for the idle ones, and for subscribers.
/// </summary>
internal sealed class FailureReports(
    PoolSettings settings, DatabaseProvider provider, FailureClassifier classifier, LeaseDesk desk, OrderedEvent<FailureObservedEventArgs> failureObserved, PoolJournal journal)
{
    /// <summary>
    /// Records the failure of a connection without a holder, which is being closed. When the server may be lost, the
    /// idle ones must be validated.
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
    /// Records a failure of the driver that the holder of a lease got, and decides what happens to the connection on
    /// its return.
    /// </summary>
    /// <param name="lease">The lease.</param>
    /// <param name="exception">The driver's exception.</param>
    /// <param name="isRaw">Whether the holder uses the driver's own connection, whose cancels the pool does not
    /// see.</param>
    /// <returns>The kind of the failure.</returns>
    internal FailureKind Report(in ConnectionLease lease, Exception exception, bool isRaw = false)
    {
        var kind = classifier.Classify(exception);
        if (lease.Slot is not { } slot)
        {
            return kind;
        }

        // What a statement did before it failed is in doubt.
        lease.MarkDirty();

        // The provider classifies each failure once. Its check for a cancellation, which may classify again, runs only
        // where that matters.
        if (slot.IsLeasedAs(lease.Ticket) && slot.Physical is { IsUsable: false } && (kind.IsAnswer() || classifier.IsCancellation(exception)))
        {
            // The server closed this connection and reported why, which says nothing about the others.
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
            // The session works, and would stay on that server for ever: only a new connection finds the new primary,
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

    /// <summary>Records that a lease has a session that the server ended before anything was sent on it.</summary>
    internal void ReportLost(in ConnectionLease lease, Exception exception)
    {
        if (lease.Slot is { } slot && slot.IsLeasedAs(lease.Ticket))
        {
            slot.RetireOnReturn(lease.Ticket, CloseReason.ConnectionLost);
            journal.ConnectionFailed(slot.Id, CloseReason.ConnectionLost, exception);
            desk.RequireValidation();
            Notify(FailureKind.ConnectionLost, exception);
        }
    }

    /// <summary>Records a cancel that was sent, or may have been, while a statement ran on a lease.</summary>
    /// <param name="lease">The lease.</param>
    /// <param name="cancel">The end of the statement, and how long sending took.</param>
    /// <param name="isSent">Whether the pool itself has sent a cancel.</param>
    internal void RecordCancel(in ConnectionLease lease, in SentCancel cancel, bool isSent)
    {
        // A cancel travels on a connection of its own. Once the database has reported that it ended the statement
        // because of a request, the cancel was used up. The same holds when none was sent. Otherwise it may still be on
        // its way, and would end the next holder's statement, unless the driver waits for the database. A timeout is
        // not an answer to a cancel of ours, because the server has limits of its own.
        lease.MarkDirty();
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
            failureObserved.Post(new FailureObservedEventArgs(settings.Name, settings.Clock.UtcNow, kind, exception));
        }
    }
}
