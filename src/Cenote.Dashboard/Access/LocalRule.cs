using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;

namespace Cenote.Dashboard.Access;

/// <summary>
/// Recognizes a browser or a command-line client on this machine that speaks to this server directly. What a proxy
/// passes on comes from this machine, too, and proxies need not identify themselves: so a request must look in every
/// respect like a direct one, and anything unknown is refused.
/// </summary>
internal sealed class LocalRule(string? antiforgeryHeader)
{
    private const string Recommendation =
        "Call RequireAuthorization() on what MapCenoteDashboard returns, or, where only operators reach the server, set DashboardOptions.AllowAnonymousAccessFromAnywhere.";

    /// <summary>
    /// Why the request does not count as one of this machine, and what to do; <see langword="null"/> when it does.
    /// </summary>
    internal string? FindRefusal(HttpContext context) =>
        FindReason(context) is { } reason ? $"Without authorization the dashboard is served only to this machine, {reason}. {Recommendation}" : null;

    private string? FindReason(HttpContext context)
    {
        var connection = context.Connection;
        if (!IsLoopback(connection.RemoteIpAddress) || !IsLoopback(connection.LocalIpAddress))
        {
            return $"and this request came from {connection.RemoteIpAddress?.ToString() ?? "an unknown address"} to {connection.LocalIpAddress?.ToString() ?? "an unknown address"}";
        }

        if (!IsOfSocket(context))
        {
            return "and the addresses of this request are not those of its connection: a proxy passed it on";
        }

        // The default of nginx towards its upstreams until 1.29.7; no browser has spoken it for decades.
        var protocol = context.Request.Protocol;
        if (!(HttpProtocol.IsHttp11(protocol) || HttpProtocol.IsHttp2(protocol) || HttpProtocol.IsHttp3(protocol)))
        {
            return $"and this request is {QueryReader.Shorten(protocol)}, which proxies speak and browsers do not";
        }

        if (context.Request.Headers.Keys.FirstOrDefault(name => !IsSentByClients(name)) is { } header)
        {
            return $"and the header {QueryReader.Shorten(header)} is none that browsers send by themselves: a proxy may have added it";
        }

        // A foreign name that leads here: the page of another may have made the request (DNS rebinding).
        var host = context.Request.Host;
        if (!IsLocalName(host.Host))
        {
            return "by the name localhost or a loopback address, and this request asked for another host";
        }

        return IsPortOf(connection, host, context.Request.IsHttps)
            ? null
            : string.Create(CultureInfo.InvariantCulture, $"and this request asked for another port than {connection.LocalPort}, at which it arrived: a proxy or a forwarded port passed it on (forward a port to the same number)");
    }

    /// <summary>
    /// Middleware and the PROXY protocol replace addresses by the ones that a proxy names; the socket keeps the true
    /// ones.
    /// </summary>
    private static bool IsOfSocket(HttpContext context)
    {
        if (context.Features.Get<IConnectionSocketFeature>() is not { } feature)
        {
            return true;
        }

        try
        {
            return feature.Socket is { RemoteEndPoint: IPEndPoint remote, LocalEndPoint: IPEndPoint local }
                && (Plain(remote.Address), remote.Port).Equals((Plain(context.Connection.RemoteIpAddress!), context.Connection.RemotePort))
                && (Plain(local.Address), local.Port).Equals((Plain(context.Connection.LocalIpAddress!), context.Connection.LocalPort));
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            return false; // The client has gone.
        }
    }

    /// <summary>A list of what is known, not of what proxies add: they add what they like.</summary>
    private bool IsSentByClients(string name) =>
        ClientHeaders.Contains(name) || name.StartsWith("Sec-", StringComparison.OrdinalIgnoreCase)
        || name.Equals(antiforgeryHeader, StringComparison.OrdinalIgnoreCase)
        || name.StartsWith(':'); // Pseudo-headers of HTTP/2, if a server shows them.

    private static bool IsLocalName(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase) // Cannot be registered (RFC 6761).
        || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IsLoopback(address)
            && (host == address.ToString() || host == $"[{address}]"));

    /// <summary>A server in memory, as tests have it, has no port.</summary>
    private static bool IsPortOf(ConnectionInfo connection, HostString host, bool isHttps) =>
        connection.LocalPort == 0 || (host.Port ?? (isHttps ? 443 : 80)) == connection.LocalPort;

    private static bool IsLoopback(IPAddress? address) =>
        address is not null && IPAddress.IsLoopback(Plain(address));

    private static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
}
