using Cenote;
using Microsoft.Extensions.DependencyInjection;

namespace Snippets;

internal static class ConnectionBudgets
{
    internal static async Task<ConnectionBudgetStatistics> TenantsAsync(string connectionString)
    {
        #region tenants
        var budget = new ConnectionBudget("tenants", maxConnections: 20);
        await using var registry = new PoolRegistry();

        ConnectionPool PoolOf(string tenant) => registry.GetOrAdd(tenant, name => new ConnectionPoolBuilder()
            .WithName(name)
            .UsePostgreSql(connectionString)
            .WithBudget(budget)
            .Build());

        await using (var connection = await PoolOf("tenant 1").OpenConnectionAsync())
        {
            await using var command = connection.CreateCommand();
            command.CommandText = "SELECT 1";
            await command.ExecuteScalarAsync();
        }

        Console.WriteLine(budget); // budget 'tenants': 1 of 20 connections in use by 1 pools, …
        #endregion
        return budget.GetStatistics();
    }

    internal static void AddPools(IServiceCollection services)
    {
        #region services
        services.AddConnectionBudget("server", maxConnections: 40);
        services.AddConnectionPool("orders", (provider, pool) => pool
            .UsePostgreSql()
            .WithBudget(provider.GetRequiredKeyedService<ConnectionBudget>("server"), guaranteedSize: 10));
        services.AddConnectionPool("reports", (provider, pool) => pool
            .UsePostgreSql()
            .WithBudget(provider.GetRequiredKeyedService<ConnectionBudget>("server")));
        #endregion
    }

    internal static async Task<ConnectionBudget> GuaranteeAsync(string connectionString)
    {
        #region guarantee
        var budget = new ConnectionBudget("server", maxConnections: 20);

        await using var orders = new ConnectionPoolBuilder().WithName("orders").UsePostgreSql(connectionString)
            .WithBudget(budget, guaranteedSize: 5).WithSize(0, 20).Build();
        await using var reports = new ConnectionPoolBuilder().WithName("reports").UsePostgreSql(connectionString)
            .WithBudget(budget).WithSize(0, 18).Build();

        budget.Resize(30); // more for both

        foreach (var share in budget.GetShares())
        {
            Console.WriteLine($"{share.PoolName}: {share.Connections}, {share.GuaranteedSize} guaranteed, waits for {share.WantedConnections}");
        }
        #endregion
        return budget;
    }
}
