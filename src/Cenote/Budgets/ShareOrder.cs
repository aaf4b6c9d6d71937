namespace Cenote.Budgets;

/// <summary>The order of the pools that wait, by their <see cref="BudgetShare.PlaceWith"/>.</summary>
internal sealed class ShareOrder : IComparer<BudgetShare>
{
    public int Compare(BudgetShare? x, BudgetShare? y) => x!.PlaceWith(0).CompareTo(y!.PlaceWith(0));
}
