using Cenote.Dashboard.Access;
using Cenote.Dashboard.Actions;
using Cenote.Dashboard.Assets;
using Cenote.Dashboard.Reports;
using Cenote.Dashboard.Sampling;
using Cenote.Dashboard.Streaming;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Extensions that serve the dashboard of an application's connection pools.</summary>
public static class DashboardEndpointRouteBuilderExtensions
{
    private static readonly string[] PageMethods = [HttpMethods.Get, HttpMethods.Head];

    /// <summary>
    /// Maps the page, its JSON and its live stream. Without authorization (<c>RequireAuthorization()</c> on the
    /// result, or on the group around it), only requests from this machine to this machine are served.
    /// </summary>
    /// <param name="endpoints">The application, or a route group.</param>
    /// <param name="pattern">The path of the page.</param>
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
        var pools = new PoolEndpoints(sampler);
        Dictionary<string, string> methods = new(StringComparer.OrdinalIgnoreCase);

        var group = endpoints.MapGroup(pattern);
        group.WithMetadata(DashboardEndpointMetadata.Instance);
        group.MapMethods("/", PageMethods, guard.Around(page.ServePageAsync, isPage: true));
        group.MapMethods("assets/{**file}", PageMethods, guard.Around(page.ServeAssetAsync));
        MapApi("session", HttpMethods.Get, ActivatorUtilities.CreateInstance<SessionEndpoint>(services).ServeAsync);
        MapApi("overview", HttpMethods.Get, pools.ServeOverviewAsync);
        MapApi("pool", HttpMethods.Get, pools.ServePoolAsync);
        MapApi("replica-set", HttpMethods.Get, pools.ServeSetAsync);
        MapApi("history", HttpMethods.Get, pools.ServeHistoryAsync);
        MapApi("snapshot", HttpMethods.Get, ActivatorUtilities.CreateInstance<SnapshotEndpoint>(services).ServeAsync).DisableRequestTimeout();
        var stream = ActivatorUtilities.CreateInstance<StreamEndpoint>(services);
        MapApi("stream", HttpMethods.Get, stream.ServeAsync).DisableRequestTimeout();
        MapApi("stream/seat", HttpMethods.Post, stream.ConfirmAsync);
        MapApi("actions", HttpMethods.Post, ActivatorUtilities.CreateInstance<ActionEndpoint>(services).ServeAsync);
        group.Map("api/{**rest}", guard.Around(new UnmatchedEndpoint(methods).ServeAsync));
        return group;

        IEndpointConventionBuilder MapApi(string path, string method, RequestDelegate serve)
        {
            methods.Add(path, method);
            return group.MapMethods($"api/{path}", [method], guard.Around(serve));
        }
    }
}
