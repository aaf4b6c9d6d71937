using System.Text.Json;
using Cenote;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

namespace Snippets;

internal static class Hosting
{
    internal static void Usage(string[] args)
    {
        #region usage
        var builder = WebApplication.CreateBuilder(args);
        builder.Services.AddConnectionPool("orders", pool => pool.UsePostgreSql());
        builder.Services.AddConnectionPoolHosting();
        builder.Services.AddHealthChecks().AddConnectionPools();

        var app = builder.Build();
        app.MapHealthChecks("/healthz/live", new HealthCheckOptions { Predicate = check => check.Tags.Contains("live") });
        app.MapHealthChecks("/healthz/ready", new HealthCheckOptions { Predicate = check => check.Tags.Contains("ready") });
        app.Run();
        #endregion
    }

    internal static void Settings(WebApplicationBuilder builder)
    {
        #region settings
        builder.Services.AddConnectionPoolHosting(options =>
        {
            options.DatabaseUnavailableBehavior = DatabaseUnavailableBehavior.FailFast;
            options.WarmUpTargets["orders"] = 8;
        });
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.FromSeconds(20));
        #endregion

        #region checks
        builder.Services.AddHealthChecks()
            .AddConnectionPool("orders", configure: options => options.DegradedUtilizationThreshold = 0.9)
            .AddConnectionPool("reports", failureStatus: HealthStatus.Degraded); // the application can do without it
        #endregion
    }

    #region writer
    private static Task WriteDetails(HttpContext context, HealthReport report)
    {
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(JsonSerializer.Serialize(new
        {
            status = report.Status.ToString(),
            checks = report.Entries.ToDictionary(entry => entry.Key, entry => new
            {
                status = entry.Value.Status.ToString(),
                description = entry.Value.Description,
                data = entry.Value.Data,
            }),
        }));
    }
    #endregion

    internal static void Map(WebApplication app) => app.MapHealthChecks("/x", new HealthCheckOptions { ResponseWriter = WriteDetails });

    #region source
    internal sealed class CacheHealth(OrderCache cache) : IPoolHealthSource
    {
        public IEnumerable<PoolHealthEntry> GetEntries()
        {
            if (cache.Age > TimeSpan.FromMinutes(5))
            {
                yield return new PoolHealthEntry("order cache", HealthStatus.Degraded, $"{cache.Age.TotalMinutes:0} minutes old");
            }
        }
    }
    #endregion

    internal sealed record OrderCache(TimeSpan Age);
}
