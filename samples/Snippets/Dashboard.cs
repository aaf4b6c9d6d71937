using Cenote;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Snippets;

internal static class Dashboard
{
    internal static WebApplication Usage(string[] args)
    {
        #region usage
        var builder = WebApplication.CreateBuilder(args);
        builder.Services.AddConnectionPool("orders", pool => pool.UsePostgreSql());
        builder.Services.AddCenoteDashboard();

        var app = builder.Build();
        app.MapCenoteDashboard("/pools");           // local requests only, because no authorization is configured
        #endregion
        return app;
    }

    internal static WebApplication Secured(WebApplicationBuilder builder)
    {
        #region secured
        builder.Services.AddAuthorization(options =>
        {
            options.AddPolicy("pool-viewers", policy => policy.RequireRole("developers", "operators"));
            options.AddPolicy("pool-operators", policy => policy.RequireRole("operators"));
        });
        builder.Services.AddCenoteDashboard(options => options.ActionPolicy = "pool-operators");

        var app = builder.Build();
        app.MapCenoteDashboard("/pools").RequireAuthorization("pool-viewers");
        #endregion
        return app;
    }

    internal static void Options(WebApplicationBuilder builder, ConnectionPool legacy, PoolRegistry tenants, ReplicaSet catalogue)
    {
        #region options
        builder.Services.AddCenoteDashboard(options =>
        {
            options.HistoryDuration = TimeSpan.FromHours(6);        // of each pool; 24 h unless said
            options.Pools.Add(legacy);                      // pools in no registry
            options.Registries.Add(tenants);                // registries beside the container's
            options.ReplicaSets.Add(catalogue);             // sets outside the container
        });
        #endregion
    }
}
