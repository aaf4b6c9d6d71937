namespace Cenote.Shop.Clients;

/// <summary>What a client knows of a new price whose commit it sent.</summary>
/// <param name="ProductId">The product.</param>
/// <param name="Version">The price's version: one more than the version that the client read under lock.</param>
/// <param name="PriceCents">The new price.</param>
internal readonly record struct RepriceReceipt(long ProductId, long Version, long PriceCents);
