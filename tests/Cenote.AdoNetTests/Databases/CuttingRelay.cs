using System.Net;
using System.Net.Sockets;

namespace Cenote.AdoNetTests.Databases;

/// <summary>Stands between a driver and its server, and can end a connection in the middle of an answer.</summary>
internal sealed class CuttingRelay : IDisposable
{
    private const int Never = int.MaxValue;

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopped = new();
    private readonly int _serverPort;
    private int _left = Never;

    public CuttingRelay(int serverPort)
    {
        _serverPort = serverPort;
        _listener.Start();
        _ = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Ends the connection that the server sends on next, after this many more bytes from it.</summary>
    public void CutAfter(int bytes) => Volatile.Write(ref _left, bytes);

    public void Dispose()
    {
        _stopped.Cancel();
        _listener.Dispose();
        _stopped.Dispose();
    }

    private async Task AcceptAsync()
    {
        var token = _stopped.Token;
        while (!token.IsCancellationRequested)
        {
            var client = await _listener.AcceptTcpClientAsync(token);
            _ = RelayAsync(client, token);
        }
    }

    private async Task RelayAsync(TcpClient client, CancellationToken token)
    {
        using var server = new TcpClient();
        using (client)
        {
            await server.ConnectAsync(IPAddress.Loopback, _serverPort, token);
            await Task.WhenAny(
                client.GetStream().CopyToAsync(server.GetStream(), token), AnswerAsync(server.GetStream(), client.GetStream(), token));
        }
    }

    private async Task AnswerAsync(NetworkStream from, NetworkStream to, CancellationToken token)
    {
        var buffer = new byte[8192];
        int count;
        while ((count = await from.ReadAsync(buffer, token)) > 0)
        {
            if (Volatile.Read(ref _left) is var left && left != Never)
            {
                if (count > left)
                {
                    Volatile.Write(ref _left, Never);
                    await to.WriteAsync(buffer.AsMemory(0, left), token);
                    return;
                }

                Volatile.Write(ref _left, left - count);
            }

            await to.WriteAsync(buffer.AsMemory(0, count), token);
        }
    }
}
