using System.Net;
using System.Net.Sockets;

namespace Cenote.LoadBench.Pools;

/// <summary>
/// A door before a server, on a port of its own: it counts the connections that come in, and lets each wait before it
/// reaches the server.
/// </summary>
internal sealed class SlowDoor : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly IPEndPoint _server;
    private readonly TimeSpan _delay;
    private int _opens;

    internal SlowDoor(int serverPort, TimeSpan delay)
    {
        _server = new IPEndPoint(IPAddress.Loopback, serverPort);
        _delay = delay;
        _listener.Start(512);
        _ = AcceptAsync();
    }

    internal int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    internal int Opens => Volatile.Read(ref _opens);

    public void Dispose() => _listener.Dispose();

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptSocketAsync();
                Interlocked.Increment(ref _opens);
                _ = ServeAsync(client);
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // The door is shut. Connections that are in stay until one side ends them.
        }
    }

    private async Task ServeAsync(Socket client)
    {
        using var server = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        client.NoDelay = true;
        try
        {
            await Task.Delay(_delay, TimeProvider.System);
            await server.ConnectAsync(_server);
            await using var clientStream = new NetworkStream(client);
            await using var serverStream = new NetworkStream(server);
            await Task.WhenAny(clientStream.CopyToAsync(serverStream), serverStream.CopyToAsync(clientStream));
        }
        catch (Exception exception) when (exception is SocketException or IOException or ObjectDisposedException)
        {
            // One of the two is gone; the other follows.
        }
        finally
        {
            client.Dispose();
        }
    }
}
