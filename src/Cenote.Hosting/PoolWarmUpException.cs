namespace Cenote;

/// <summary>
/// Connection pools were not ready, and the host is configured not to start without them. Lists each with its reason.
/// </summary>
public sealed class PoolWarmUpException : Exception
{
    internal PoolWarmUpException(IReadOnlyList<PoolWarmUpFailure> failures, int pools)
        : base(Describe(failures, pools), failures.Select(static failure => failure.Exception).OfType<Exception>().FirstOrDefault())
    {
        Failures = failures;
        HelpLink = Help.Link("troubleshooting.md", "warm-up");
    }

    /// <summary>Gets the pools that were not ready, ordered by name.</summary>
    public IReadOnlyList<PoolWarmUpFailure> Failures { get; }

    private static string Describe(IReadOnlyList<PoolWarmUpFailure> failures, int pools) =>
        FormattableString.Invariant($"The host does not start: {failures.Count} of {pools} connection pools {(failures.Count == 1 ? "is" : "are")} not ready.{Environment.NewLine}")
        + string.Join(Environment.NewLine, failures.Select(static failure => $"- '{failure.PoolName}': {failure.Description}"));
}
