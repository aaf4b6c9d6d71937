namespace Cenote.Budgets;

/// <summary>
/// A pool's share of its budget: the permits that it has, and how many more it waits for. Its fields are guarded by the
/// lock of the ledger.
/// </summary>
internal sealed class BudgetShare
{
    private bool _isWaiting;
    private int _granted;

    internal BudgetShare(PermitLedger ledger, IBudgetedPool pool, int guaranteed)
    {
        Ledger = ledger;
        Pool = pool;
        Guaranteed = guaranteed;
    }

    internal PermitLedger Ledger { get; }

    internal IBudgetedPool Pool { get; set; }

    /// <summary>Gets or sets the number of permits that are reserved for the pool while it does not use them.</summary>
    internal int Guaranteed { get; set; }

    /// <summary>
    /// Gets or sets the number of permits that the pool has: of connections, of opens, and those it was
    /// <see cref="Granted"/>.
    /// </summary>
    internal int Held { get; set; }

    /// <summary>
    /// Gets or sets the number of permits that are the pool's, for which no open has begun yet. Read without the lock,
    /// as <see cref="IsWaiting"/> is.
    /// </summary>
    internal int Granted
    {
        get => Volatile.Read(ref _granted);
        set => Volatile.Write(ref _granted, value);
    }

    /// <summary>Gets or sets how often the pool has begun to wait.</summary>
    internal long Waits { get; set; }

    /// <summary>Gets or sets the number of connections that are being closed to make room for other pools.</summary>
    internal int Reclaiming { get; set; }

    /// <summary>Gets or sets the number of opens that the pool waits for.</summary>
    internal int Wanted { get; set; }

    /// <summary>Gets the opens outside the slots that wait for a permit, in their order.</summary>
    internal LinkedList<TaskCompletionSource<Permit>> Outside { get; } = [];

    /// <summary>Gets or sets the place among the pools that wait with equal shares: the lowest is next.</summary>
    internal long Turn { get; set; }

    /// <summary>
    /// Gets or sets whether the pool has waited for its first connection and left without one. It comes back to its
    /// place then: otherwise a pool whose callers time out within a round of turns might never be served.
    /// </summary>
    internal bool KeepsTurn { get; set; }

    /// <summary>Gets or sets when the pool's turn began, on its own clock.</summary>
    internal TimeSpan TurnSince { get; set; }

    /// <summary>Gets or sets whether returns and rents of the pool go to its settlement.</summary>
    internal bool IsAttentive { get; set; }

    /// <summary>Gets or sets whether the pool is to settle, because it got a permit.</summary>
    internal bool IsDue { get; set; }

    /// <summary>Gets or sets whether the pool is closed. Its share ends with its last permit.</summary>
    internal bool HasLeft { get; set; }

    /// <summary>Gets all permits that the pool waits for.</summary>
    internal int AllWanted => Wanted + Outside.Count;

    /// <summary>Gets the permits beyond the guaranteed ones, or -1 if some of those are not used.</summary>
    internal int Excess => Math.Max(-1, Held - Guaranteed);

    /// <summary>
    /// Gets the place among the pools that wait: the smallest <see cref="Excess"/> first. Of equal ones, pools without
    /// any connection come first, and then the one that has waited for the longest since its last permit.
    /// </summary>
    /// <param name="more">Permits that the pool will have got by then: it is the last of its equals.</param>
    internal (int Excess, bool HasSome, long Turn) PlaceWith(int more) =>
        (Math.Max(-1, Held + more - Guaranteed), Held + more > 0, more == 0 ? Turn : long.MaxValue);

    /// <summary>Gets the guaranteed permits that the pool does not use.</summary>
    internal int Reserved => Math.Max(0, Guaranteed - Held);

    /// <summary>
    /// Gets the permits that the pool does not have and that are to be there for it. What it waits for within its
    /// guarantee counts once.
    /// </summary>
    internal int Claimed => Math.Max(Reserved, AllWanted);

    /// <summary>Gets whether the pool may have to give a connection to another one.</summary>
    internal bool MayYield => Held - Reclaiming > Guaranteed;

    /// <summary>Gets or sets the place among the pools with permits; -1 for none.</summary>
    internal int Place { get; set; } = -1;

    /// <summary>
    /// Gets or sets whether the pool is in the queue of pools. Read without the lock, as a hint for the pool's own
    /// threads.
    /// </summary>
    internal bool IsWaiting
    {
        get => Volatile.Read(ref _isWaiting);
        set => Volatile.Write(ref _isWaiting, value);
    }
}
