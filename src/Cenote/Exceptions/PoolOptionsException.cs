namespace Cenote;

/// <summary>
/// The exception for invalid settings, which lists every problem. Thrown when a pool is constructed, resized or
/// reconfigured.
/// </summary>
public sealed class PoolOptionsException : PoolException
{
    internal PoolOptionsException(string poolName, IReadOnlyList<string> problems)
        : base(poolName, Describe(poolName, problems), innerException: null)
    {
        Problems = problems;
        HelpLink = Help.Link("settings.md");
    }

    /// <summary>Gets the problems, one sentence each: the setting, its value, and what to do.</summary>
    public IReadOnlyList<string> Problems { get; }

    internal static void ThrowIfAny(string poolName, OptionProblems problems)
    {
        if (problems.All.Count > 0)
        {
            throw new PoolOptionsException(poolName, problems.All);
        }
    }

    private static string Describe(string poolName, IReadOnlyList<string> problems) =>
        $"The settings of pool '{poolName}' are invalid: {problems.Count} problem{(problems.Count == 1 ? "" : "s")}.{Environment.NewLine}"
        + string.Join(Environment.NewLine, problems.Select(problem => "- " + problem));
}
