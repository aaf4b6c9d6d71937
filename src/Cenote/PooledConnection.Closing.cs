using Cenote.AdoNet;

namespace Cenote;

// From open to closed, or collected.
public sealed partial class PooledConnection
{
    /// <summary>Returns the connection to the pool. Open readers are closed and an open transaction is rolled back first. Harmless when closed.</summary>
    /// <remarks>
    /// Never throws for what the driver does: a connection that cannot be left clean is retired. A reader left open with many rows
    /// unread may take the driver long to close; use <see cref="CloseAsync"/>, which gives it the pool's validation timeout.
    /// </remarks>
    public override void Close()
    {
        if (!TryBeginClosing())
        {
            return;
        }

        if (HasWork)
        {
            EndWorkAndReturn();
        }
        else
        {
            _lease.Dispose();
            FinishClosing();
        }
    }

    /// <summary>Returns the connection to the pool, as <see cref="Close"/> does.</summary>
    public override Task CloseAsync()
    {
        var returning = ReturnAsync();
        return returning.IsCompletedSuccessfully ? Task.CompletedTask : returning.AsTask();
    }

    /// <summary>Returns the connection to the pool, as <see cref="Close"/> does; it cannot be opened again.</summary>
    public override ValueTask DisposeAsync()
    {
        MarkDisposed();
        var returning = ReturnAsync();
        return returning.IsCompletedSuccessfully ? base.DisposeAsync() : AwaitAndDisposeAsync(returning);

        async ValueTask AwaitAndDisposeAsync(ValueTask pending)
        {
            await pending.ConfigureAwait(false);
            await base.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Returns the connection to the pool, as <see cref="Close"/> does; it cannot be opened again.</summary>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            MarkDisposed();
            Close();
        }
        else if ((_stamp & ConnectionPhase.Mask) == ConnectionPhase.Open)
        {
            // The finalizer: nobody refers to this object any more, and no call is inside. Whatever it refers to may be
            // finalized already, so the lease is handed over as it is.
            _pool.Engine.Revoker.Abandon(in _lease);
        }

        base.Dispose(disposing);
    }

    /// <summary>Returns the lease on behalf of what was made from it, unless the connection has moved on to another.</summary>
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

    /// <summary>A call has left the driver. If the connection was closed meanwhile, it is this call that returns the lease.</summary>
    internal void FinishIfHandedOver()
    {
        if (Volatile.Read(ref _isHandedOver) && Interlocked.Exchange(ref _isHandedOver, false))
        {
            EndWorkAndReturn();
        }
    }

    private void EndWorkAndReturn()
    {
        while (!TryEndWork())
        {
            if (TryHandOver())
            {
                return;
            }
        }

        _lease.Dispose();
        FinishClosing();
    }

    private ValueTask ReturnAsync()
    {
        if (!TryBeginClosing())
        {
            return ValueTask.CompletedTask;
        }

        if (HasWork)
        {
            return EndWorkAndReturnAsync();
        }

        var returning = _lease.DisposeAsync();
        if (!returning.IsCompletedSuccessfully)
        {
            return AwaitReturnAsync(returning);
        }

        FinishClosing();
        return ValueTask.CompletedTask;
    }

    private async ValueTask EndWorkAndReturnAsync()
    {
        while (!await TryEndWorkAsync().ConfigureAwait(false))
        {
            if (TryHandOver())
            {
                return;
            }
        }

        await AwaitReturnAsync(_lease.DisposeAsync()).ConfigureAwait(false);
    }

    private async ValueTask AwaitReturnAsync(ValueTask returning)
    {
        await returning.ConfigureAwait(false);
        FinishClosing();
    }

    /// <summary>
    /// Together with <see cref="FinishOpening"/> makes sure that a connection disposed of while it is being opened does not keep
    /// its lease. The fence is for that case alone: closing an open connection has its own.
    /// </summary>
    private void MarkDisposed()
    {
        Volatile.Write(ref _isDisposed, true);
        if ((Volatile.Read(ref _stamp) & ConnectionPhase.Mask) != ConnectionPhase.Open)
        {
            Interlocked.MemoryBarrier();
        }
    }

    /// <summary>Only one of several threads that close at once goes on; from here no new call gets in.</summary>
    private bool TryBeginClosing()
    {
        var stamp = Volatile.Read(ref _stamp);
        return (stamp & ConnectionPhase.Mask) == ConnectionPhase.Open
            && Interlocked.CompareExchange(ref _stamp, stamp | ConnectionPhase.Closing, stamp) == stamp;
    }

    private void FinishClosing()
    {
        // Nothing is left for the finalizer to do; disposing tells so by itself.
        if (!_isDisposed)
        {
            _isFinalizerSuppressed = true;
#pragma warning disable CA1816 // Closing and opening again are as much the life of a connection as disposing of it.
            GC.SuppressFinalize(this);
#pragma warning restore CA1816
        }

        Volatile.Write(ref _stamp, (_stamp & ~ConnectionPhase.Mask) + ConnectionPhase.NextLease);
        OnStateChange(ClosedChange);
    }
}
