using Cenote.Diagnostics;
using Cenote.Leasing;
using Cenote.Providers;
using Microsoft.Extensions.Logging;

namespace Cenote.Connections;

/// <summary>Closes physical connections in the background: the one place where any that joined the pool is closed.</summary>
internal sealed class ConnectionCloser(PoolSettings settings, LeaseDesk desk, ILogger logger)
{
    /// <summary>Closes the connection of a slot in state closing. A driver that hangs is left behind: the slot must go on.</summary>
    internal async Task CloseAsync(Slot slot, CloseReason reason, bool needsOwnThread)
    {
        var physical = slot.Physical!;
        try
        {
            var closing = BackgroundWork.Call(() => physical.CloseAsync().AsTask().Wait(), physical.CloseAsync, needsOwnThread);
            using var timeout = new CancellationTokenSource(settings.ValidationTimeout, settings.Clock.TimeProvider);
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
