using System.Net.Sockets;
using System.Text;

namespace Cenote.DashboardTests.Streaming;

/// <summary>A client of a real server that asks for a stream, reads its beginning, and then reads no more.</summary>
internal sealed class StuckViewer : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    /// <summary>What the server answered: the head, and of a stream the first event.</summary>
    public string Answer { get; private set; } = "";

    public HttpStatusCode Status => (HttpStatusCode)int.Parse(Answer.Split(' ')[1]);

    /// <param name="site">The site, on Kestrel.</param>
    /// <param name="from">The address of this machine to come from.</param>
    public static async Task<StuckViewer> OpenAsync(DashboardSite site, string from)
    {
        var viewer = new StuckViewer();
        var target = site.Client.BaseAddress!;
        viewer._socket.Bind(new IPEndPoint(IPAddress.Parse(from), 0));
        await viewer._socket.ConnectAsync(IPAddress.Loopback, target.Port).Soon();
        await viewer._socket.SendAsync(Encoding.ASCII.GetBytes($"GET /pools/api/stream HTTP/1.1\r\nHost: {target.Authority}\r\n\r\n"));
        var end = "\r\n\r\n";
        while (!viewer.Answer.Contains(end, StringComparison.Ordinal))
        {
            await viewer.ReadAsync();
            end = viewer.Answer.StartsWith("HTTP/1.1 200", StringComparison.Ordinal) ? "event: seat" : "\r\n\r\n";
        }

        return viewer;
    }

    /// <summary>Reads what was left unread, up to the end of the connection.</summary>
    public async Task ReadToEndAsync()
    {
        try
        {
            while (await ReadAsync() > 0)
            {
            }
        }
        catch (SocketException)
        {
        }
    }

    public void Dispose() => _socket.Dispose();

    private async Task<int> ReadAsync()
    {
        var buffer = new byte[4096];
        var read = await _socket.ReceiveAsync(buffer).Soon();
        Answer += Encoding.ASCII.GetString(buffer, 0, read);
        return read;
    }
}
