using Cenote.Connections;

namespace Cenote.AdoNet;

// The end of an execution, and the effect of a cancellation on the connection.
internal abstract partial class Statement
{
    /// <summary>
    /// Gets whether an execution has failed, was cancelled, or ended near the driver's timeout, so that the driver's
    /// object may be in an unknown state.
    /// </summary>
    private protected bool IsDoubtful { get; private set; }

    private void End(in StatementExecution execution, Exception? failure)
    {
        EndExecution(in _lease, in execution, failure, isCancelled: false);
        execution.Connection.Leave();
        if (_opensConnection)
        {
            execution.Connection.Close();
        }
    }

    private async ValueTask EndAsync(StatementExecution execution, Exception? failure, bool isCancelled)
    {
        await EndExecutionAsync(_lease, execution, failure, isCancelled).ConfigureAwait(false);
        execution.Connection.Leave();
        if (_opensConnection)
        {
            await execution.Connection.CloseAsync().ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Ends the watch, and requests validation or closing of the connection if a cancel was sent. Called before the
    /// call leaves.
    /// </summary>
    internal void EndExecution(in ConnectionLease lease, in StatementExecution execution, Exception? failure, bool isCancelled)
    {
        var watch = execution.Watch;
        execution.RecordEnd(in lease, failure, isCancelled);
        watch?.End().Wait();
        RecordEnd(in lease, watch, failure, isCancelled);
    }

    /// <inheritdoc cref="EndExecution"/>
    internal ValueTask EndExecutionAsync(in ConnectionLease lease, in StatementExecution execution, Exception? failure, bool isCancelled)
    {
        var watch = execution.Watch;
        execution.RecordEnd(in lease, failure, isCancelled);
        if (watch?.End() is { IsCompleted: false } sending)
        {
            return AwaitEndAsync(sending, lease, watch, failure, isCancelled);
        }

        RecordEnd(in lease, watch, failure, isCancelled);
        return ValueTask.CompletedTask;
    }

    private async ValueTask AwaitEndAsync(Task sending, ConnectionLease lease, QueryWatch watch, Exception? failure, bool isCancelled)
    {
        await sending.ConfigureAwait(false);
        RecordEnd(in lease, watch, failure, isCancelled);
    }

    // Together with Cancel: the second of the two sees the first, so the connection is not rented without validation.
    private void RecordEnd(in ConnectionLease lease, QueryWatch? watch, Exception? failure, bool isCancelled)
    {
        RecordOutside();
        if (failure is not null || isCancelled || watch is { HasFired: true } || IsNearDriverTimeout())
        {
            IsDoubtful = true;
        }

        var isLast = Interlocked.Decrement(ref _running) == 0;
        if (isLast && IsEnding)
        {
            _connection?.Details?.Work.StatementWatch?.Forget(this);
        }

        var requested = Volatile.Read(ref _cancels)?.RecordEnd(failure, isLast);
        if (watch is { HasFired: true })
        {
            Pool.Engine.FailureReports.RecordCancel(in lease, new SentCancel(failure, watch.SendingTime), isSent: true);
        }
        else if (isCancelled && requested is null)
        {
            Pool.Engine.FailureReports.RecordCancel(in lease, new SentCancel(failure, SendingTime: null), isSent: false);
        }

        if (requested is { } cancel)
        {
            Pool.Engine.FailureReports.RecordCancel(in lease, in cancel, isSent: true);
        }
        else if (failure is null && !isCancelled && watch is not { HasFired: true })
        {
            _connection?.Progress?.RecordSuccess(this);
        }
    }
}
