namespace Cenote.Cli.Clients;

/// <summary>How long clients work.</summary>
/// <param name="Ends">Ends each client after the operation at hand.</param>
/// <param name="GivesUp">
/// Ends its wait for a connection, too. Between two phases nobody gives up: whoever waited long would drop out of what is measured.
/// </param>
/// <param name="Operations">How many operations each client does at most.</param>
internal sealed record Shift(CancellationToken Ends, CancellationToken GivesUp, long Operations = long.MaxValue);
