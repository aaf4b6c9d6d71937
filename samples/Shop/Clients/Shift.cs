namespace Cenote.Shop.Clients;

/// <summary>How long clients work.</summary>
/// <param name="Ends">Ends each client after the operation at hand.</param>
/// <param name="GivesUp">
/// Ends its wait for a connection, too. Between two phases no client gives up: a client that waited long would drop out
/// of the measurement.
/// </param>
/// <param name="Operations">How many operations each client does at most.</param>
internal sealed record Shift(CancellationToken Ends, CancellationToken GivesUp, long Operations = long.MaxValue);
