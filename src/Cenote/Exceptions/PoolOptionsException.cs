namespace Cenote;

/// <summary>
/// The settings of a pool cannot work. Thrown when the pool is constructed, resized or reconfigured, with every problem
/// at once.
/// </summary>
public sealed class PoolOptionsException : PoolException
{
    internal PoolOptionsException(string poolName, IReadOnlyList<string> problems)
        : base(poolName, Describe(poolName, problems), innerException: null)
    {
        Problems = problems;
        HelpLink = Help.Link("settings.md");
    }

    /// <summary>One sentence a problem: the setting, its value, and the remedy.</summary>
    public IReadOnlyList<string> Problems { get; }

    internal static void ThrowIfAny(string poolName, OptionProblems problems)
    {
        if (problems.All.Count > 0)
        {
            throw new PoolOptionsException(poolName, problems.All);
        }
    }

    private static string Describe(string poolName, IReadOnlyList<string> problems) =>
        $"The settings of pool '{poolName}' cannot work: {problems.Count} problem{(problems.Count == 1 ? "" : "s")}.{Environment.NewLine}"
        + string.Join(Environment.NewLine, problems.Select(problem => "- " + problem));
}
