using Cenote.Shop.Database;

namespace Cenote.Shop.Clients;

/// <summary>
/// Reads orders page by page, newest first, over a <see cref="ConnectionLease"/>; each order must be whole whenever it
/// is seen.
/// </summary>
internal sealed class ReadPage(ShopConnections connections, ShopSql sql, ShopLedger ledger, ClientLedger own, Random random) : IOperation
{
    private const int PagesPerVisit = 5;

    private long _before;
    private int _pagesLeft;

    public OperationKind Kind => OperationKind.ReadPage;

    public async Task<OperationOutcome> RunAsync(CancellationToken stopping)
    {
        if (_pagesLeft == 0)
        {
            // Half of the visits start at the newest order, where writers are at work.
            _before = random.Next(2) == 0 ? long.MaxValue : random.NextInt64(1, ledger.LastOrderId + 1);
            _pagesLeft = PagesPerVisit;
        }

        await using var lease = await connections.RentForReadingAsync(stopping);
        await using var command = lease.Connection.Command(transaction: null, sql.ReadPage);
        command.Bind("@before", _before);
        await using var reader = await command.ExecuteReaderAsync(CancellationToken.None);
        var order = default(OrderSeen);
        var last = long.MaxValue;
        while (await reader.ReadAsync(CancellationToken.None))
        {
            var id = reader.GetInt64(0);
            if (id != order.OrderId)
            {
                Evaluate(order);
                order = new OrderSeen(id, reader.GetInt64(1), reader.GetInt64(2));
                last = id;
            }

            if (!await reader.IsDBNullAsync(4, CancellationToken.None))
            {
                order.AddLine(reader.GetInt64(4) * reader.GetInt64(5));
            }
        }

        Evaluate(order);
        _before = last;
        _pagesLeft = last == long.MaxValue ? 0 : _pagesLeft - 1;
        return OperationOutcome.Done;
    }

    private void Evaluate(in OrderSeen order)
    {
        if (!order.IsWhole)
        {
            own.Contradictions.Add($"Half an order was read: {order}.");
        }
    }
}
