namespace Cenote.Leasing;

/// <summary>The conditions that callers wait for. Guarded by the desk's lock.</summary>
internal sealed class ConditionList
{
    private List<Condition>? _conditions;

    internal int Count => _conditions?.Count ?? 0;

    internal bool Has(Attention bit) => _conditions?.Exists(condition => condition.Bit == bit) == true;

    internal void Add(Condition condition) => (_conditions ??= []).Add(condition);

    internal void Remove(Condition condition) => _conditions?.Remove(condition);

    internal List<Condition> TakeMet(PoolCounts counts) => Take(condition => condition.IsMet(counts));

    internal List<Condition> TakeFailing() => Take(static condition => condition.FailsWithOpens);

    internal List<Condition> TakeAll() => Take(static _ => true);

    private List<Condition> Take(Predicate<Condition> match)
    {
        if (_conditions is null)
        {
            return [];
        }

        var taken = _conditions.FindAll(match);
        if (_conditions.RemoveAll(match) > 0 && _conditions.Count == 0)
        {
            _conditions = null;
        }

        return taken;
    }
}
