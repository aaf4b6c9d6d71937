using Cenote;
using Dapper;

namespace WebApi.Orders;

/// <summary>Reads with Dapper: SQL in, records out.</summary>
public sealed class SalesReport([FromKeyedServices("orders")] ConnectionPool pool)
{
    public async Task<IEnumerable<CustomerSales>> ReadAsync(CancellationToken cancellationToken)
    {
        await using var connection = await pool.OpenConnectionAsync(cancellationToken);
        return await connection.QueryAsync<CustomerSales>(new CommandDefinition(
            "SELECT Customer, COUNT(*) AS Orders, SUM(Cents) AS Cents FROM Orders GROUP BY Customer ORDER BY Customer", cancellationToken: cancellationToken));
    }
}
