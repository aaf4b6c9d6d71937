using Cenote.Shop.Database;

namespace Cenote.Shop.Clients;

/// <summary>What all clients were told. The check holds the database to it.</summary>
internal sealed class ShopLedger
{
    private readonly ClientLedger[] _clients;
    private readonly long[] _sold;
    private long _lastOrderId;

    /// <param name="plan">The shop as it was at the start.</param>
    /// <param name="clients">How many clients write.</param>
    public ShopLedger(ShopPlan plan, int clients)
    {
        Plan = plan;
        _clients = [.. Enumerable.Range(0, clients).Select(_ => new ClientLedger())];
        _sold = new long[plan.Size.Products];
        _lastOrderId = plan.Size.Orders;
    }

    public ShopPlan Plan { get; }

    public IEnumerable<OrderReceipt> Orders => _clients.SelectMany(client => client.Orders);

    public IEnumerable<OrderReceipt> UnknownOrders => _clients.SelectMany(client => client.UnknownOrders);

    public IEnumerable<RepriceReceipt> Reprices => _clients.SelectMany(client => client.Reprices);

    public IEnumerable<RepriceReceipt> UnknownReprices => _clients.SelectMany(client => client.UnknownReprices);

    public IEnumerable<string> Contradictions => _clients.SelectMany(client => client.Contradictions);

    /// <summary>The highest order number given out.</summary>
    public long LastOrderId => Interlocked.Read(ref _lastOrderId);

    public ClientLedger Client(int index) => _clients[index];

    public long NextOrderId() => Interlocked.Increment(ref _lastOrderId);

    /// <summary>Adds an acknowledged order's lines to what was sold.</summary>
    public void CountSold(ReadOnlySpan<OrderLine> lines)
    {
        foreach (ref readonly var line in lines)
        {
            Interlocked.Add(ref _sold[line.ProductId - 1], line.Quantity);
        }
    }

    /// <summary>Pieces of a product in acknowledged orders.</summary>
    public long Sold(long productId) => Interlocked.Read(ref _sold[productId - 1]);
}
