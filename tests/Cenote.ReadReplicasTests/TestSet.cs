using System.Threading.Channels;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Time.Testing;

namespace Cenote.ReadReplicasTests;

/// <summary>
/// A set over stub servers on fake time: a primary named <c>one</c>, replicas <c>two</c>, <c>three</c>, …
/// </summary>
internal sealed class TestSet : IAsyncDisposable
{
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(1);
    private static readonly string[] Names = ["one", "two", "three", "four", "five"];
    private readonly Channel<TopologyChange> _changes = Channel.CreateUnbounded<TopologyChange>();

    private TestSet(int replicas, Action<ReplicaSetOptions>? configure, Action<ConnectionPoolOptions>? configurePools, Func<string, int>? weights, bool tells, bool waits = false, bool carryContexts = false, Action<IReadOnlyList<StubServer>>? prepare = null)
    {
        Stubs = [.. Enumerable.Range(0, replicas + 1).Select(i => new StubServer(Names[i], i == 0 ? ServerRole.Primary : ServerRole.Replica, tells, waits, carryContexts))];
        prepare?.Invoke(Stubs);
        var builder = new ReplicaSetBuilder("set").UseStrategy(ReplicaStrategy.RoundRobin()).Configure(options =>
        {
            options.TimeProvider = Time;
            options.LoggerFactory = new SingleLoggerFactory(Logger);
            options.ProbeInterval = TimeSpan.FromSeconds(1);
            options.SlowStartDuration = TimeSpan.Zero;

            // Else a server whose probe waits for a thread while fake time passes is lost.
            options.ProbeTimeout = TimeSpan.FromMinutes(1);
            configure?.Invoke(options);
        });
        foreach (var stub in Stubs)
        {
            void Configure(ConnectionPoolBuilder pool) => pool.UseProvider(stub.Provider).Configure(options =>
            {
                options.MinSize = 1;
                options.MaxSize = 4;
                options.MaxOpenRetries = 0;

                // Else a connection that is still being cleared sends the next read elsewhere.
                options.ResetMode = ResetMode.None;

                // Else a connection that fake time has made old is being checked or replaced when the next read comes.
                options.ValidationInterval = Timeout.InfiniteTimeSpan;
                options.MaxIdleTime = Timeout.InfiniteTimeSpan;
                options.MaxLifetime = Timeout.InfiniteTimeSpan;
                options.LoggerFactory = null;
                options.ConnectTimeout = TimeSpan.FromMinutes(5);
                options.ValidationTimeout = TimeSpan.FromMinutes(5);
                configurePools?.Invoke(options);
            });

            var weight = weights?.Invoke(stub.Name) ?? 1;
            _ = stub.Role == ServerRole.Primary ? builder.AddPrimary(stub.Name, Configure, weight) : builder.AddReplica(stub.Name, Configure, weight);
        }

        Set = builder.Build();
        Set.TopologyChanged += (_, changed) => _changes.Writer.TryWrite(changed.Change);
    }

    public FakeTimeProvider Time { get; } = new(FakeTimeSteps.Start);

    public FakeLogger Logger { get; } = new();

    public IReadOnlyList<StubServer> Stubs { get; }

    public ReplicaSet Set { get; }

    public StubServer One => Stubs[0];

    public StubServer Two => Stubs[1];

    public StubServer Three => Stubs[2];

    /// <summary>A set whose servers have been probed, with an idle connection each.</summary>
    public static async Task<TestSet> CreateAsync(
        int replicas = 2,
        Action<ReplicaSetOptions>? configure = null,
        Action<ConnectionPoolOptions>? pools = null,
        Func<string, int>? weights = null,
        bool tells = true,
        bool waits = false,
        bool carryContexts = false)
    {
        var test = new TestSet(replicas, configure, pools, weights, tells, waits, carryContexts);
        await test.Set.WaitUntilReadyAsync(TestContext.Current.CancellationToken).Soon();
        foreach (var server in test.Set.Servers)
        {
            await server.Pool.WaitUntilReadyAsync(TestContext.Current.CancellationToken).Soon();
        }

        return test;
    }

    /// <summary>The same, not waiting for anything.</summary>
    public static TestSet Start(int replicas = 2, Action<ReplicaSetOptions>? configure = null, Action<ConnectionPoolOptions>? pools = null, bool tells = true,
        Action<IReadOnlyList<StubServer>>? prepare = null) =>
        new(replicas, configure, pools, weights: null, tells, prepare: prepare);

    public ReplicaSetServer Server(string name) => Set.Servers.Single(server => server.Name == name);

    /// <summary>So many rounds of probes, one after the other.</summary>
    public async Task ProbeAsync(int rounds = 1)
    {
        for (var i = 0; i < rounds; i++)
        {
            await Set.ProbeAsync(TestContext.Current.CancellationToken).Soon();
        }
    }

    /// <summary>The next change of the kind.</summary>
    public async Task<TopologyChange> Change(TopologyChangeKind kind)
    {
        while (true)
        {
            var change = await _changes.Reader.ReadAsync(TestContext.Current.CancellationToken).Soon();
            if (change.Kind == kind)
            {
                return change;
            }
        }
    }

    /// <summary>Which servers so many reads went to, each returned before the next: <c>three 5, two 5</c>.</summary>
    public async Task<string> ReadAsync(int reads)
    {
        var served = new SortedDictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < reads; i++)
        {
            await using var lease = await Set.RentReadAsync(TestContext.Current.CancellationToken).Soon();
            var name = NameOf(lease);
            served[name] = served.TryGetValue(name, out var before) ? before + 1 : 1;
        }

        return string.Join(", ", served.Select(pair => $"{pair.Key} {pair.Value}"));
    }

    public string NameOf(in ConnectionLease lease)
    {
        var pool = lease.Pool;
        return Set.Servers.Single(server => server.Pool == pool).Name;
    }

    /// <summary>Lets fake time pass until the task is over.</summary>
    public Task Pump(Task task, TimeSpan? step = null) => PumpUntil(() => task.IsCompleted, step);

    /// <summary>
    /// Lets fake time pass until the condition is met. Each step leaves real time to what waits for a thread, so that
    /// no timeout of another passes meanwhile.
    /// </summary>
    public Task PumpUntil(Func<bool> holds, TimeSpan? step = null) => Time.PassUntilAsync(
        async () =>
        {
            if (!holds())
            {
                await Task.Delay(Moment, TimeProvider.System);
            }

            return holds();
        },
        step ?? TimeSpan.FromMilliseconds(50),
        () => $"{Set.GetStatistics()}");

    public async ValueTask DisposeAsync()
    {
        foreach (var stub in Stubs)
        {
            stub.Revive();
        }

        await Set.DisposeAsync().Soon();
        foreach (var stub in Stubs)
        {
            Assert.Empty(stub.Database.Violations);
        }
    }
}
