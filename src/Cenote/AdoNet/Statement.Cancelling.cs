using Cenote.Providers;

namespace Cenote.AdoNet;

// Cancelled: by its owner, or by what watches one execution.
internal abstract partial class Statement
{
    /// <summary>
    /// Whether the connection answers the database that it is to end. Changed by the watch, under its lock.
    /// </summary>
    internal bool IsEnding { get; set; }

    /// <summary>Whether a call of it is inside the driver, as far as the calling thread can see.</summary>
    internal bool IsInsideDriver
    {
        get
        {
            var isInside = Volatile.Read(ref _executedBy) != 0;
            for (var reader = OpenReader; reader is not null && !isInside; reader = reader.Older)
            {
                isInside = reader.IsInside;
            }

            return isInside;
        }
    }

    /// <summary>Whether the thread, which is inside the driver, is there for this statement.</summary>
    internal bool IsExecutedBy(int thread)
    {
        var isInside = Volatile.Read(ref _executedBy) == thread;
        for (var reader = OpenReader; reader is not null && !isInside; reader = reader.Older)
        {
            isInside = reader.IsReadBy(thread);
        }

        return isInside;
    }

    /// <summary>
    /// Cancels what the statement is doing on the lease that it is attached to; otherwise does nothing.
    /// </summary>
    internal void Cancel()
    {
        if (Volatile.Read(ref _running) == 0 || _connection is not { } connection || !connection.TryEnter(out var lease))
        {
            return;
        }

        try
        {
            if (Newer is not null && _lease == lease && lease.TryGetPhysical() is { } physical)
            {
                Cancel(in lease, physical);
            }
        }
        catch (Exception exception) when (connection.Failed(in lease, exception) is { } told)
        {
            throw told;
        }
        finally
        {
            connection.Leave();
        }
    }

    private void Cancel(in ConnectionLease lease, PhysicalConnection physical)
    {
        var cancels = LazyInitializer.EnsureInitialized(ref _cancels);
        cancels.Begin();
        Interlocked.MemoryBarrier();
        if (Volatile.Read(ref _running) == 0)
        {
            // It may have ended before it could see the request.
            if (cancels.Withdraw() is { } others)
            {
                Pool.Engine.FailureReports.RecordCancel(in lease, in others, isSent: true);
            }

            return;
        }

        var time = Pool.Engine.Settings.Clock.TimeProvider;
        var start = time.GetTimestamp();
        try
        {
            _timeoutBefore ??= DriverTimeout;
            CancelAlone(physical);
        }
        finally
        {
            if (cancels.RecordSent(time.GetElapsedTime(start)) is { } cancel)
            {
                Pool.Engine.FailureReports.RecordCancel(in lease, in cancel, isSent: true);
            }
        }
    }

    /// <summary>
    /// Cancels this statement and, where that can be done, no other. A database within the process may only be able to
    /// end everything that runs on the connection, or begins there while a reader is open, unless it asks for each.
    /// Readers that are between two rows need no interruption: their next row fails.
    /// </summary>
    internal void CancelAlone(PhysicalConnection physical)
    {
        if (!Pool.Provider.IsInProcess)
        {
            CancelOn(physical);
        }
        else if (_connection?.Work.StatementWatch is { } watch && watch.IsOn(in _lease))
        {
            watch.End(this);
            TryEndAtNextRow();
            CancelWatchedOn(physical);
        }
        else if (!TryEndAtNextRow())
        {
            CancelOn(physical);
        }
    }

    private protected abstract void CancelWatchedOn(PhysicalConnection physical);

    /// <summary>The calling thread is about to enter the driver.</summary>
    private void RecordThread() => Volatile.Write(ref _executedBy, Environment.CurrentManagedThreadId);

    private void RecordOutside() => Volatile.Write(ref _executedBy, 0);

    /// <returns><see langword="false"/> when a call may be inside the driver, which has to be interrupted.</returns>
    private bool TryEndAtNextRow()
    {
        var readers = 0;
        for (var reader = OpenReader; reader is not null; reader = reader.Older)
        {
            if (!reader.IsReleased)
            {
                reader.EndAtNextRow();
                readers++;
            }
        }

        // A reader announces a call by a plain write, and then looks whether it must end.
        Interlocked.MemoryBarrierProcessWide();
        for (var reader = OpenReader; reader is not null; reader = reader.Older)
        {
            if (reader.IsInside)
            {
                return false;
            }
        }

        return readers > 0 && Volatile.Read(ref _running) <= readers;
    }

    /// <summary>Asks the driver, or the database, to end what the driver's object is executing.</summary>
    internal abstract void CancelOn(PhysicalConnection physical);
}
