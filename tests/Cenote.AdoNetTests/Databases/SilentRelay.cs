using System.Net;
using System.Net.Sockets;

namespace Cenote.AdoNetTests.Databases;

/// <summary>Stands between a driver and its server, and may fall silent: connections stay open, new ones are accepted, and nothing comes through.</summary>
internal sealed class SilentRelay : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopped = new();
    private readonly int _serverPort;
    private volatile TaskCompletionSource _speaking = NewGate(isOpen: true);

    public SilentRelay(int serverPort)
    {
        _serverPort = serverPort;
        _listener.Start();
        _ = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public void FallSilent() => _speaking = NewGate(isOpen: false);

    /// <summary>What was held back comes through now, late as it is.</summary>
    public void Speak() => _speaking.TrySetResult();

    public void Dispose()
    {
        _stopped.Cancel();
        _listener.Dispose();
        _stopped.Dispose();
    }

    private static TaskCompletionSource NewGate(bool isOpen)
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        if (isOpen)
        {
            gate.SetResult();
        }

        return gate;
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
            await Task.WhenAny(PumpAsync(client.GetStream(), server.GetStream(), token), PumpAsync(server.GetStream(), client.GetStream(), token));
        }
    }

    private async Task PumpAsync(NetworkStream from, NetworkStream to, CancellationToken token)
    {
        var buffer = new byte[8192];
        int count;
        while ((count = await from.ReadAsync(buffer, token)) > 0)
        {
            await _speaking.Task.WaitAsync(token);
            await to.WriteAsync(buffer.AsMemory(0, count), token);
        }
    }
}
