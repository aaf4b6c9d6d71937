using System.Net.Sockets;
using System.Text;

namespace Cenote.DashboardTests.Access;

/// <summary>
/// A reverse proxy on this machine: a request for each connection, its head changed as a test says, everything else
/// passed on.
/// </summary>
internal sealed class Relay : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Func<string, string> _change;
    private readonly int _target;
    private readonly Task _running;

    /// <param name="target">The port of the application.</param>
    /// <param name="change">Makes the head that is sent of the head that came.</param>
    public Relay(int target, Func<string, string> change)
    {
        (_target, _change) = (target, change);
        _listener.Start();
        _running = RunAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _listener.Dispose();
    }

    private async Task RunAsync()
    {
        while (true)
        {
            using var client = await _listener.AcceptTcpClientAsync();
            using var server = new TcpClient();
            await server.ConnectAsync(IPAddress.Loopback, _target);
            var head = new StringBuilder();
            var letter = new byte[1];
            while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal) && await client.GetStream().ReadAsync(letter) == 1)
            {
                head.Append((char)letter[0]);
            }

            await server.GetStream().WriteAsync(Encoding.Latin1.GetBytes(_change(head.ToString())));
            await server.GetStream().CopyToAsync(client.GetStream());
        }
    }
}
