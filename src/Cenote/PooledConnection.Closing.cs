using Cenote.AdoNet;

namespace Cenote;

// From open to closed, or collected.
public sealed partial class PooledConnection
{
    /// <summary>
    /// Returns the connection to the pool. Open readers are closed and an open transaction is rolled back first. Does
    /// nothing when closed.
    /// </summary>
    /// <remarks>
    /// Never throws exceptions of the driver: a connection that cannot be reset is retired. The driver may take long to
    /// close a reader with many unread rows. <see cref="CloseAsync"/> limits that to the pool's validation timeout.
    /// </remarks>
    public override void Close()
    {
        if (Gate.TryBeginClosing())
        {
            EndWorkAndReturn();
        }
    }

    /// <summary>Returns the connection to the pool, as <see cref="Close"/> does.</summary>
    public override Task CloseAsync()
    {
        var returning = ReturnAsync(Gate.TryBeginClosing());
        return returning.IsCompletedSuccessfully ? Task.CompletedTask : returning.AsTask();
    }

    /// <summary>Returns the connection to the pool, as <see cref="Close"/> does. It cannot be opened again.</summary>
    public override ValueTask DisposeAsync()
    {
        var returning = ReturnAsync(Gate.TryBeginDisposing());
        return returning.IsCompletedSuccessfully ? base.DisposeAsync() : AwaitAndDisposeAsync(returning);

        async ValueTask AwaitAndDisposeAsync(ValueTask pending)
        {
            await pending.ConfigureAwait(false);
            await base.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Returns the connection to the pool, as <see cref="Close"/> does. It cannot be opened again.</summary>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            if (Gate.TryBeginDisposing())
            {
                EndWorkAndReturn();
            }
        }
        else if (Gate.Phase == ConnectionPhase.Open)
        {
            // The finalizer: nothing refers to this object any more, and no call is inside. Objects that it refers to
            // may be finalized already, so the lease is passed on as it is.
            Pool.Engine.Revoker.Abandon(Gate.ClosingLease);
        }

        base.Dispose(disposing);
    }

    /// <summary>
    /// Returns the lease for an object that was created from it, unless the connection has moved on to another lease.
    /// </summary>
    internal void CloseIfHolding(in ConnectionLease lease)
    {
        if (TryGetLease(out var current) && current == lease)
        {
            Close();
        }
    }

    /// <inheritdoc cref="CloseIfHolding"/>
    internal ValueTask CloseIfHoldingAsync(in ConnectionLease lease) =>
        TryGetLease(out var current) && current == lease ? ReturnAsync(Gate.TryBeginClosing()) : ValueTask.CompletedTask;

    /// <summary>
    /// Ends a call that has left the driver. If the connection was closed meanwhile, this call returns the lease.
    /// </summary>
    internal void FinishIfHandedOver()
    {
        if (Gate.TryTakeOver())
        {
            EndWorkAndReturn();
        }
    }

    private bool HasWork => Gate.HasCallsInside || Details is { Work.IsEmpty: false } || CommandStatement.HasKept(Gate.ClosingLease);

    private void EndWorkAndReturn()
    {
        if (HasWork && !LeaseClosing.TryEnd(this))
        {
            return;
        }

        KeepSite();
        Gate.ClosingLease.Dispose();
        FinishClosing();
    }

    private ValueTask ReturnAsync(bool hasBegun)
    {
        if (!hasBegun)
        {
            return ValueTask.CompletedTask;
        }

        if (HasWork)
        {
            return EndWorkAndReturnAsync();
        }

        KeepSite();
        var returning = Gate.ClosingLease.DisposeAsync();
        if (!returning.IsCompletedSuccessfully)
        {
            return AwaitReturnAsync(returning);
        }

        FinishClosing();
        return ValueTask.CompletedTask;
    }

    private async ValueTask EndWorkAndReturnAsync()
    {
        if (await LeaseClosing.TryEndAsync(this).ConfigureAwait(false))
        {
            KeepSite();
            await AwaitReturnAsync(Gate.ClosingLease.DisposeAsync()).ConfigureAwait(false);
        }
    }

    private async ValueTask AwaitReturnAsync(ValueTask returning)
    {
        await returning.ConfigureAwait(false);
        FinishClosing();
    }

    /// <summary>
    /// Takes the caller from the slot, which has it for the time of the lease, if the connection may be opened again.
    /// </summary>
    private void KeepSite()
    {
        if (!_isSiteInSlot || Gate.IsDisposed)
        {
            return;
        }

        _isSiteInSlot = false;
        var lease = Gate.ClosingLease;
        var info = lease.Slot!.GetLeaseInfo(lease.Ticket, Pool.Engine.Settings.Clock) ?? lease.Slot.Endings?.Find(lease.Ticket)?.Lease;
        ConnectionOwner.RequireDetails(ref _owner).Site = info?.CallSite ?? default;
    }

    private void FinishClosing()
    {
        // The finalizer has nothing left to do. Disposing suppresses it by itself.
        if (!Gate.IsDisposed)
        {
            _isFinalizerSuppressed = true;
#pragma warning disable CA1816 // A connection is closed and opened again as often as it is disposed of.
            GC.SuppressFinalize(this);
#pragma warning restore CA1816
        }

        Gate.FinishClosing();
        OnStateChange(ClosedChange);
    }
}
