using Microsoft.EntityFrameworkCore;

namespace WebApi.Orders;

/// <summary>Creates the table at the start: after the pool is warm, before Kestrel listens.</summary>
public sealed class OrderSchema(IServiceScopeFactory scopes) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<OrderContext>().Database.EnsureCreatedAsync(cancellationToken);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
