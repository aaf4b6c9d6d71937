using System.Net;
using System.Net.Sockets;

namespace Cenote.TestServers.Proxy;

/// <summary>One connection of a client, and the one to the server that belongs to it.</summary>
internal sealed class ProxyLink(FaultProxy proxy, Socket client) : IDisposable
{
    private readonly Socket _server = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly CancellationTokenSource _ended = new();
    private volatile bool _isDeaf;

    /// <summary>From now on nothing passes on this connection, for good.</summary>
    internal void Deafen() => _isDeaf = true;

    /// <summary>
    /// Ends the session at the server; the client is not notified, and goes on sending.
    /// </summary>
    internal void LosePeer()
    {
        _isDeaf = true;
        _server.Dispose();
    }

    /// <summary>Ends both sides; the client gets an RST.</summary>
    internal void Reset()
    {
        Quietly(() => client.LingerState = new LingerOption(enable: true, 0));
        Dispose();
    }

    public void Dispose()
    {
        Quietly(_ended.Cancel);
        client.Dispose();
        _server.Dispose();
    }

    internal async Task RunAsync()
    {
        try
        {
            client.NoDelay = true;
            if (proxy.Fault == NetworkFault.SilenceAfterAccept)
            {
                _isDeaf = true;
            }
            else
            {
                await _server.ConnectAsync(new IPEndPoint(IPAddress.Loopback, proxy.Upstream), _ended.Token);
            }

            // A deaf link keeps reading, so that its client sees a peer that takes all and says nothing.
            var answers = _isDeaf ? Task.CompletedTask : PumpAsync(_server, client, isFromClient: false);
            await PumpAsync(client, _server, isFromClient: true);
            await answers;
        }
        catch (Exception exception) when (exception is SocketException or OperationCanceledException or ObjectDisposedException)
        {
        }
        finally
        {
            Dispose();
            proxy.Forget(this);
        }
    }

    private async Task PumpAsync(Socket from, Socket to, bool isFromClient)
    {
        try
        {
            await CopyAsync(from, to, isFromClient);
        }
        catch (Exception exception) when (exception is SocketException or OperationCanceledException or ObjectDisposedException)
        {
        }

        // The side that ends one direction ends both, as the drivers and the servers do; the client of a deaf link is
        // not to hear of it.
        if (isFromClient || !_isDeaf)
        {
            Dispose();
        }
    }

    private async Task CopyAsync(Socket from, Socket to, bool isFromClient)
    {
        var buffer = new byte[16 * 1024];
        while (true)
        {
            var size = proxy.Fault == NetworkFault.Throttle ? Math.Max(1, proxy.BytesPerSecond / 50) : buffer.Length;
            var count = await from.ReceiveAsync(buffer.AsMemory(0, size), SocketFlags.None, _ended.Token);
            if (count == 0)
            {
                return;
            }

            if (await MayPassAsync(buffer.AsMemory(0, count), isFromClient))
            {
                await SendAsync(to, buffer.AsMemory(0, count));
            }
        }
    }

    private async ValueTask<bool> MayPassAsync(ReadOnlyMemory<byte> bytes, bool isFromClient)
    {
        switch (proxy.Fault)
        {
            case NetworkFault.Latency:
                await Task.Delay(proxy.Latency, TimeProvider.System, _ended.Token);
                break;
            case NetworkFault.Throttle:
                await Task.Delay(TimeSpan.FromSeconds((double)bytes.Length / proxy.BytesPerSecond), TimeProvider.System, _ended.Token);
                break;
            case NetworkFault.SilenceAfterAccept:
                proxy.NoteSwallowed();
                _isDeaf = true;
                break;
            case NetworkFault.SilenceMidQuery when !isFromClient:
                proxy.NoteSwallowed();
                _isDeaf = true;
                break;
            case NetworkFault.SilenceAfterLogin when isFromClient && proxy.IsRequest(bytes.Span):
                proxy.NoteSwallowed();
                _isDeaf = true;
                break;
            case NetworkFault.LateAnswers when !isFromClient && !_isDeaf:
                proxy.NoteSwallowed();
                await proxy.FaultEnded.WaitAsync(_ended.Token);
                break;
        }

        return !_isDeaf;
    }

    private async ValueTask SendAsync(Socket to, ReadOnlyMemory<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            var sent = await to.SendAsync(bytes, SocketFlags.None, _ended.Token);
            bytes = bytes[sent..];
        }
    }

    private static void Quietly(Action action)
    {
        try
        {
            action();
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
        }
    }
}
