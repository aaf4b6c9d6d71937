using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Cenote.Testing;

/// <summary>
/// Stands between a driver and its server: it is absent, silent, ends a connection inside an answer, or passes
/// everything on. The proxy of Cenote.TestServers knows the protocols, and does more.
/// </summary>
public sealed class Relay(int serverPort) : IAsyncDisposable
{
    private const int Never = int.MaxValue;

    private readonly CancellationTokenSource _stopped = new();
    private readonly ConcurrentBag<Task> _connections = [];
    private readonly TaskCompletionSource _called = NewGate();
    private volatile TaskCompletionSource _speaking = NewGate();
    private TcpListener? _listener;
    private int _left = Never;

    /// <summary>A port on which nothing listens until <see cref="Appear"/>.</summary>
    public int Port { get; } = FreePort.Take();

    /// <summary>Gets or sets what changes each part of an answer.</summary>
    public Action<Memory<byte>>? ChangeAnswer { get; set; }

    /// <summary>Gets the number of connections that have come.</summary>
    public int Connections => _connections.Count;

    /// <summary>Gets the number of connections that neither side has closed.</summary>
    public int OpenConnections => _connections.Count(static connection => !connection.IsCompleted);

    /// <summary>Completes when the first connection has come.</summary>
    public Task Called => _called.Task;

    /// <summary>A relay that passes everything on until it is told otherwise.</summary>
    public static Relay Start(int serverPort)
    {
        var relay = new Relay(serverPort);
        relay.Appear();
        return relay;
    }

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

    /// <summary>Refuses new connections. Open connections stay open.</summary>
    public void Vanish() => _listener!.Dispose();

    /// <summary>Connections stay open, new ones are accepted, and nothing comes through.</summary>
    public void FallSilent() => _speaking = NewGate();

    /// <summary>Passes on what was held back, and everything after it.</summary>
    public void Speak() => _speaking.TrySetResult();

    /// <summary>Ends the connection that the server sends on next, after this many more bytes from it.</summary>
    public void CutAfter(int bytes) => Volatile.Write(ref _left, bytes);

    public async ValueTask DisposeAsync()
    {
        await _stopped.CancelAsync();
        _listener?.Dispose();
        await Task.WhenAll(_connections);
        _stopped.Dispose();
    }

    private static TaskCompletionSource NewGate() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task AcceptAsync(TcpListener listener)
    {
        try
        {
            while (true)
            {
                var client = await listener.AcceptTcpClientAsync(_stopped.Token);
                _called.TrySetResult();
                _connections.Add(RunAsync(client));
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // Absent.
        }
    }

    private async Task RunAsync(TcpClient client)
    {
        using var server = new TcpClient();
        using (client)
        {
            try
            {
                await _speaking.Task.WaitAsync(_stopped.Token);
                await server.ConnectAsync(IPAddress.Loopback, serverPort, _stopped.Token);
                await await Task.WhenAny(
                    PassAsync(client.GetStream(), server.GetStream(), isAnswer: false), PassAsync(server.GetStream(), client.GetStream(), isAnswer: true));
            }
            catch (Exception exception) when (exception is SocketException or IOException or OperationCanceledException)
            {
                // Ended.
            }
        }
    }

    private async Task PassAsync(NetworkStream from, NetworkStream to, bool isAnswer)
    {
        var buffer = new byte[8192];
        int count;
        while ((count = await from.ReadAsync(buffer, _stopped.Token)) > 0)
        {
            await _speaking.Task.WaitAsync(_stopped.Token);
            if (isAnswer)
            {
                ChangeAnswer?.Invoke(buffer.AsMemory(0, count));
            }

            if (isAnswer && Volatile.Read(ref _left) is var left && left != Never)
            {
                if (count > left)
                {
                    Volatile.Write(ref _left, Never);
                    await to.WriteAsync(buffer.AsMemory(0, left), _stopped.Token);
                    return;
                }

                Volatile.Write(ref _left, left - count);
            }

            await to.WriteAsync(buffer.AsMemory(0, count), _stopped.Token);
        }
    }
}
