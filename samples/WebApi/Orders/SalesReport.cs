using System.Data.Common;
using Dapper;

namespace WebApi.Orders;

/// <summary>Reads with Dapper: SQL in, records out.</summary>
public sealed class SalesReport([FromKeyedServices("reports")] DbDataSource orders)
{
    public async Task<IEnumerable<CustomerSales>> ReadAsync(CancellationToken cancellationToken)
    {
        await using var connection = await orders.OpenConnectionAsync(cancellationToken);
        return await connection.QueryAsync<CustomerSales>(new CommandDefinition(
            """
            SELECT "Customer", COUNT(*) AS "Orders", CAST(SUM("Cents") AS BIGINT) AS "Cents"
            FROM "Orders" GROUP BY "Customer" ORDER BY "Customer"
            """,
            cancellationToken: cancellationToken));
    }
}
