namespace Cenote.Dashboard.Access;

/// <summary>A rejected request. <see cref="DashboardGuard"/> turns it into the response.</summary>
/// <param name="status">The HTTP status, 4xx or 503.</param>
/// <param name="title">What is rejected, in a few words.</param>
/// <param name="problems">Each problem with its value and fix. No secrets.</param>
internal sealed class Refusal(int status, string title, params IReadOnlyList<string> problems) : Exception(title)
{
    internal int Status => status;

    internal IReadOnlyList<string> Problems => problems;
}
