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
        if (_gate.TryBeginClosing())
        {
            EndWorkAndReturn();
        }
    }

    /// <summary>Returns the connection to the pool, as <see cref="Close"/> does.</summary>
    public override Task CloseAsync()
    {
        var returning = ReturnAsync();
        return returning.IsCompletedSuccessfully ? Task.CompletedTask : returning.AsTask();
    }

    /// <summary>Returns the connection to the pool, as <see cref="Close"/> does. It cannot be opened again.</summary>
    public override ValueTask DisposeAsync()
    {
        _gate.MarkDisposed();
        var returning = ReturnAsync();
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
            _gate.MarkDisposed();
            Close();
        }
        else if (_gate.Phase == ConnectionPhase.Open)
        {
            // The finalizer: nothing refers to this object any more, and no call is inside. Objects that it refers to
            // may be finalized already, so the lease is passed on as it is.
            _pool.Engine.Revoker.Abandon(_gate.ClosingLease);
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
        TryGetLease(out var current) && current == lease ? ReturnAsync() : ValueTask.CompletedTask;

    /// <summary>
    /// Ends a call that has left the driver. If the connection was closed meanwhile, this call returns the lease.
    /// </summary>
    internal void FinishIfHandedOver()
    {
        if (_gate.TakeOverIfHandedOver())
        {
            EndWorkAndReturn();
        }
    }

    private bool HasWork => _gate.HasCallsInside || !_work.IsEmpty;

    private void EndWorkAndReturn()
    {
        if (HasWork && !LeaseClosing.TryEnd(this))
        {
            return;
        }

        _gate.ClosingLease.Dispose();
        FinishClosing();
    }

    private ValueTask ReturnAsync()
    {
        if (!_gate.TryBeginClosing())
        {
            return ValueTask.CompletedTask;
        }

        if (HasWork)
        {
            return EndWorkAndReturnAsync();
        }

        var returning = _gate.ClosingLease.DisposeAsync();
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
            await AwaitReturnAsync(_gate.ClosingLease.DisposeAsync()).ConfigureAwait(false);
        }
    }

    private async ValueTask AwaitReturnAsync(ValueTask returning)
    {
        await returning.ConfigureAwait(false);
        FinishClosing();
    }

    private void FinishClosing()
    {
        // The finalizer has nothing left to do. Disposing suppresses it by itself.
        if (!_gate.IsDisposed)
        {
            _isFinalizerSuppressed = true;
#pragma warning disable CA1816 // A connection is closed and opened again as often as it is disposed of.
            GC.SuppressFinalize(this);
#pragma warning restore CA1816
        }

        _gate.FinishClosing();
        OnStateChange(ClosedChange);
    }
}
