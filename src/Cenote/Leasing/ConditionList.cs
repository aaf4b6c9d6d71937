namespace Cenote.Leasing;

/// <summary>The conditions that callers wait for. Guarded by the desk's lock.</summary>
internal sealed class ConditionList
{
    private readonly List<Condition> _conditions = [];

    internal int Count => _conditions.Count;

    internal void Add(Condition condition) => _conditions.Add(condition);

    internal void Remove(Condition condition) => _conditions.Remove(condition);

    internal List<Condition> TakeMet(PoolCounts counts) => Take(condition => condition.IsMet(counts));

    internal List<Condition> TakeFailing() => Take(static condition => condition.FailsWithOpens);

    internal List<Condition> TakeAll() => Take(static _ => true);

    private List<Condition> Take(Predicate<Condition> match)
    {
        var taken = _conditions.FindAll(match);
        _conditions.RemoveAll(match);
        return taken;
    }
}
