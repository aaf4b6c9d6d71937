using Cenote.Shop.Clients;

namespace Cenote.Shop.Checking;

/// <summary>
/// Every price that a product may have had, by version: the plan's, the acknowledged ones, and those whose commit
/// failed.
/// </summary>
internal sealed class PriceHistory
{
    private readonly ShopLedger _ledger;
    private readonly Dictionary<(long ProductId, long Version), long> _acknowledged = [];
    private readonly ILookup<(long ProductId, long Version), long> _unknown;

    public PriceHistory(ShopLedger ledger)
    {
        _ledger = ledger;
        foreach (var receipt in ledger.Reprices)
        {
            AcknowledgedCount++;
            if (!_acknowledged.TryAdd((receipt.ProductId, receipt.Version), receipt.PriceCents))
            {
                Doubles.Add(receipt);
            }
        }

        _unknown = ledger.UnknownReprices.ToLookup(receipt => (receipt.ProductId, receipt.Version), receipt => receipt.PriceCents);
    }

    public long AcknowledgedCount { get; private set; }

    /// <summary>Versions that two clients were each told they had set: one of the two is lost.</summary>
    public List<RepriceReceipt> Doubles { get; } = [];

    public ILookup<long, long> AcknowledgedVersions => _acknowledged.Keys.ToLookup(key => key.ProductId, key => key.Version);

    /// <summary>Whether the product can have had this price at this version.</summary>
    public bool Explains(long productId, long version, long priceCents)
    {
        if (version == 0)
        {
            return priceCents == _ledger.Plan.Price(productId);
        }

        return _acknowledged.TryGetValue((productId, version), out var acknowledged)
            ? acknowledged == priceCents
            : _unknown[(productId, version)].Contains(priceCents);
    }

    /// <summary>Whether anyone can have set this version.</summary>
    public bool Knows(long productId, long version) =>
        version == 0 || _acknowledged.ContainsKey((productId, version)) || _unknown.Contains((productId, version));
}
