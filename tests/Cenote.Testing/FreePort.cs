using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace Cenote.Testing;

/// <summary>Loopback ports for servers. Thread-safe. No port is returned twice.</summary>
public static class FreePort
{
    private static readonly ConcurrentDictionary<int, bool> Taken = new();

    public static int Take()
    {
        while (true)
        {
            // Below the range from which the kernel serves outgoing connections: no other program gets it while the
            // server is down.
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
