using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Cenote.HostingTests.Databases;

/// <summary>Stands between a driver and its server: not there, there but silent, or there. Connections that are up stay so while it is away.</summary>
internal sealed class Relay(int serverPort) : IAsyncDisposable
{
    private readonly CancellationTokenSource _stopped = new();
    private readonly ConcurrentBag<Task> _pumps = [];
    private readonly TaskCompletionSource _called = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _speaking = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TcpListener? _listener;

    /// <summary>Nothing listens on it until <see cref="Appear"/>.</summary>
    public int Port { get; } = FreePort.Find();

    /// <summary>Completes when the first connection has come.</summary>
    public Task Called => _called.Task;

    public void Appear(bool speaks = true)
    {
        if (speaks)
        {
            Speak();
        }

        _listener = new TcpListener(IPAddress.Loopback, Port);
        _listener.Server.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        _listener.Start();
        _ = AcceptAsync(_listener);
    }

    /// <summary>What was held back comes through.</summary>
    public void Speak() => _speaking.TrySetResult();

    /// <summary>Refuses newcomers. Connections that are up stay so.</summary>
    public void Vanish() => _listener!.Dispose();

    public async ValueTask DisposeAsync()
    {
        await _stopped.CancelAsync();
        _listener?.Dispose();
        await Task.WhenAll(_pumps);
        _stopped.Dispose();
    }

    private async Task AcceptAsync(TcpListener listener)
    {
        try
        {
            while (true)
            {
                var client = await listener.AcceptTcpClientAsync(_stopped.Token);
                _called.TrySetResult();
                _pumps.Add(RelayAsync(client));
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // Away.
        }
    }

    private async Task RelayAsync(TcpClient client)
    {
        using var server = new TcpClient();
        using (client)
        {
            try
            {
                await _speaking.Task.WaitAsync(_stopped.Token);
                await server.ConnectAsync(IPAddress.Loopback, serverPort, _stopped.Token);
                await Task.WhenAny(
                    client.GetStream().CopyToAsync(server.GetStream(), _stopped.Token),
                    server.GetStream().CopyToAsync(client.GetStream(), _stopped.Token));
            }
            catch (Exception exception) when (exception is SocketException or IOException or OperationCanceledException)
            {
                // Ended.
            }
        }
    }
}
