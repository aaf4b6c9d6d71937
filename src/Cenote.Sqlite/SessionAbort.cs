using System.Collections.Frozen;
using SQLitePCL;

namespace Cenote.Sqlite;

/// <summary>
/// The abort of a session: interrupts running statements, stops new ones, and ends the transaction with its locks. The
/// connection is not closed, because a holder who reads a row at this moment would read freed memory. Its memory is
/// freed when the holder drops it.
/// </summary>
internal sealed class SessionAbort(TrackedConnection connection, sqlite3 handle, SessionWatch? watch)
{
    /// <summary>An interrupt that is meant for the holder can hit the rollback instead.</summary>
    private const int MaxTries = 10;

    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    internal async ValueTask RunAsync()
    {
        connection.Revoke();
        var refusing = watch ?? new SessionWatch(FrozenDictionary<string, string>.Empty);
        try
        {
            for (var tries = 0; tries < MaxTries && !await TryRollBackAsync(refusing, starts: watch is null && tries == 0).ConfigureAwait(false); tries++)
            {
                await Task.Delay(ShortestPause, TimeProvider.System).ConfigureAwait(false);
            }

            // Stops a reader between two rows. Earlier, it would also have hit the rollback, because it stays while a
            // reader is open.
            raw.sqlite3_interrupt(handle);
        }
        catch (ObjectDisposedException)
        {
            // The holder closed the connection at this moment.
        }
    }

    private async ValueTask<bool> TryRollBackAsync(SessionWatch refusing, bool starts)
    {
        // SQLite serializes the calls on a connection: while the holder is inside one, this waits on its own thread.
        var rollback = Task.Factory.StartNew(() => TryRollBack(refusing, starts), CancellationToken.None, TaskCreationOptions.LongRunning | TaskCreationOptions.DenyChildAttach, TaskScheduler.Default);
        for (var pause = ShortestPause; await IsRunningAfterAsync(rollback, pause).ConfigureAwait(false); pause = pause < LongestPause ? pause * 2 : pause)
        {
            // Once is not enough, because it has no effect when the holder is about to begin a statement.
            raw.sqlite3_interrupt(handle);
        }

        return await rollback.ConfigureAwait(false);
    }

    // The driver asks for the state only once for a command of several statements, and never while it repeats one that
    // finds the file locked.
    private bool TryRollBack(SessionWatch refusing, bool starts)
    {
        refusing.RefuseOtherThreads();
        try
        {
            if (starts)
            {
                refusing.Start(handle);
            }

            // The PRAGMA makes every statement that is compiled already go through the watch again before its next run.
            var isReadOnly = raw.sqlite3_exec(handle, "PRAGMA query_only=1") == raw.SQLITE_OK;
            _ = raw.sqlite3_exec(handle, "ROLLBACK");
            AbandonedStatements.EndWrites(handle);
            return isReadOnly && raw.sqlite3_get_autocommit(handle) != 0;
        }
        finally
        {
            refusing.RefuseAll();
        }
    }

    private static async ValueTask<bool> IsRunningAfterAsync(Task work, TimeSpan pause)
    {
        using var timer = new CancellationTokenSource();
        await Task.WhenAny(work, Task.Delay(pause, TimeProvider.System, timer.Token)).ConfigureAwait(false);
        await timer.CancelAsync().ConfigureAwait(false);
        return !work.IsCompleted;
    }
}
