using System.Data.Common;

namespace Cenote.Tests.Diagnosing;

/// <summary>The stub driver with a server that reports what its sessions are doing, as the test decides.</summary>
internal sealed class ActivityProvider(StubDatabase database) : StubProvider(database), ISessionActivityReader
{
    private int _queries;

    /// <summary>How often the server was queried.</summary>
    public int Queries => Volatile.Read(ref _queries);

    /// <summary>The ids of the last query.</summary>
    public IReadOnlyCollection<long> LastIds { get; private set; } = [];

    /// <summary>The server's address.</summary>
    public string Server { get; init; } = "stub";

    public override string DataSource => Server;

    /// <summary>The first id of the server's sessions.</summary>
    public int FirstId { get; init; }

    /// <summary>The session of a connection as the client knows it, where a proxy is in between.</summary>
    public Func<int, SessionIdentity>? Identify { get; set; }

    /// <summary>What the server answers of a session.</summary>
    public Func<long, ServerSession?> Describe { get; set; } = static id => new ServerSession { Id = id, ClientPort = 1000 + (int)id, State = SessionState.Running };

    /// <summary>What happens before the answer.</summary>
    public Func<CancellationToken, Task> BeforeAnswer { get; set; } = static _ => Task.CompletedTask;

    /// <summary>The ids of sessions that the server reports, too.</summary>
    public IReadOnlyList<long> Others { get; set; } = [];

    /// <summary>Whether sessions have ports; those of a Unix socket have none.</summary>
    public bool HasPorts { get; init; } = true;

    public string? Limitation { get; set; }

    public SessionIdentity? GetSession(PhysicalConnection connection) =>
        connection.Connection is not StubConnection { Session: { } session } ? null
        : Identify?.Invoke(FirstId + session.Id) ?? new SessionIdentity(FirstId + session.Id, HasPorts ? 1000 + FirstId + session.Id : null);

    public async ValueTask<SessionReading> ReadActivityAsync(
        DbConnection connection, IReadOnlyCollection<long> sessionIds, bool includesStatements, TimeSpan timeout, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _queries);
        LastIds = sessionIds;
        await BeforeAnswer(cancellationToken);
        var own = FirstId + ((StubConnection)connection).Session!.Id;
        return new SessionReading(
            new ServerSession { Id = own, ClientPort = HasPorts ? 1000 + own : null },
            [.. sessionIds.Concat(Others).Distinct().Select(Describe).OfType<ServerSession>()])
        {
            Limitation = Limitation,
        };
    }
}
