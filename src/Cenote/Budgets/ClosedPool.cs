namespace Cenote.Budgets;

/// <summary>What a budget keeps of a closed pool some of whose connections are still open.</summary>
internal sealed class ClosedPool(string name) : IBudgetedPool
{
    public string Name => name;

    public void Attend(bool on)
    {
    }

    public IdleConnection? FindLongestIdle(long look) => null;

    public int CountIdle() => 0;

    public int CountWanted() => 0;

    public bool TryReclaim(in IdleConnection idle) => false;

    public void Settle()
    {
    }

    public void RecordFailure(Exception exception)
    {
    }
}
