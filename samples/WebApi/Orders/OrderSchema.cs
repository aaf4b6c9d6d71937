using Cenote;
using Dapper;

namespace WebApi.Orders;

/// <summary>Creates the table at the start: after the pool is warm, before Kestrel listens.</summary>
public sealed class OrderSchema([FromKeyedServices("orders")] ConnectionPool pool) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await using var connection = await pool.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync("""
            CREATE TABLE IF NOT EXISTS Orders (
                Id INTEGER PRIMARY KEY AUTOINCREMENT,
                Customer TEXT NOT NULL,
                Cents INTEGER NOT NULL,
                IsShipped INTEGER NOT NULL DEFAULT 0)
            """);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
