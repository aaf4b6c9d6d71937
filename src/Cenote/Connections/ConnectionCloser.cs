using Cenote.Diagnostics;
using Cenote.Leasing;
using Cenote.Providers;
using Microsoft.Extensions.Logging;

namespace Cenote.Connections;

/// <summary>Closes physical connections in the background: the one place where any that joined the pool is closed.</summary>
internal sealed class ConnectionCloser(PoolSettings settings, LeaseDesk desk, ILogger logger)
{
    /// <summary>A revoked lease is taken because others need its place: they wait no longer than this for a driver that hangs.</summary>
    private static readonly TimeSpan LongestAbort = TimeSpan.FromSeconds(1);

    /// <summary>Closes the connection of a slot in state closing. A driver that hangs is left behind: the slot must go on.</summary>
    internal async Task CloseAsync(Slot slot, CloseReason reason, bool needsOwnThread)
    {
        var physical = slot.Physical!;
        try
        {
            // Of a revoked lease the holder may be inside a call at this moment.
            var isHeld = reason == CloseReason.Revoked;
            Func<ValueTask> close = isHeld ? physical.AbortAsync : physical.CloseAsync;
            var closing = BackgroundWork.Call(() => close().AsTask().Wait(), close, needsOwnThread);
            var longest = isHeld && LongestAbort < settings.ValidationTimeout ? LongestAbort : settings.ValidationTimeout;
            using var timeout = new CancellationTokenSource(longest, settings.Clock.TimeProvider);
            await BackgroundWork.Wait(closing, timeout.Token).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            PoolLog.CloseFailed(logger, settings.Name, reason, exception);
        }

        PoolLog.Closed(logger, settings.Name, slot.Id, reason);
        desk.Closed(slot, reason);
    }

    /// <summary>Closes a connection whose slot went on without it long ago.</summary>
    internal async Task CloseGivenUpAsync(PhysicalConnection physical, CloseReason reason)
    {
        try
        {
            await physical.CloseAsync().ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            PoolLog.CloseFailed(logger, settings.Name, reason, exception);
        }
    }
}
