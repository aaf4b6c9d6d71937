using Cenote.Budgets;
using Cenote.Events;
using Cenote.Leasing;
using Cenote.Providers;

namespace Cenote.Connections;

/// <summary>
/// The background closing of physical connections, and the only place that closes connections of the pool.
/// </summary>
internal sealed class ConnectionCloser(PoolSettings settings, LeaseDesk desk, PoolJournal journal)
{
    /// <summary>The longest wait for a hanging driver when a lease is revoked, because others need its place.</summary>
    private static readonly TimeSpan LongestAbort = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Closes the connection of a slot in state closing. A hanging driver is abandoned, because the slot must go on.
    /// </summary>
    internal async Task CloseAsync(Slot slot, CloseReason reason, bool needsOwnThread)
    {
        var physical = slot.Physical!;
        var closing = Task.CompletedTask;
        try
        {
            // The holder of a revoked lease may be inside a call at this moment.
            var isHeld = reason is CloseReason.Revoked or CloseReason.StatementHung;
            Func<ValueTask> close = isHeld ? physical.AbortAsync : physical.CloseAsync;
            closing = BackgroundWork.Call(() => close().AsTask().Wait(), close, needsOwnThread);
            var longest = isHeld && LongestAbort < settings.ValidationTimeout ? LongestAbort : settings.ValidationTimeout;
            using var timeout = new CancellationTokenSource(longest, settings.Clock.TimeProvider);
            await BackgroundWork.Wait(closing, timeout.Token).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            PoolLog.CloseFailed(journal.Logger, settings.Name, reason, exception);

            if (!closing.IsCompleted && slot.Permit is { } permit)
            {
                _ = GiveBackAfterAsync(closing, permit.Keep());
            }

            // The abandoned call may still fail, and no code waits for it.
            _ = closing.ContinueWith(
                static left => _ = left.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }

        journal.ConnectionClosed(slot.Id, reason);
        desk.Closed(slot, reason);
    }

    /// <summary>Closes a connection that its slot abandoned earlier, unless it was aborted meanwhile.</summary>
    internal async Task CloseAbandonedAsync(PhysicalConnection physical, CloseReason reason)
    {
        if (physical.TryEnd())
        {
            await EndAsync(physical, physical.CloseAsync, reason).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Ends a connection on which a call of the driver still hangs as long again after it was given up. Some calls
    /// ignore both token and timeout: where the network swallows everything, they would keep their session for ever.
    /// </summary>
    internal async Task AbortAbandonedAsync(PhysicalConnection physical, CloseReason reason)
    {
        await Task.Delay(settings.ValidationTimeout, settings.Clock.TimeProvider).ConfigureAwait(false);
        if (physical.MayBeAborted && physical.TryEnd())
        {
            await EndAsync(physical, physical.AbortAsync, reason).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Keeps the permit of a connection while its close hangs: the server may still have the session.
    /// </summary>
    private static async Task GiveBackAfterAsync(Task closing, Permit permit)
    {
        await closing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        permit.Dispose();
    }

    private async Task EndAsync(PhysicalConnection physical, Func<ValueTask> end, CloseReason reason)
    {
        try
        {
            await end().ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            PoolLog.CloseFailed(journal.Logger, settings.Name, reason, exception);
        }
        finally
        {
            physical.EndKept();
        }
    }
}
