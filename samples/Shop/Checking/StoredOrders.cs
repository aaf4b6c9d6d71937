using System.Data.Common;
using System.Runtime.CompilerServices;
using Cenote.Shop.Database;

namespace Cenote.Shop.Checking;

/// <summary>
/// Reads the orders placed in the run from the database, one at a time, in the order of their numbers.
/// </summary>
internal static class StoredOrders
{
    private const string Sql =
        $"""
        SELECT o.order_id, o.customer_id, o.total_cents, o.line_count, l.product_id, l.quantity, l.unit_price_cents, l.price_version
        FROM {ShopSchema.Prefix}orders o LEFT JOIN {ShopSchema.Prefix}order_lines l ON l.order_id = o.order_id
        WHERE o.order_id > @seeded
        ORDER BY o.order_id, l.line_no
        """;

    public static async IAsyncEnumerable<StoredOrder> ReadAsync(
        DbConnection connection, long lastSeededOrder, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var command = connection.Command(transaction: null, Sql);
        command.CommandTimeout = 0; // Millions of orders take their time.
        command.Bind("@seeded", lastSeededOrder);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        StoredOrder? order = null;
        while (await reader.ReadAsync(cancellationToken))
        {
            var id = reader.GetInt64(0);
            if (order?.OrderId != id)
            {
                if (order is not null)
                {
                    yield return order;
                }

                order = new StoredOrder(id, reader.GetInt64(1), reader.GetInt64(2), reader.GetInt64(3));
            }

            if (!await reader.IsDBNullAsync(4, cancellationToken))
            {
                order.Add(new OrderLine(reader.GetInt64(4), reader.GetInt64(5), reader.GetInt64(6), reader.GetInt64(7)));
            }
        }

        if (order is not null)
        {
            yield return order;
        }
    }
}
