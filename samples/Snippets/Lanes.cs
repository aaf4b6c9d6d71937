using Cenote;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Snippets;

internal static class Lanes
{
    #region configure
    internal static ConnectionPool Configure(string connectionString) => new ConnectionPoolBuilder()
        .UsePostgreSql(connectionString)
        .WithSize(minSize: 4, maxSize: 10)
        .WithLane("interactive", lane => (lane.Weight, lane.Reserve) = (4, 2)) // the first: of callers that choose none
        .WithLane("batch", lane => (lane.MaxSize, lane.MaxWaiters) = (6, 1_000))
        .Build();
    #endregion

    #region call
    private static readonly Lane s_batch = new("batch");

    internal static async Task<long> CountAsync(ConnectionPool pool)
    {
        await using var connection = await pool.OpenConnectionAsync(s_batch);
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT count(*) FROM orders";
        return (long)(await command.ExecuteScalarAsync())!;
    }
    #endregion

    #region scope
    internal static async Task RunNightlyAsync(Func<Task> work)
    {
        using (s_batch.BeginScope())
        {
            await work(); // every connection that it opens, also through EF Core or Dapper
        }
    }
    #endregion

    #region endpoints
    internal static void UseLaneOf(WebApplication app, string path, Lane lane) => app.UseWhen(
        context => context.Request.Path.StartsWithSegments(path, StringComparison.Ordinal),
        branch => branch.Use(async (HttpContext context, RequestDelegate next) =>
        {
            using (lane.BeginScope())
            {
                await next(context);
            }
        }));
    #endregion

    internal static void AddHealth(WebApplicationBuilder builder)
    {
        #region health
        builder.Services.AddConnectionPool("orders", pool => pool
            .UsePostgreSql()
            .WithLane("interactive")
            .WithLane("health", lane => lane.Reserve = 1));
        builder.Services.AddHealthChecks()
            .AddConnectionPools()
            .AddCheck<OrdersCheck>("orders_query");
        #endregion
    }

    internal static string Describe(ConnectionPool pool)
    {
        #region read
        var lines = pool.GetStatistics().Lanes.Select(lane =>
            $"{lane.Name}: {lane.InUse} in use, {lane.Waiting} waiting, {lane.Rents} rents, p99 {lane.WaitTime.P99}");
        return string.Join("\n", lines);
        #endregion
    }

    internal sealed class OrdersCheck([FromKeyedServices("orders")] ConnectionPool pool) : IHealthCheck
    {
        public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
        {
            await using var connection = await pool.OpenConnectionAsync(cancellationToken);
            await using var command = connection.CreateCommand();
            command.CommandText = "SELECT 1";
            await command.ExecuteScalarAsync(cancellationToken);
            return HealthCheckResult.Healthy();
        }
    }
}
