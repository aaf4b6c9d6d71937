using Cenote.Providers;
using Cenote.StubDriver;
using Microsoft.Extensions.Time.Testing;

namespace Cenote.TelemetryTests.Metrics;

/// <summary>
/// A set over stub servers on fake time: a primary <c>one</c> and a replica <c>two</c>, which is 2.5 s behind.
/// </summary>
internal sealed class StubSet : IAsyncDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly CallScript _oneDoes = new();
    private readonly StubReplication _one = Say(ServerRole.Primary, lag: null);
    private readonly StubReplication _two = Say(ServerRole.Replica, TimeSpan.FromSeconds(2.5));

    private StubSet() => Set = new ReplicaSetBuilder(Name)
        .AddPrimary("one", NewPool("one", _one, _oneDoes))
        .AddReplica("two", NewPool("two", _two, new CallScript()))
        .Configure(options => options.TimeProvider = _time)
        .Build();

    internal string Name { get; } = $"set {Guid.NewGuid():N}";

    internal ReplicaSet Set { get; }

    internal static async Task<StubSet> CreateAsync()
    {
        var test = new StubSet();
        await test.Set.WaitUntilReadyAsync().Soon();
        foreach (var server in test.Set.Servers)
        {
            await server.Pool.WaitUntilReadyAsync().Soon();
        }

        return test;
    }

    /// <summary>The primary dies, and the replica is promoted.</summary>
    internal async Task FailOverAsync()
    {
        _oneDoes.Always(StubCall.Open, StubStep.Fail()).Always(StubCall.Status, StubStep.Fail()).Always(StubCall.Validate, StubStep.Fail());
        _two.Say(static status => status with { Role = ServerRole.Primary, Lag = null, Timeline = 2 });
        await Set.ProbeAsync().Soon();
        await Set.ProbeAsync().Soon();
    }

    public async ValueTask DisposeAsync()
    {
        _oneDoes.Heal(StubCall.Open).Heal(StubCall.Status).Heal(StubCall.Validate);
        await Set.DisposeAsync();
        foreach (var server in Set.Servers)
        {
            await server.Pool.DisposeAsync();
        }
    }

    private ConnectionPool NewPool(string server, StubReplication replication, CallScript script) => new(
        new StubProvider(new StubDatabase { Script = script }) { Replication = replication },
        new ConnectionPoolOptions { Name = $"{Name}/{server}", MinSize = 1, MaxSize = 2, MaxOpenRetries = 0, TimeProvider = _time });

    private static StubReplication Say(ServerRole role, TimeSpan? lag)
    {
        var replication = new StubReplication();
        replication.Say(new ServerStatus { Role = role, Lag = lag, Timeline = 1 });
        return replication;
    }
}
