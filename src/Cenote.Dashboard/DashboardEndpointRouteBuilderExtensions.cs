using Cenote.Dashboard.Access;
using Cenote.Dashboard.Assets;
using Cenote.Dashboard.Reports;
using Cenote.Dashboard.Sampling;
using Cenote.Dashboard.Streaming;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Serves the dashboard of an application's connection pools.</summary>
public static class DashboardEndpointRouteBuilderExtensions
{
    /// <summary>
    /// Maps the page, its JSON and its live stream. Without authorization (<c>RequireAuthorization()</c> on what this returns, or on the group around it), only
    /// requests from this machine to this machine are served.
    /// </summary>
    /// <param name="endpoints">The application, or a route group.</param>
    /// <param name="pattern">Where the page is to be.</param>
    /// <returns>For conventions on all of it: authorization, host names, rate limits.</returns>
    /// <exception cref="InvalidOperationException"><c>services.AddCenoteDashboard()</c> was not called.</exception>
    public static IEndpointConventionBuilder MapCenoteDashboard(this IEndpointRouteBuilder endpoints, string pattern = "/pools")
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        ArgumentNullException.ThrowIfNull(pattern);
        var services = endpoints.ServiceProvider;
        var sampler = services.GetService<Sampler>()
            ?? throw new InvalidOperationException("MapCenoteDashboard shows what AddCenoteDashboard watches: call builder.Services.AddCenoteDashboard() before the application is built.");

        var guard = ActivatorUtilities.CreateInstance<DashboardGuard>(services);
        var page = ActivatorUtilities.CreateInstance<PageEndpoints>(services);
        var session = ActivatorUtilities.CreateInstance<SessionEndpoint>(services);
        var pools = new PoolEndpoints(sampler);
        var stream = ActivatorUtilities.CreateInstance<StreamEndpoint>(services);

        var group = endpoints.MapGroup(pattern);
        Map("/", page.ServePageAsync, HttpMethods.Get, HttpMethods.Head);
        Map("assets/{**file}", page.ServeAssetAsync, HttpMethods.Get, HttpMethods.Head);
        Map("api/session", session.ServeAsync, HttpMethods.Get);
        Map("api/overview", pools.ServeOverviewAsync, HttpMethods.Get);
        Map("api/pool", pools.ServePoolAsync, HttpMethods.Get);
        Map("api/replica-set", pools.ServeSetAsync, HttpMethods.Get);
        Map("api/history", pools.ServeHistoryAsync, HttpMethods.Get);
        Map("api/stream", stream.ServeAsync, HttpMethods.Get).DisableRequestTimeout();
        return group;

        IEndpointConventionBuilder Map(string path, RequestDelegate serve, params string[] methods) => group.MapMethods(path, methods, guard.Around(serve));
    }
}
