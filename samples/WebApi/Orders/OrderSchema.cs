using System.Data.Common;
using Microsoft.EntityFrameworkCore;

namespace WebApi.Orders;

/// <summary>Creates the table at the start: after the pool is warm, before Kestrel listens.</summary>
public sealed class OrderSchema(IServiceScopeFactory scopes) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var database = scope.ServiceProvider.GetRequiredService<OrderContext>().Database;
        try
        {
            await database.EnsureCreatedAsync(cancellationToken);
        }
        catch (DbException)
        {
            // Another instance that starts at the same moment has created it. Any other failure comes again.
            await database.EnsureCreatedAsync(cancellationToken);
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
