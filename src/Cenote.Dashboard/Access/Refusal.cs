namespace Cenote.Dashboard.Access;

/// <summary>A request that is refused: thrown by whoever finds out, answered by <see cref="DashboardGuard"/>.</summary>
/// <param name="status">The HTTP status, 4xx or 503.</param>
/// <param name="title">What is refused, in a few words.</param>
/// <param name="problems">Each problem: the value, and the remedy. Nothing of it is a secret.</param>
internal sealed class Refusal(int status, string title, params IReadOnlyList<string> problems) : Exception(title)
{
    internal int Status => status;

    internal IReadOnlyList<string> Problems => problems;
}
