using Cenote.Events;
using Cenote.Leasing;
using Cenote.Providers;

namespace Cenote.Connections;

/// <summary>
/// Closes physical connections in the background: the one place where any that joined the pool is closed.
/// </summary>
internal sealed class ConnectionCloser(PoolSettings settings, LeaseDesk desk, PoolJournal journal)
{
    /// <summary>
    /// A revoked lease is taken because others need its place: they wait no longer than this for a driver that hangs.
    /// </summary>
    private static readonly TimeSpan LongestAbort = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Closes the connection of a slot in state closing. A driver that hangs is left behind: the slot must go on.
    /// </summary>
    internal async Task CloseAsync(Slot slot, CloseReason reason, bool needsOwnThread)
    {
        var physical = slot.Physical!;
        var closing = Task.CompletedTask;
        try
        {
            // Of a lease that was taken back the holder may be inside a call at this moment.
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

            // What is left behind may still fail, and nobody waits for it.
            _ = closing.ContinueWith(
                static left => _ = left.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }

        journal.ConnectionClosed(slot.Id, reason);
        desk.Closed(slot, reason);
    }

    /// <summary>Closes a connection whose slot went on without it long ago, unless it was aborted meanwhile.</summary>
    internal async Task CloseAbandonedAsync(PhysicalConnection physical, CloseReason reason)
    {
        if (physical.TryEnd())
        {
            await EndAsync(physical.CloseAsync, reason).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Ends a connection on which a call of the driver still hangs as long again after it was given up. Some calls heed
    /// neither a token nor a time limit: where the network swallows everything, they would keep their session for ever.
    /// </summary>
    internal async Task AbortAbandonedAsync(PhysicalConnection physical, CloseReason reason)
    {
        await Task.Delay(settings.ValidationTimeout, settings.Clock.TimeProvider).ConfigureAwait(false);
        if (physical.MayBeAborted && physical.TryEnd())
        {
            await EndAsync(physical.AbortAsync, reason).ConfigureAwait(false);
        }
    }

    private async Task EndAsync(Func<ValueTask> end, CloseReason reason)
    {
        try
        {
            await end().ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            PoolLog.CloseFailed(journal.Logger, settings.Name, reason, exception);
        }
    }
}
