using Cenote;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using StackExchange.Redis;

namespace Snippets;

internal static class SharedBudgets
{
    internal static async Task<SharedBudgetStatistics> ShareAsync(string connectionString, string redisAddress)
    {
        #region redis
        await using var redis = await ConnectionMultiplexer.ConnectAsync(redisAddress);
        await using var shared = await SharedConnectionBudget.StartAsync(new SharedBudgetOptions
        {
            Name = "orders",
            MaxConnections = 60,                        // of all instances together
            Instances = 8,                              // at most so many at once
            Database = BudgetDatabase.PostgreSql(NpgsqlFactory.Instance, connectionString),
            Redis = redis,
        });

        await using var pool = new ConnectionPoolBuilder()
            .WithName("orders")
            .UsePostgreSql(shared.AddLabel(connectionString))
            .WithBudget(shared.Budget)
            .WithSize(0, 60)
            .Build();

        await using (var connection = await pool.OpenConnectionAsync())
        {
            await using var command = connection.CreateCommand();
            command.CommandText = "SELECT 1";
            await command.ExecuteScalarAsync();
        }

        Console.WriteLine(shared); // shared budget 'orders', instance 5f0c…: Granted, 3 of 60 connections granted, …
        #endregion
        return shared.GetStatistics();
    }

    internal static async Task<SharedBudgetStatistics> ShareWithoutRedisAsync(string connectionString)
    {
        #region database
        await using var shared = await SharedConnectionBudget.StartAsync(new SharedBudgetOptions
        {
            Name = "orders",
            MaxConnections = 60,
            Instances = 8,
            Database = BudgetDatabase.PostgreSql(NpgsqlFactory.Instance, connectionString),
        });
        #endregion
        return shared.GetStatistics();
    }

    internal static async Task<SharedConnectionBudget> HostAsync(string[] args, Action<WebApplicationBuilder> prepare)
    {
        var builder = WebApplication.CreateBuilder(args);
        prepare(builder);
        #region host
        var connectionString = builder.Configuration.GetConnectionString("orders")!;
        var options = new SharedBudgetOptions { Database = BudgetDatabase.PostgreSql(NpgsqlFactory.Instance, connectionString) };
        builder.Configuration.GetSection("SharedBudget").Bind(options);
        var shared = await SharedConnectionBudget.StartAsync(options);

        builder.Services.AddConnectionBudget(shared.Budget);
        builder.Services.AddConnectionPool("orders", pool => pool.UsePostgreSql(shared.AddLabel(connectionString)));

        var app = builder.Build();
        await app.RunAsync();                           // disposes of the pools at the end
        await shared.DisposeAsync();                    // gives the grant back
        #endregion
        return shared;
    }
}
