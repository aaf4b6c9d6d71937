using Cenote.Diagnostics;
using Cenote.Leasing;
using Microsoft.Extensions.Logging;

namespace Cenote.Connections;

/// <summary>Closes physical connections in the background: the one place where any that joined the pool is closed.</summary>
internal sealed class ConnectionCloser(PoolSettings settings, LeaseDesk desk, ILogger logger)
{
    /// <summary>Closes the connection of a slot in state closing. A driver that hangs is left behind: the slot must go on.</summary>
    internal async Task CloseAsync(Slot slot, CloseReason reason)
    {
        var physical = slot.Physical!;
        try
        {
            var closing = Task.Run(async () => await physical.CloseAsync().ConfigureAwait(false));
            await closing.WaitAsync(settings.ValidationTimeout, settings.Clock.TimeProvider).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            PoolLog.CloseFailed(logger, settings.Name, reason, exception);
        }

        PoolLog.Closed(logger, settings.Name, slot.Id, reason);
        desk.Closed(slot, reason);
    }
}
