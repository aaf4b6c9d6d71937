using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace Cenote.TestServers.Processes;

/// <summary>Loopback ports for servers. Thread-safe; gives no port out twice.</summary>
internal static class FreePort
{
    private static readonly ConcurrentDictionary<int, bool> Taken = new();

    internal static int Take()
    {
        while (true)
        {
            // Below the range from which the kernel serves outgoing connections: nobody takes it while the server is down.
            var port = RandomNumberGenerator.GetInt32(20_000, 30_000);
            if (IsFree(port) && Taken.TryAdd(port, value: true))
            {
                return port;
            }
        }
    }

    private static bool IsFree(int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
