namespace Cenote.Shop.Checking;

/// <summary>One thing that was checked.</summary>
/// <param name="Name">A stable name for machines.</param>
/// <param name="Statement">What must hold, in words.</param>
/// <param name="Detail">The numbers behind it.</param>
/// <param name="Problems">What does not hold, in words; empty when all is well.</param>
/// <param name="ProblemCount">How many problems there are: <paramref name="Problems"/> names the first few.</param>
internal sealed record CheckFinding(string Name, string Statement, string Detail, IReadOnlyList<string> Problems, long ProblemCount)
{
    public bool Holds => ProblemCount == 0;
}
