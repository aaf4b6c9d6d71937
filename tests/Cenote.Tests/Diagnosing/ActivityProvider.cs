using System.Data.Common;

namespace Cenote.Tests.Diagnosing;

/// <summary>The stub driver with a server that reports what its sessions are doing, as the test decides.</summary>
internal sealed class ActivityProvider(StubDatabase database) : StubProvider(database), ISessionActivityReader
{
    private int _queries;
    private int _running;
    private int _peak;

    /// <summary>How often the server was queried.</summary>
    public int Queries => Volatile.Read(ref _queries);

    /// <summary>The most queries at one time.</summary>
    public int Peak => Volatile.Read(ref _peak);

    /// <summary>The first id of the server's sessions.</summary>
    public int FirstId { get; init; }

    /// <summary>The session of a connection as the client knows it, where a proxy is in between.</summary>
    public Func<int, SessionIdentity>? Identify { get; set; }

    /// <summary>What the server answers of a session.</summary>
    public Func<long, ServerSession?> Describe { get; set; } = static id => new ServerSession { Id = id, ClientPort = 1000 + (int)id, State = SessionState.Running };

    /// <summary>What happens before the answer.</summary>
    public Func<CancellationToken, Task> BeforeAnswer { get; set; } = static _ => Task.CompletedTask;

    public string? Limitation { get; set; }

    public SessionIdentity? GetSession(PhysicalConnection connection) =>
        connection.Connection is not StubConnection { Session: { } session } ? null
        : Identify?.Invoke(FirstId + session.Id) ?? new SessionIdentity(FirstId + session.Id, 1000 + FirstId + session.Id);

    public async ValueTask<SessionReading> ReadActivityAsync(
        DbConnection connection, IReadOnlyCollection<long> sessionIds, bool includesStatements, TimeSpan timeout, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _queries);
        var running = Interlocked.Increment(ref _running);
        if (running > _peak)
        {
            _peak = running;
        }

        try
        {
            await BeforeAnswer(cancellationToken);
            var own = FirstId + ((StubConnection)connection).Session!.Id;
            return new SessionReading(
                new ServerSession { Id = own, ClientPort = 1000 + own },
                [.. sessionIds.Select(Describe).OfType<ServerSession>()])
            {
                Limitation = Limitation,
            };
        }
        finally
        {
            Interlocked.Decrement(ref _running);
        }
    }
}
