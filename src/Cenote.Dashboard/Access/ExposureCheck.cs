using System.Net;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Cenote.Dashboard.Access;

/// <summary>
/// Warns of a dashboard without authorization on a server that other machines, or a proxy, are meant to reach.
/// </summary>
internal sealed class ExposureCheck(IServiceProvider services, AccessRule access, ILoggerFactory loggers)
{
    /// <summary>To be called when the server listens: only then are its addresses known.</summary>
    internal void Run()
    {
        var addresses = services.GetService<IServer>()?.Features.Get<IServerAddressesFeature>()?.Addresses ?? [];
        var reachable = addresses.Where(static address => !IsLoopback(address)).ToList();
        if (reachable.Count > 0 && FindOpenRoute() is { } route)
        {
            DashboardLog.MappedWithoutAuthorization(loggers.CreateLogger("Cenote.Dashboard"), route, string.Join(", ", reachable));
        }
    }

    private string? FindOpenRoute() => services.GetService<EndpointDataSource>()?.Endpoints
        .OfType<RouteEndpoint>()
        .Where(endpoint => endpoint.Metadata.GetMetadata<DashboardEndpointMetadata>() is not null && access.IsLocalOnly(endpoint.Metadata))
        .Select(static endpoint => endpoint.RoutePattern.RawText)
        .MinBy(static route => route?.Length);

    /// <summary>
    /// Of a server's address: <c>http://localhost:5000</c>, <c>http://[::]:80</c>, <c>http://+:80</c>,
    /// <c>http://unix:/run/app.sock</c>.
    /// </summary>
    private static bool IsLoopback(string address)
    {
        var start = address.IndexOf("://", StringComparison.Ordinal) is var scheme and >= 0 ? scheme + 3 : 0;
        var host = address[start..];
        host = host.StartsWith('[') && host.IndexOf(']', StringComparison.Ordinal) is var bracket and > 0 ? host[1..bracket] : host.Split(':', '/')[0];
        return host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase)
            || (IPAddress.TryParse(host, out var ip) && IPAddress.IsLoopback(ip.IsIPv4MappedToIPv6 ? ip.MapToIPv4() : ip));
    }
}
