using System.Data;
using System.Data.Common;
using Cenote.Shop.Database;

namespace Cenote.Shop.Clients;

/// <summary>
/// Places an order in a transaction, over a <see cref="PooledConnection"/>: reads prices and stock under lock, takes
/// the stock, writes.
/// </summary>
internal sealed class PlaceOrder(ShopConnections connections, ShopSql sql, ShopLedger ledger, ClientLedger own, ErrorTally errors, Random random, TimeProvider clock)
    : IOperation
{
    public OperationKind Kind => OperationKind.PlaceOrder;

    public async Task<OperationOutcome> RunAsync(CancellationToken stopping)
    {
        var draft = OrderDraft.Choose(random, ledger.Plan.Size);
        await using var connection = await connections.OpenForWritingAsync(stopping);

        // On SQLite this is BEGIN IMMEDIATE: the write lock is taken here, so no later statement can fail for want of
        // it.
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.ReadCommitted, CancellationToken.None);
        if (!await ReadPricesAsync(connection, transaction, draft))
        {
            await transaction.RollbackAsync(CancellationToken.None);
            return OperationOutcome.OutOfStock;
        }

        var orderId = ledger.NextOrderId();
        await WriteAsync(connection, transaction, orderId, draft);
        var receipt = new OrderReceipt(orderId, draft.CustomerId, draft.TotalCents, draft.Count, LinesFingerprint.Of(draft.Lines));
        try
        {
            await transaction.CommitAsync(CancellationToken.None);
        }
        catch (Exception exception)
        {
            own.UnknownOrders.Add(receipt);
            errors.Add(exception);
            return OperationOutcome.Unknown;
        }

        own.Orders.Add(receipt);
        ledger.CountSold(draft.Lines);
        return OperationOutcome.Done;
    }

    /// <returns>Whether there is enough of everything.</returns>
    private async Task<bool> ReadPricesAsync(DbConnection connection, DbTransaction transaction, OrderDraft draft)
    {
        await using var command = connection.Command(transaction, sql.SelectProducts(draft.Count));
        for (var index = 0; index < draft.Count; index++)
        {
            command.Bind(Names.Product[index], draft[index].ProductId);
        }

        await using var reader = await command.ExecuteReaderAsync(CancellationToken.None);
        var enough = true;
        for (var index = 0; index < draft.Count; index++)
        {
            if (!await reader.ReadAsync(CancellationToken.None) || reader.GetInt64(0) != draft[index].ProductId)
            {
                own.Contradictions.Add($"Product {draft[index].ProductId} was not found when a client wanted to buy it.");
                return false;
            }

            draft.Price(index, reader.GetInt64(1), reader.GetInt64(2));
            enough &= reader.GetInt64(3) >= draft[index].Quantity;
        }

        return enough;
    }

    private async Task WriteAsync(DbConnection connection, DbTransaction transaction, long orderId, OrderDraft draft)
    {
        await using var takeStock = connection.Command(transaction, sql.TakeStock(draft.Count));
        await using var insertOrder = connection.Command(transaction, sql.InsertOrder);
        await using var insertLines = connection.Command(transaction, sql.InsertLines(draft.Count));
        insertOrder.Bind("@order", orderId);
        insertOrder.Bind("@customer", (long)draft.CustomerId);
        insertOrder.Bind("@total", draft.TotalCents);
        insertOrder.Bind("@lines", (long)draft.Count);
        insertOrder.Bind("@placed", clock.GetUtcNow().ToUnixTimeMilliseconds());
        insertLines.Bind("@order", orderId);
        for (var index = 0; index < draft.Count; index++)
        {
            var line = draft[index];
            takeStock.Bind(Names.Product[index], line.ProductId);
            takeStock.Bind(Names.Quantity[index], line.Quantity);
            insertLines.Bind(Names.LineNumber[index], index + 1L);
            insertLines.Bind(Names.Product[index], line.ProductId);
            insertLines.Bind(Names.Quantity[index], line.Quantity);
            insertLines.Bind(Names.UnitPrice[index], line.UnitPriceCents);
            insertLines.Bind(Names.PriceVersion[index], line.PriceVersion);
        }

        await takeStock.ExecuteNonQueryAsync(CancellationToken.None);
        await insertOrder.ExecuteNonQueryAsync(CancellationToken.None);
        await insertLines.ExecuteNonQueryAsync(CancellationToken.None);
    }

    private static class Names
    {
        public static readonly string[] LineNumber = Make("@n");
        public static readonly string[] Product = Make("@p");
        public static readonly string[] Quantity = Make("@q");
        public static readonly string[] UnitPrice = Make("@u");
        public static readonly string[] PriceVersion = Make("@v");

        private static string[] Make(string prefix) => [.. Enumerable.Range(0, ShopSql.MaxLines).Select(index => prefix + index)];
    }
}
