using Cenote;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Snippets;

internal static class RefusedRequests
{
    internal static WebApplication Usage(string[] args)
    {
        #region usage
        var builder = WebApplication.CreateBuilder(args);
        builder.Services.AddConnectionPool("orders", pool => pool.UsePostgreSql().Configure(options => options.MaxWaiters = 100));
        builder.Services.AddConnectionPoolExceptionHandler();

        var app = builder.Build();
        app.UseExceptionHandler();
        #endregion
        return app;
    }
}
