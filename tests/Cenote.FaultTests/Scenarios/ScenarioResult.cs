using Cenote.FaultTests.Clients;

namespace Cenote.FaultTests.Scenarios;

/// <summary>What one scenario came to.</summary>
/// <param name="Scenario">Its name.</param>
/// <param name="Database">Where.</param>
/// <param name="Pool">Whose pool.</param>
/// <param name="Clients">What the clients met with.</param>
/// <param name="Doubled">How often something was held by two at once.</param>
/// <param name="Lost">Connections that the pool could not account for at rest.</param>
/// <param name="Problems">Every broken promise in a sentence.</param>
internal sealed record ScenarioResult(
    string Scenario, string Database, string Pool, LedgerSummary Clients, int Doubled, int Lost, IReadOnlyList<string> Problems)
{
    /// <summary>Whether the pool tells how many connections it opened and closed.</summary>
    internal bool HasCounts => string.Equals(Pool, "Cenote", StringComparison.Ordinal);

    public override string ToString() =>
        $"{Scenario} ({Database}, {Pool}): {Clients.Served} served, errors {string.Join(", ", Clients.Errors.Select(static e => $"{e.Key} {e.Value}"))}; "
        + $"beyond {Clients.LongestBeyond.TotalMilliseconds:F0} ms, recovery {Clients.Recovery?.TotalMilliseconds:F0} ms, doubled {Doubled}, lost {Lost}"
        + string.Concat(Problems.Select(static problem => Environment.NewLine + "  - " + problem));
}
