using Microsoft.Extensions.Time.Testing;

namespace Cenote.Tests.Budgets;

/// <summary>
/// Pools of one budget over one stub server, on fake time. Disposing of them checks that every permit came back and
/// that the server never had more connections than the budget.
/// </summary>
internal sealed class BudgetedPools : IAsyncDisposable
{
    private readonly Dictionary<string, ConnectionPool> _pools = [];
    private readonly List<StubDatabase> _databases = [];
    private readonly bool _staysWithin;

    public BudgetedPools(int maxConnections, bool staysWithin = true)
    {
        Budget = new ConnectionBudget("server", maxConnections);
        _staysWithin = staysWithin;
    }

    public ConnectionBudget Budget { get; }

    public StubServer Server { get; } = new();

    public FakeTimeProvider Time { get; } = new(FakeTimeSteps.Start);

    /// <summary>Gets a pool, or adds one with at most ten connections and no minimum.</summary>
    public ConnectionPool this[string name] => _pools.TryGetValue(name, out var pool) ? pool : Add(name);

    public ConnectionPool Add(string name, Action<ConnectionPoolOptions>? configure = null)
    {
        var options = new ConnectionPoolOptions
        {
            Name = name,
            Budget = Budget,
            MaxOpenRetries = 0,
            CircuitBreaker = null,
            AcquireTimeout = TimeSpan.FromHours(1),
            ConnectTimeout = TimeSpan.FromMinutes(10),
            ValidationTimeout = TimeSpan.FromMinutes(10),
            TimeProvider = Time,
        };
        configure?.Invoke(options);
        var database = new StubDatabase { Script = new CallScript(), Server = Server };
        _databases.Add(database);
        var pool = new ConnectionPool(new StubProvider(database), options);
        _pools.Add(name, pool);
        return pool;
    }

    public StubDatabase DatabaseOf(string name) => ((StubProvider)this[name].Provider).StubDatabase;

    /// <summary>Has the calls of a pool's driver do this.</summary>
    public void Play(string name, StubCall call, int number, StubStep step) => ((CallScript)DatabaseOf(name).Script!).At(call, number, step);

    public PoolCounts CountsOf(string name) => this[name].GetStatistics().Counts;

    public Task When(string name, Func<PoolCounts, bool> holds) => this[name].Engine.Desk.WhenAsync(holds, failsWithOpens: false, CancellationToken.None).Soon();

    public Task Statistics(Func<ConnectionBudgetStatistics, bool> hold) => Patience.SoonAsync(
        () => new ValueTask<bool>(hold(Budget.GetStatistics())), () => Budget.ToString());

    /// <summary>Starts a rent that has to wait.</summary>
    public async Task<Task<ConnectionLease>> WaitAsync(string name)
    {
        var before = CountsOf(name).Waiting;
        var waiting = this[name].RentAsync().AsTask();
        await When(name, counts => counts.Waiting == before + 1);
        return waiting;
    }

    /// <summary>Rents and returns, so that the pool has an idle connection.</summary>
    public async Task UseAsync(string name)
    {
        (await this[name].RentAsync().Soon()).Dispose();
        await When(name, counts => counts.Idle > 0);
    }

    public async Task DisposeAsync(string name)
    {
        _pools.Remove(name, out var pool);
        await pool!.DisposeAsync().Soon();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var pool in _pools.Values)
        {
            await pool.DisposeAsync().Soon();
        }

        Assert.Empty(_databases.SelectMany(static database => database.Violations));
        await Statistics(static budget => budget is { Connections: 0, Pools: 0, WaitingPools: 0, GuaranteedConnections: 0 });
        Assert.True(!_staysWithin || Server.PeakSessions <= Budget.MaxConnections, $"{Server.PeakSessions} sessions at once.");
    }
}
