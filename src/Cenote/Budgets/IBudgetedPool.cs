namespace Cenote.Budgets;

/// <summary>What a budget asks of a pool.</summary>
internal interface IBudgetedPool
{
    /// <summary>Gets the pool's name.</summary>
    string Name { get; }

    /// <summary>
    /// Sends rents and returns to the settlement of the pool, or lets them take the short path again. Called under the
    /// ledger's lock, and takes none itself. When it is switched on, every connection that becomes idle without being
    /// sent there is visible to <see cref="FindLongestIdle"/>.
    /// </summary>
    void Attend(bool on);

    /// <summary>
    /// Returns the connection that has been idle for the longest. Called under the ledger's lock, and takes none
    /// itself.
    /// </summary>
    /// <param name="look">The number of this look. Between connections that were used in the last second, the one that
    /// an earlier look has seen unchanged has been idle for longer.</param>
    IdleConnection? FindLongestIdle(long look);

    /// <summary>Returns how many connections of the pool are idle. Called under the ledger's lock.</summary>
    int CountIdle();

    /// <summary>Returns how many connections the pool would use now: those in use, and the waiting callers.</summary>
    int CountWanted();

    /// <summary>
    /// Closes an idle connection to make room for another pool, if it is still idle. Throws nothing once it is not.
    /// </summary>
    bool TryReclaim(in IdleConnection idle);

    /// <summary>Brings callers and connections of the pool into agreement, because it has got a permit.</summary>
    void Settle();

    /// <summary>Records what one of the two threw on the thread of another pool.</summary>
    void RecordFailure(Exception exception);
}
