namespace Cenote.Cli.Checking;

/// <summary>One kind of state that a holder may leave in its session.</summary>
/// <param name="Name">The kind, such as <c>temporary table</c>.</param>
/// <param name="Leave">Statements that leave it. They change nothing outside the session.</param>
/// <param name="Look">A query for one value, which differs from a fresh session's where the state was left.</param>
internal sealed record Leftover(string Name, string Leave, string Look);
