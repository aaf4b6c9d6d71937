namespace Cenote.Shop.Checking;

/// <summary>Collects problems: counts all, keeps the first few, since a thousand alike tell no more than ten.</summary>
internal sealed class ProblemList
{
    private const int Kept = 10;

    private readonly List<string> _problems = [];

    public long Count { get; private set; }

    public void Add(string problem)
    {
        if (Count++ < Kept)
        {
            _problems.Add(problem);
        }
    }

    public void AddIf(bool wrong, string problem)
    {
        if (wrong)
        {
            Add(problem);
        }
    }

    public CheckFinding ToFinding(string name, string statement, string detail) => new(name, statement, detail, _problems, Count);
}
