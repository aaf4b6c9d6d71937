using System.Net.Sockets;
using System.Security.Claims;
using Microsoft.AspNetCore.Http;

namespace Cenote.Dashboard.Streaming;

/// <summary>Tells viewers apart, to share what is limited fairly among them.</summary>
internal static class Viewer
{
    /// <summary>The user, or without one the address.</summary>
    internal static string Of(HttpContext context)
    {
        if (context.User.Identity is { IsAuthenticated: true } identity)
        {
            var user = context.User.FindFirst(ClaimTypes.NameIdentifier)?.Value ?? context.User.FindFirst("sub")?.Value ?? identity.Name;
            if (!string.IsNullOrEmpty(user))
            {
                return $"user {user}";
            }
        }

        var address = context.Connection.RemoteIpAddress;
        address = address is { IsIPv4MappedToIPv6: true } ? address.MapToIPv4() : address;

        // One machine may use every address of its /64.
        return address is { AddressFamily: AddressFamily.InterNetworkV6 }
            ? $"network {Convert.ToHexString(address.GetAddressBytes().AsSpan(0, 8))}"
            : $"address {address}";
    }
}
