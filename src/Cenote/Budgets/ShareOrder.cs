namespace Cenote.Budgets;

/// <summary>
/// The order of the pools that wait: the smallest share beyond the guarantee first, and between equal shares the one
/// that has waited for the longest since its last permit.
/// </summary>
internal sealed class ShareOrder : IComparer<BudgetShare>
{
    public int Compare(BudgetShare? x, BudgetShare? y)
    {
        var byExcess = x!.Excess.CompareTo(y!.Excess);
        return byExcess != 0 ? byExcess : x.Turn.CompareTo(y.Turn);
    }
}
