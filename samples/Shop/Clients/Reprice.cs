using System.Data;
using System.Data.Common;
using Cenote.Shop.Database;

namespace Cenote.Shop.Clients;

/// <summary>
/// Gives a product a new price and its price the next version, in a transaction of the driver's own over a
/// <see cref="ConnectionLease"/>.
/// </summary>
internal sealed class Reprice(ShopConnections connections, ShopSql sql, ShopLedger ledger, ClientLedger own, ErrorTally errors, Random random) : IOperation
{
    public OperationKind Kind => OperationKind.Reprice;

    public async Task<OperationOutcome> RunAsync(CancellationToken stopping)
    {
        var productId = random.NextInt64(1, ledger.Plan.Size.Products + 1L);
        var change = random.Next(90, 111);
        await using var lease = await connections.RentForWritingAsync(stopping);
        await using var transaction = await lease.Connection.BeginTransactionAsync(IsolationLevel.ReadCommitted, CancellationToken.None);
        if (await ReadAsync(lease.Connection, transaction, productId) is not var (price, version))
        {
            own.Contradictions.Add($"Product {productId} was not found when a client wanted to reprice it.");
            return OperationOutcome.Failed;
        }

        var receipt = new RepriceReceipt(productId, version + 1, Math.Clamp(price * change / 100, 50, 100_000));
        await WriteAsync(lease.Connection, transaction, receipt);
        try
        {
            await transaction.CommitAsync(CancellationToken.None);
        }
        catch (Exception exception)
        {
            own.UnknownReprices.Add(receipt);
            errors.Add(exception);
            return OperationOutcome.Unknown;
        }

        own.Reprices.Add(receipt);
        return OperationOutcome.Done;
    }

    private async Task<(long Price, long Version)?> ReadAsync(DbConnection connection, DbTransaction transaction, long productId)
    {
        await using var command = connection.Command(transaction, sql.SelectPrice);
        command.Bind("@product", productId);
        await using var reader = await command.ExecuteReaderAsync(CancellationToken.None);
        return await reader.ReadAsync(CancellationToken.None) ? (reader.GetInt64(0), reader.GetInt64(1)) : null;
    }

    private async Task WriteAsync(DbConnection connection, DbTransaction transaction, RepriceReceipt receipt)
    {
        await using var command = connection.Command(transaction, sql.SetPrice);
        command.Bind("@price", receipt.PriceCents);
        command.Bind("@version", receipt.Version);
        command.Bind("@product", receipt.ProductId);
        await command.ExecuteNonQueryAsync(CancellationToken.None);
    }
}
