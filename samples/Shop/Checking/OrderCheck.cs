using System.Data.Common;
using Cenote.Shop.Clients;

namespace Cenote.Shop.Checking;

/// <summary>
/// Every acknowledged order is there once, as its client was told, and no other is, save those whose commit failed:
/// they may be there, and then whole.
/// </summary>
internal sealed class OrderCheck(ShopLedger ledger, PriceHistory prices)
{
    private readonly ProblemList _problems = new();
    private long _found;
    private long _committedAfterAll;

    /// <summary>Pieces, by product, in orders whose commit failed and that are there after all.</summary>
    public Dictionary<long, long> SoldUnacknowledged { get; } = [];

    public async Task<CheckFinding> RunAsync(DbConnection connection, CancellationToken cancellationToken)
    {
        var receipts = Told(ledger.Orders, acknowledged: true).Concat(Told(ledger.UnknownOrders, acknowledged: false)).ToArray();
        Array.Sort(receipts, (left, right) => left.Receipt.OrderId.CompareTo(right.Receipt.OrderId));
        var next = 0;
        await foreach (var stored in StoredOrders.ReadAsync(connection, ledger.Plan.Size.Orders, cancellationToken))
        {
            while (next < receipts.Length && receipts[next].Receipt.OrderId < stored.OrderId)
            {
                NoteMissing(receipts[next++]);
            }

            if (next < receipts.Length && receipts[next].Receipt.OrderId == stored.OrderId)
            {
                NoteFound(receipts[next++], stored);
            }
            else
            {
                _problems.Add($"Order {stored.OrderId} is in the database, but no client was told that it was placed.");
            }
        }

        while (next < receipts.Length)
        {
            NoteMissing(receipts[next++]);
        }

        var acknowledgedCount = ledger.Orders.LongCount();
        var unknownCount = receipts.LongLength - acknowledgedCount;
        var detail = $"{acknowledgedCount} acknowledged, {_found} of them found";
        if (unknownCount > 0)
        {
            detail += $"; {unknownCount} with a failed commit, {_committedAfterAll} of them in the database and complete";
        }

        return _problems.ToFinding("orders", "every acknowledged order is there once, and no other", detail);
    }

    private static IEnumerable<(OrderReceipt Receipt, bool Acknowledged)> Told(IEnumerable<OrderReceipt> receipts, bool acknowledged) =>
        receipts.Select(receipt => (receipt, acknowledged));

    private void NoteMissing((OrderReceipt Receipt, bool Acknowledged) expected) =>
        _problems.AddIf(expected.Acknowledged, $"Order {expected.Receipt.OrderId} was acknowledged to its client, and is not in the database.");

    private void NoteFound((OrderReceipt Receipt, bool Acknowledged) expected, StoredOrder stored)
    {
        var before = _problems.Count;
        Compare(expected.Receipt, stored);
        if (_problems.Count != before)
        {
            return;
        }

        if (expected.Acknowledged)
        {
            _found++;
            return;
        }

        _committedAfterAll++;
        foreach (var line in stored.Lines)
        {
            SoldUnacknowledged[line.ProductId] = SoldUnacknowledged.GetValueOrDefault(line.ProductId) + line.Quantity;
        }
    }

    private void Compare(in OrderReceipt receipt, StoredOrder stored)
    {
        var order = $"Order {stored.OrderId}";
        _problems.AddIf(stored.CustomerId != receipt.CustomerId, $"{order} belongs to customer {stored.CustomerId}; its client placed it for {receipt.CustomerId}.");
        _problems.AddIf(stored.TotalCents != receipt.TotalCents, $"{order} costs {stored.TotalCents} cents; its client was told {receipt.TotalCents}.");
        _problems.AddIf(
            stored.LineCount != receipt.LineCount || stored.Lines.Count != receipt.LineCount,
            $"{order} has {stored.Lines.Count} lines and states {stored.LineCount}; its client wrote {receipt.LineCount}.");
        _problems.AddIf(stored.LinesCents != receipt.TotalCents, $"{order} has lines worth {stored.LinesCents} cents; its client was told {receipt.TotalCents}.");
        _problems.AddIf(stored.Fingerprint != receipt.Fingerprint, $"{order} has other lines than its client wrote.");
        foreach (var line in stored.Lines)
        {
            if (!prices.Explains(line.ProductId, line.PriceVersion, line.UnitPriceCents))
            {
                _problems.Add($"{order} sells product {line.ProductId} for {line.UnitPriceCents} cents at price version {line.PriceVersion}, a price that no client set.");
            }
        }
    }
}
