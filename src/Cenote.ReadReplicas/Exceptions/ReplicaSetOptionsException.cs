namespace Cenote;

/// <summary>The settings of a set are invalid. Thrown by its constructor with every problem.</summary>
public sealed class ReplicaSetOptionsException : PoolException
{
    internal ReplicaSetOptionsException(string setName, IReadOnlyList<string> problems)
        : base(
            setName,
            $"The settings of set '{setName}' cannot work: {problems.Count} problem{(problems.Count == 1 ? "" : "s")}.{Environment.NewLine}"
            + string.Join(Environment.NewLine, problems.Select(problem => "- " + problem)),
            innerException: null)
    {
        Problems = problems;
        HelpLink = Help.Link("replicas.md", "settings");
    }

    /// <summary>Gets one sentence per problem: the setting, its value and the fix.</summary>
    public IReadOnlyList<string> Problems { get; }
}
