using System.Data.Common;
using Cenote;
using Microsoft.EntityFrameworkCore;

namespace WebApi.Orders;

/// <summary>Creates the table at the start: after the pool is warm, before Kestrel listens.</summary>
public sealed class OrderSchema(IServiceScopeFactory scopes) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var database = scope.ServiceProvider.GetRequiredService<OrderContext>().Database;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await database.EnsureCreatedAsync(cancellationToken);
                return;
            }
            catch (DbException exception) when (exception is not PoolException && attempt < 3)
            {
                // Another instance that starts at the same moment may have created the database, or the table.
            }
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
