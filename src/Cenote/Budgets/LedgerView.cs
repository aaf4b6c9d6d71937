namespace Cenote.Budgets;

/// <summary>The numbers of a ledger at one moment, valid under its lock only.</summary>
internal readonly record struct LedgerView(
    IReadOnlyCollection<BudgetShare> Shares, IReadOnlyList<BudgetShare> Holders, int Size, int Used, int Guaranteed, int WaitingPools, int Wanted, long Waits, long Reclaimed, int MostUsed);
