namespace Cenote.Shop.Clients;

/// <summary>What a client knows of an order whose commit it sent.</summary>
/// <param name="OrderId">The number that the client gave it; no other order has it.</param>
/// <param name="CustomerId">The customer.</param>
/// <param name="TotalCents">The worth of its lines.</param>
/// <param name="LineCount">How many lines it has.</param>
/// <param name="Fingerprint">Stands for the lines.</param>
internal readonly record struct OrderReceipt(long OrderId, int CustomerId, long TotalCents, int LineCount, ulong Fingerprint);
