using System.Data.Common;
using Cenote.Shop.Clients;
using Cenote.Shop.Database;

namespace Cenote.Shop.Checking;

/// <summary>
/// Holds the database to what the clients were told. Reads only, over a connection that no pool has touched.
/// </summary>
internal sealed class ShopCheck(ShopDatabase database, ShopLedger ledger)
{
    /// <exception cref="DatabaseUnreachableException">The database did not answer: nothing can be said.</exception>
    public async Task<IReadOnlyList<CheckFinding>> RunAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenDirectAsync(cancellationToken);
        try
        {
            var prices = new PriceHistory(ledger);
            var orders = new OrderCheck(ledger, prices);
            var orderFinding = await orders.RunAsync(connection, cancellationToken);
            var products = await new ProductCheck(ledger, prices, orders.SoldUnacknowledged).RunAsync(connection, cancellationToken);
            return [orderFinding, .. products, await new SeedCheck(ledger.Plan).RunAsync(connection, cancellationToken)];
        }
        catch (DbException exception)
        {
            throw database.Unreachable("could not be checked", exception);
        }
    }
}
