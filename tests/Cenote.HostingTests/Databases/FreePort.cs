using System.Net;
using System.Net.Sockets;

namespace Cenote.HostingTests.Databases;

internal static class FreePort
{
    /// <summary>A loopback port on which nothing listens now.</summary>
    public static int Find()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
