using System.Net;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;

namespace Cenote.Dashboard.Access;

/// <summary>
/// Who is served when nobody said: requests from this machine to this machine. A request that a proxy passed on looks like one, and so does one that a foreign
/// page makes through a name which leads here (DNS rebinding): hence the headers and the host name are looked at, too.
/// </summary>
internal static class AccessRule
{
    private const string Remedy =
        "Call RequireAuthorization() on what MapCenoteDashboard returns, or, where only operators reach the server, set DashboardOptions.AllowAnonymousAccessFromAnywhere.";

    /// <summary>Why the request is not served, and what to do; <see langword="null"/> when it is.</summary>
    internal static string? FindRefusal(HttpContext context, DashboardOptions options)
    {
        if (options.AllowAnonymousAccessFromAnywhere || HasDecisionOfItsOwn(context.GetEndpoint()))
        {
            return null;
        }

        var connection = context.Connection;
        if (!IsLoopback(connection.RemoteIpAddress) || !IsLoopback(connection.LocalIpAddress))
        {
            return $"Without authorization the dashboard is served only on the loopback interface, and this request came from {connection.RemoteIpAddress?.ToString() ?? "an unknown address"} to {connection.LocalIpAddress?.ToString() ?? "an unknown address"}. {Remedy}";
        }

        if (FindProxyHeader(context.Request.Headers) is { } header)
        {
            return $"Without authorization the dashboard is served only to this machine, and the header {header} says that a proxy passed this request on. {Remedy}";
        }

        // An application may let scripts of every origin read its answers (CORS); it hardly meant these.
        if (context.Request.Headers.Origin.Any(static origin => !(Uri.TryCreate(origin, UriKind.Absolute, out var page) && IsLocalName(page.Host))))
        {
            return $"Without authorization the dashboard is served only to pages of this machine, and the header Origin names another. {Remedy}";
        }

        return IsLocalName(context.Request.Host.Host)
            ? null
            : $"Without authorization the dashboard is served only by the names localhost, 127.0.0.1 and [::1], and this request asked for another host. {Remedy}";
    }

    /// <summary>Authorization, or the word that there is to be none: the authorization middleware has decided, and without it such an endpoint throws.</summary>
    private static bool HasDecisionOfItsOwn(Endpoint? endpoint) =>
        endpoint?.Metadata is { } metadata
        && (metadata.GetMetadata<IAuthorizeData>() is not null || metadata.GetMetadata<IAllowAnonymous>() is not null);

    private static bool IsLoopback(IPAddress? address) =>
        address is not null && IPAddress.IsLoopback(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address);

    private static string? FindProxyHeader(IHeaderDictionary headers) => headers.Keys.FirstOrDefault(static name =>
        name.Equals("Forwarded", StringComparison.OrdinalIgnoreCase)
        || name.Equals("Via", StringComparison.OrdinalIgnoreCase)
        || name.Equals("X-Real-IP", StringComparison.OrdinalIgnoreCase)
        || name.StartsWith("X-Forwarded-", StringComparison.OrdinalIgnoreCase)
        || name.StartsWith("X-Original-", StringComparison.OrdinalIgnoreCase));

    private static bool IsLocalName(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || host is "127.0.0.1" or "[::1]" or "::1";
}
