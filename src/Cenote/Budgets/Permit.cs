namespace Cenote.Budgets;

/// <summary>
/// The right to one connection of a budget. The slot of the connection owns it, and so does every call of the driver
/// that the slot no longer waits for. The last owner gives it back, once. A permit that nothing has any more was that
/// of a connection that nothing has any more, such as a dedicated one that was not disposed of.
/// </summary>
internal sealed class Permit(BudgetShare share) : IDisposable
{
    private int _owners = 1;
    private int _isReclaimed;
    private int _isOpened;

    /// <summary>Adds an owner: a call of the driver that hangs, on a connection that its slot gives up.</summary>
    /// <returns>This permit, which each owner gives back once.</returns>
    internal Permit Keep()
    {
        Interlocked.Increment(ref _owners);
        if (Interlocked.Exchange(ref _isReclaimed, 0) != 0)
        {
            // Makes no room soon, so another connection is closed instead.
            share.Ledger.CancelReclaim(share);
        }

        return this;
    }

    /// <summary>Gets whether the connection can be closed without the permit coming back.</summary>
    internal bool IsShared => Volatile.Read(ref _owners) > 1;

    /// <summary>
    /// Records that the connection is open, perhaps under the pool's lock. <see cref="PermitLedger.Notify"/> must
    /// follow without it.
    /// </summary>
    internal void Opened()
    {
        if (share.Ledger.IsShared && Interlocked.Exchange(ref _isOpened, 1) == 0)
        {
            share.Ledger.Opened(share);
        }
    }

    /// <summary>Records that the connection is being closed to make room for another pool.</summary>
    internal void BeginReclaim()
    {
        // A full fence: either this sees the other owner, or that one sees the reclaim.
        Interlocked.Exchange(ref _isReclaimed, 1);
        if (IsShared && Interlocked.Exchange(ref _isReclaimed, 0) != 0)
        {
            share.Ledger.CancelReclaim(share);
        }
    }

    /// <summary>
    /// Gives the permit back for one owner, perhaps under the pool's lock. <see cref="PermitLedger.Notify"/> must
    /// follow without it.
    /// </summary>
    internal void GiveBack()
    {
        if (Interlocked.Decrement(ref _owners) == 0)
        {
#pragma warning disable CA1816 // Each owner disposes of it. The last one ends it.
            GC.SuppressFinalize(this);
#pragma warning restore CA1816
            share.Ledger.Return(share, wasReclaimed: Interlocked.Exchange(ref _isReclaimed, 0) != 0, wasOpened: Volatile.Read(ref _isOpened) != 0);
        }
    }

    /// <summary>Gives the permit back for one owner, without a lock.</summary>
#pragma warning disable CA1816 // GiveBack does, for the last owner.
    public void Dispose()
#pragma warning restore CA1816
    {
        GiveBack();
        share.Ledger.Notify();
    }

#pragma warning disable MA0055 // Nothing else shows that a user has forgotten a dedicated connection.
    ~Permit()
#pragma warning restore MA0055
    {
        if (Interlocked.Exchange(ref _owners, 1) > 0)
        {
            // No lock is taken on the thread of all finalizers.
            ThreadPool.UnsafeQueueUserWorkItem(static permit => permit.Dispose(), this, preferLocal: false);
        }
    }
}
