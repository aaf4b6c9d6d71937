namespace Cenote.AdoNet;

/// <summary>
/// The end of a lease's work before the lease is returned, on the thread that closes the connection. A failure costs
/// the physical connection.
/// </summary>
internal static class LeaseClosing
{
    /// <summary>Closes readers, rolls back, changes the database back and detaches statements.</summary>
    /// <returns><see langword="false"/> when a call is inside. That call ends the lease when it leaves.</returns>
    internal static bool TryEnd(PooledConnection connection)
    {
        List<PooledDataReader>? readers;
        while (!TryStop(connection, out readers))
        {
            if (TryHandOver(connection))
            {
                return false;
            }
        }

        try
        {
            var lease = connection.Gate.ClosingLease;
            var open = connection.Work.TakeLeftOpen(in lease, readers);
            if (!open.IsEmpty)
            {
                lease.MarkDirty();
                open.End();
            }

            CommandStatement.TakeAway(in lease);
            connection.Work.DetachAll(connection);
        }
        catch (Exception exception)
        {
            Doubt(connection, exception);
        }

        return true;
    }

    /// <summary>Does the same as <see cref="TryEnd"/>, and allows the driver the pool's validation timeout.</summary>
    /// <inheritdoc cref="TryEnd" path="/returns"/>
    internal static async ValueTask<bool> TryEndAsync(PooledConnection connection)
    {
        List<PooledDataReader>? readers;
        while (!TryStop(connection, out readers))
        {
            if (TryHandOver(connection))
            {
                return false;
            }
        }

        // Read before the first await. When the driver hangs, the connection may be open again, with another lease,
        // before the driver answers.
        var lease = connection.Gate.ClosingLease;
        var engine = connection.Pool.Engine;
        var open = connection.Work.TakeLeftOpen(in lease, readers);
        var ending = Task.CompletedTask;
        try
        {
            if (!open.IsEmpty)
            {
                lease.MarkDirty();
                ending = open.EndAsync();
                await ending.WaitAsync(engine.Settings.ValidationTimeout, engine.Settings.Clock.TimeProvider).ConfigureAwait(false);
            }

            CommandStatement.TakeAway(in lease);
            connection.Work.DetachAll(connection);
        }
        catch (Exception exception)
        {
            Doubt(connection, exception);
            if (!ending.IsCompleted)
            {
                engine.Work.GiveUpLease(in lease, ending);
            }
        }

        return true;
    }

    /// <summary>Stops new calls, also on readers.</summary>
    /// <returns>Whether no call is inside.</returns>
    private static bool TryStop(PooledConnection connection, out List<PooledDataReader>? readers)
    {
        readers = null;
        if (!connection.Gate.ClosingLease.IsActive)
        {
            // The pool revoked the lease. The rest belongs to a connection of another holder.
            connection.Work.ForgetAll(connection);
            return true;
        }

        // First the calls, which may be about to create a reader, then the readers.
        return !connection.Gate.HasCallsInside && connection.Work.TryStopReaders(connection, out readers);
    }

    /// <summary>Leaves the rest of the closing to the call inside.</summary>
    /// <returns><see langword="false"/> when the call left before it could see the request. Then this thread goes
    /// on.</returns>
    private static bool TryHandOver(PooledConnection connection)
    {
        connection.Gate.HandOver();
        var isCallInside = connection.Gate.HasCallsInside || connection.Work.HasReaderInside(connection);
        return isCallInside || !connection.Gate.TryTakeOver();
    }

    private static void Doubt(PooledConnection connection, Exception exception)
    {
        var lease = connection.Gate.ClosingLease;
        connection.Pool.Engine.FailureReports.Report(lease, exception);
        lease.RetireOnReturn();
        connection.Work.ForgetAll(connection);
    }
}
