using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Cenote.CliTests.Watching;

/// <summary>
/// A server that answers each request with a beginning, and then with the same again until the client is gone.
/// </summary>
internal sealed class EndlessServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly byte[] _beginning;
    private readonly byte[] _again;
    private readonly Task _running;
    private readonly CancellationTokenSource _end = new();

    /// <param name="beginning">The head, and what else comes once.</param>
    /// <param name="again">What comes without an end; empty for silence.</param>
    public EndlessServer(string beginning, string again)
    {
        (_beginning, _again) = (Encoding.UTF8.GetBytes(beginning), Encoding.UTF8.GetBytes(again));
        _listener.Start();
        _running = RunAsync();
    }

    public Uri Address => new(FormattableString.Invariant($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/pools/"));

    /// <summary>The most that was sent to one client, what the systems hold between them included.</summary>
    public long MostSent { get; private set; }

    /// <summary>Every request, as it came.</summary>
    public List<string> Requests { get; } = [];

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Stop();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _listener.Dispose();
        _end.Dispose();
    }

    private async Task RunAsync()
    {
        while (true)
        {
            using var client = await _listener.AcceptTcpClientAsync(_end.Token);
            try
            {
                await AnswerAsync(client.GetStream());
            }
            catch (IOException)
            {
                // The client has had enough.
            }
        }
    }

    private async Task AnswerAsync(NetworkStream stream)
    {
        var head = "";
        var buffer = new byte[4096];
        while (!head.Contains("\r\n\r\n", StringComparison.Ordinal) && await stream.ReadAsync(buffer, _end.Token) is var read and > 0)
        {
            head += Encoding.Latin1.GetString(buffer, 0, read);
        }

        Requests.Add(head);
        await stream.WriteAsync(_beginning, _end.Token);
        for (var sent = 0L; _again.Length > 0; MostSent = Math.Max(MostSent, sent))
        {
            await stream.WriteAsync(_again, _end.Token);
            sent += _again.Length;
        }

        while (await stream.ReadAsync(buffer, _end.Token) > 0)
        {
            // Until the client is gone.
        }
    }
}
