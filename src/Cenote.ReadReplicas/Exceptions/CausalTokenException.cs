namespace Cenote;

/// <summary>
/// A token cannot be used. <see cref="Problem"/> is the reason. The text of an external token is never quoted.
/// </summary>
public sealed class CausalTokenException : PoolException
{
    internal CausalTokenException(string setName, CausalTokenProblem problem, string message, Exception? innerException = null)
        : base(setName, message, innerException)
    {
        Problem = problem;
        HelpLink = Help.Link("troubleshooting.md", "causal-token");
    }

    /// <summary>Gets why the token cannot be used.</summary>
    public CausalTokenProblem Problem { get; }
}
