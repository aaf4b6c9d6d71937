using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Cenote.ProviderTests.SqlServer;

/// <summary>
/// Speaks enough of SQL Server's protocol for its driver: logins, a few statements, transactions, attentions and the
/// reset of a session, as MS-TDS and the server's documentation say. It is not a SQL Server: what it does is what is
/// written here.
/// </summary>
internal sealed class TdsServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentDictionary<int, TdsSession> _sessions = new();
    private readonly Task _accepting;
    private int _last = 50;

    internal TdsServer()
    {
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>Sessions that are logged in now.</summary>
    internal IEnumerable<TdsSession> Sessions => _sessions.Values.Where(session => session.IsLoggedIn);

    /// <summary>What every client said when it logged in.</summary>
    internal ConcurrentQueue<TdsLogin> Logins { get; } = new();

    /// <summary>Refuses logins with an error: number, severity.</summary>
    internal Func<TdsLogin, (int Number, int Severity)?> Refuse { get; set; } = login => login.Password == "right" ? null : (18456, 14);

    /// <summary>Takes connections and never says a word.</summary>
    internal bool IsSilent { get; set; }

    /// <summary>
    /// The error for SET TRANSACTION ISOLATION LEVEL READ COMMITTED, which a dedicated pool of Azure Synapse does not
    /// know.
    /// </summary>
    internal int? IsolationRefusal { get; set; }

    /// <summary>How often that error was the answer.</summary>
    internal int Refusals { get; set; }

    internal int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    internal string ConnectionString => FormattableString.Invariant(
        $"Data Source=127.0.0.1,{Port};Initial Catalog=shop;User ID=clerk;Password=right;Encrypt=Optional;Application Name=till");

    internal TdsSession this[int id] => _sessions[id];

    internal void Remove(TdsSession session) => _sessions.TryRemove(session.Id, out _);

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        foreach (var session in _sessions.Values)
        {
            session.Drop();
        }

        await _accepting;
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync();
                var session = new TdsSession(this, client, Interlocked.Increment(ref _last));
                _sessions[session.Id] = session;
                _ = session.RunAsync();
            }
        }
        catch (Exception exception) when (exception is SocketException or InvalidOperationException)
        {
        }
    }
}
