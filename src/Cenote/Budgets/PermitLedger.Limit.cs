namespace Cenote.Budgets;

// The limit that other instances set, where a budget is shared with them.
internal sealed partial class PermitLedger
{
    private int _opened;

    /// <summary>
    /// Gets how many permits may be guaranteed. The size changes all the time where other instances set the limit.
    /// </summary>
    internal int Guaranteeable => limit?.Guaranteeable ?? Size;

    /// <summary>Gets whether other instances set the limit.</summary>
    internal bool IsShared => limit is not null;

    /// <summary>
    /// Applies a limit of other instances, which may be less than is guaranteed while this instance has no grant.
    /// </summary>
    /// <returns>The most permits that the pools may have from now on, until the next call.</returns>
    internal int Apply(int size)
    {
        int most;
        lock (_gate)
        {
            SetSize(size);
            most = Math.Max(_size, _used);
        }

        Notify();
        return most;
    }

    /// <summary>Records that the connection of a permit is open, so that the server counts it.</summary>
    internal void Opened(BudgetShare share)
    {
        lock (_gate)
        {
            _opened++;
            GrantAll();
            Update(share);
        }
    }

    private bool IsAllowed => limit is null || (_used < limit.Read() && _used - _opened < limit.MaxOpening);
}
