using System.Net;
using System.Net.Sockets;

namespace Cenote.TestServers.Proxy;

/// <summary>
/// A TCP proxy on a loopback port that does to its connections what networks do. Real sockets on both sides: what the
/// driver sees is what it would see.
/// </summary>
/// <remarks>
/// A silent fault loses what was sent during it for good: a connection that was touched while the fault was on stays
/// dead when the fault is over, as after the death of a host. <see cref="NetworkFault.LateAnswers"/> is the network
/// that catches up.
/// </remarks>
internal sealed class FaultProxy : IAsyncDisposable
{
    private readonly HashSet<ProxyLink> _links = [];
    private readonly int _port;
    private Socket? _listener;
    private Task _accepting = Task.CompletedTask;
    private TaskCompletionSource _faultEnded = Ended();
    private volatile NetworkFault _fault;
    private int _accepted;
    private int _swallowed;

    internal FaultProxy(int upstream, Wire.IsRequest isRequest)
    {
        Upstream = upstream;
        IsRequest = isRequest;
        _listener = Listen(0);
        _port = ((IPEndPoint)_listener.LocalEndPoint!).Port;
        _accepting = AcceptAsync(_listener);
    }

    internal int Port => _port;

    /// <summary>The server's port.</summary>
    internal int Upstream { get; }

    internal Wire.IsRequest IsRequest { get; }

    internal TimeSpan Latency { get; set; } = TimeSpan.FromMilliseconds(30);

    internal int BytesPerSecond { get; set; } = 4096;

    internal NetworkFault Fault => _fault;

    /// <summary>Connections accepted so far.</summary>
    internal int Accepted => Volatile.Read(ref _accepted);

    /// <summary>Messages that a silent fault took so far.</summary>
    internal int Swallowed => Volatile.Read(ref _swallowed);

    internal Task FaultEnded => Volatile.Read(ref _faultEnded).Task;

    internal void Begin(NetworkFault fault)
    {
        lock (_links)
        {
            Volatile.Write(ref _faultEnded, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
            _fault = fault;
        }

        switch (fault)
        {
            case NetworkFault.Refusal:
                _listener?.Dispose();
                _listener = null;
                ForEachLink(static link => link.Reset());
                break;
            case NetworkFault.Reset:
                ForEachLink(static link => link.Reset());
                break;
            case NetworkFault.HalfOpen:
                ForEachLink(static link => link.LosePeer());
                break;
            case NetworkFault.SilenceAfterAccept:
                ForEachLink(static link => link.Deafen());
                break;
        }
    }

    internal void End()
    {
        _fault = NetworkFault.None;
        if (_listener is null)
        {
            _listener = Listen(_port);
            _accepting = AcceptAsync(_listener);
        }

        Volatile.Read(ref _faultEnded).TrySetResult();
    }

    internal void NoteSwallowed() => Interlocked.Increment(ref _swallowed);

    internal void Forget(ProxyLink link)
    {
        lock (_links)
        {
            _links.Remove(link);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _listener?.Dispose();
        Volatile.Read(ref _faultEnded).TrySetResult();
        ForEachLink(static link => link.Dispose());
        await _accepting;
    }

    private async Task AcceptAsync(Socket listener)
    {
        while (true)
        {
            Socket client;
            try
            {
                client = await listener.AcceptAsync();
            }
            catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
            {
                return;
            }

            Interlocked.Increment(ref _accepted);
            var link = new ProxyLink(this, client);
            lock (_links)
            {
                _links.Add(link);
            }

            if (_fault is NetworkFault.Reset or NetworkFault.Refusal)
            {
                link.Reset();
                Forget(link);
            }
            else
            {
                _ = link.RunAsync();
            }
        }
    }

    private void ForEachLink(Action<ProxyLink> action)
    {
        List<ProxyLink> links;
        lock (_links)
        {
            links = [.. _links];
        }

        links.ForEach(action);
    }

    private static Socket Listen(int port)
    {
        var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, port));
        listener.Listen(512);
        return listener;
    }

    private static TaskCompletionSource Ended()
    {
        var ended = new TaskCompletionSource();
        ended.SetResult();
        return ended;
    }
}
