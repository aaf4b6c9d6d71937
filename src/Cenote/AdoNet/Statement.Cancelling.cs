using Cenote.Providers;

namespace Cenote.AdoNet;

// Cancellation by the owner, or by the watch of an execution.
internal abstract partial class Statement
{
    /// <summary>
    /// Gets or sets whether the watch of the in-process database ends this statement. Changed by the watch, under its
    /// lock.
    /// </summary>
    internal bool IsEnding { get; set; }

    /// <summary>Gets whether a call of it is inside the driver, as far as the calling thread can see.</summary>
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

    /// <summary>Gets whether the thread inside the driver is there for this statement.</summary>
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
    /// Cancels the execution on the attached lease. Does nothing without one.
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
            // The execution may have ended before it could see the request.
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
    /// Cancels this statement and, if possible, no other. An in-process database may only be able to end all executions
    /// on the connection, including those begun while a reader is open, unless it has a watch. Readers between two rows
    /// need no interruption, because their next row fails.
    /// </summary>
    internal void CancelAlone(PhysicalConnection physical)
    {
        if (!Pool.Provider.IsInProcess)
        {
            CancelOn(physical);
        }
        else if (_connection?.Details?.Work.StatementWatch is { } watch && watch.IsOn(in _lease))
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

    /// <summary>Records that the calling thread is about to enter the driver.</summary>
    private void RecordThread() => Volatile.Write(ref _executedBy, Environment.CurrentManagedThreadId);

    private void RecordOutside() => Volatile.Write(ref _executedBy, 0);

    /// <returns><see langword="false"/> when a call may be inside the driver and must be interrupted.</returns>
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

        // A reader enters a call with a plain write, and then checks whether it must end.
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

    /// <summary>Requests that the driver, or the database, ends the execution of the driver's object.</summary>
    internal abstract void CancelOn(PhysicalConnection physical);
}
