namespace Cenote.Budgets;

// The pools that share the permits, and how many are guaranteed to each.
internal sealed partial class PermitLedger
{
    /// <summary>Adds a pool.</summary>
    /// <returns><see langword="null"/> when its guaranteed permits do not fit.</returns>
    internal BudgetShare? TryJoin(IBudgetedPool pool, int guaranteed)
    {
        BudgetShare share;
        lock (_gate)
        {
            if (guaranteed > Guaranteeable - _guaranteed)
            {
                return null;
            }

            share = new BudgetShare(this, pool, guaranteed);
            _shares.Add(share);
            _guaranteed += guaranteed;
            _reserved += guaranteed;
            _claimed += guaranteed;
            _mustLook = true;
            Update(share);
        }

        Notify();
        return share;
    }

    /// <summary>Changes the number of permits that are guaranteed to a pool.</summary>
    /// <returns><see langword="false"/> when they do not fit.</returns>
    internal bool TryGuarantee(BudgetShare share, int guaranteed)
    {
        lock (_gate)
        {
            if (share.HasLeft)
            {
                return true;
            }

            if (guaranteed - share.Guaranteed > Guaranteeable - _guaranteed)
            {
                return false;
            }

            SetGuaranteed(share, guaranteed);
        }

        Notify();
        return true;
    }

    /// <summary>
    /// Removes a closed pool, which takes no more permits for its slots. Its connections keep theirs until they are
    /// closed, but not the pool: a lease that is never returned must not keep that in memory.
    /// </summary>
    internal void Leave(BudgetShare share)
    {
        lock (_gate)
        {
            share.HasLeft = true;
            GiveUpDemand(share);
            SetGuaranteed(share, 0);
            share.Pool.Attend(on: false);
            share.Pool = new ClosedPool(share.Pool.Name);
        }

        Notify();
    }

    /// <summary>
    /// Changes the number of permits. Where more are in use, the pools give connections up as they are returned.
    /// </summary>
    /// <returns><see langword="false"/> when more are guaranteed.</returns>
    internal bool TryResize(int size)
    {
        lock (_gate)
        {
            if (size < _guaranteed)
            {
                return false;
            }

            SetSize(size);
        }

        Notify();
        return true;
    }

    private void SetSize(int size)
    {
        _size = size;
        _mustLook = true;
        GrantAll();
        UpdateContention();
    }

    private void SetGuaranteed(BudgetShare share, int guaranteed)
    {
        _guaranteed += guaranteed - share.Guaranteed;
        Change(share, guaranteed: guaranteed - share.Guaranteed);
        _mustLook = true;
        GrantAll();
        Update(share);
    }
}
