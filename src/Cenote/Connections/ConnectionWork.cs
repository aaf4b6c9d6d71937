using Cenote.Events;
using Cenote.Leasing;
using Cenote.Providers;

namespace Cenote.Connections;

/// <summary>The work that the lease desk requests, with a real driver.</summary>
internal sealed class ConnectionWork(
    PoolSettings settings, LeaseDesk desk, ConnectionOpener opener, OrderedEvent<CircuitChangedEventArgs> circuitChanged, FailureReports failures, PoolJournal journal)
    : IConnectionWork
{
    private readonly ConnectionValidator _validator = new(settings, desk);

    // Has no state: a pool at rest keeps none.
    private ConnectionCloser Closer => new(settings, desk, journal);

    public void Open(Slot slot, bool needsOwnThread) =>
        BackgroundWork.Start(() => opener.OpenAsync(slot, needsOwnThread), needsOwnThread);

    public void Validate(Slot slot, bool needsOwnThread) =>
        BackgroundWork.Start(() => _validator.ValidateAsync(slot, needsOwnThread), needsOwnThread);

    /// <summary>Validates the connection of a slot for a caller that waits for the outcome.</summary>
    internal Task<bool> ValidateNowAsync(Slot slot) => _validator.ValidateAsync(slot, needsOwnThread: false);

    public void Close(Slot slot, CloseReason reason)
    {
        var needsOwnThread = desk.HasBlockedCallers;
        BackgroundWork.Start(() => Closer.CloseAsync(slot, reason, needsOwnThread), needsOwnThread);
    }

    public void Abandon(Slot slot, CloseReason reason)
    {
        var physical = slot.Physical!;
        if (slot.Permit is { } permit)
        {
            physical.KeepUntilEnded(permit.Keep());
        }

        BackgroundWork.Start(() => Closer.AbortAbandonedAsync(physical, reason), needsOwnThread: false);
        journal.ConnectionClosed(slot.Id, reason);
        desk.Closed(slot, reason);
    }

    public void CloseAbandoned(PhysicalConnection physical, CloseReason reason) =>
        BackgroundWork.Start(() => Closer.CloseAbandonedAsync(physical, reason), needsOwnThread: false);

    public void RecordFailure(Slot slot, CloseReason reason, Exception? exception) => failures.RecordFailure(slot, reason, exception);

    public void NotifyCircuitChanged(CircuitState before, CircuitStatus status) => circuitChanged.Post(new CircuitChangedEventArgs(settings.Name, settings.Clock.UtcNow, before, status));

    /// <summary>
    /// Gives up a lease on whose connection a call of the driver hangs. The slot goes on, and the connection is closed
    /// after that call.
    /// </summary>
    internal void GiveUpLease(in ConnectionLease lease, Task hangingCall)
    {
        if (lease.Slot is not { } slot || !slot.TryChange(lease.Ticket, SlotWord.With(lease.Ticket, SlotState.Closing)))
        {
            return;
        }

        var physical = slot.Physical!;
        RecordFailure(slot, CloseReason.ResetFailed, new TimeoutException($"Closing the holder's open readers and transaction took longer than ValidationTimeout ({settings.ValidationTimeout})."));
        Abandon(slot, CloseReason.ResetFailed);
        _ = CloseAfterAsync();

        async Task CloseAfterAsync()
        {
            await hangingCall.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            CloseAbandoned(physical, CloseReason.ResetFailed);
        }
    }
}
