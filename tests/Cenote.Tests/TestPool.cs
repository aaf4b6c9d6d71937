using Microsoft.Extensions.Logging.Testing;

namespace Cenote.Tests;

/// <summary>
/// A pool over the stub driver on fake time. Disposing of it checks that the pool did nothing that it must never do.
/// </summary>
internal sealed class TestPool : IAsyncDisposable
{
    private readonly Action<ConnectionPoolOptions>? _configure;
    private readonly SingleLoggerFactory _loggers;

    private TestPool(Action<ConnectionPoolOptions>? configure, Func<StubDatabase, StubProvider>? provider, CallScript? script)
    {
        Script = script ?? new CallScript();
        Database = new StubDatabase { Script = Script };
        Provider = provider?.Invoke(Database) ?? new StubProvider(Database);
        _configure = configure;
        _loggers = new SingleLoggerFactory(Logger);
        Pool = new ConnectionPool(Provider, NewOptions());
    }

    public TimerCountingTime Time { get; } = new();

    public FakeLogger Logger { get; } = new();

    public StubDatabase Database { get; }

    public StubProvider Provider { get; }

    public CallScript Script { get; }

    public ConnectionPool Pool { get; }

    public PoolCounts Counts => Pool.GetStatistics().Counts;

    /// <summary>
    /// Minimum 0, maximum 2, no retries, timeouts that no test reaches by accident, unless configured otherwise.
    /// </summary>
    public static TestPool Create(
        Action<ConnectionPoolOptions>? configure = null, Func<StubDatabase, StubProvider>? provider = null, CallScript? script = null) =>
        new(configure, provider, script);

    /// <summary>A pool of a fixed size with every connection open.</summary>
    public static async Task<TestPool> FullAsync(
        int size, Action<ConnectionPoolOptions>? configure = null, Func<StubDatabase, StubProvider>? provider = null, CallScript? script = null)
    {
        var test = Create(
            options =>
            {
                options.MinSize = size;
                options.MaxSize = size;
                configure?.Invoke(options);
            },
            provider,
            script);
        await test.When(counts => counts.Idle == size);
        return test;
    }

    public static Func<StubDatabase, StubProvider> Clearing(SessionReset clearing, bool inline = false) =>
        database => new StubProvider(database) { Clearing = clearing, ClearsInline = inline };

    /// <summary>Completes when the pool's counts are so.</summary>
    public Task When(Func<PoolCounts, bool> holds) => Pool.Engine.Desk.WhenAsync(holds, failsWithOpens: false, CancellationToken.None).Soon();

    /// <summary>New options, as the pool was constructed with.</summary>
    public ConnectionPoolOptions NewOptions()
    {
        var options = new ConnectionPoolOptions
        {
            Name = "test",
            MinSize = 0,
            MaxSize = 2,
            MaxOpenRetries = 0,
            CircuitBreaker = null,
            AcquireTimeout = TimeSpan.FromHours(1),
            ConnectTimeout = TimeSpan.FromMinutes(10),
            ValidationTimeout = TimeSpan.FromMinutes(10),
            TimeProvider = Time,
            LoggerFactory = _loggers,
        };
        _configure?.Invoke(options);
        return options;
    }

    /// <summary>Completes when the pool's statistics are so.</summary>
    public Task StatisticsAre(Func<PoolStatistics, bool> hold) => Patience.SoonAsync(
        () => new ValueTask<bool>(hold(Pool.GetStatistics())), () => $"{Pool.GetStatistics()}; {string.Join(", ", Pool.GetStatistics().ConnectionsClosedByReason)}");

    /// <summary>Rents so many connections.</summary>
    public async Task<ConnectionLease[]> RentAsync(int count)
    {
        var leases = new ConnectionLease[count];
        for (var i = 0; i < count; i++)
        {
            leases[i] = await Pool.RentAsync().Soon();
        }

        return leases;
    }

    /// <summary>Lets fake time pass in steps, giving the pool's own work time to run after each.</summary>
    public async Task Pass(TimeSpan time, TimeSpan? step = null)
    {
        var left = time;
        while (left > TimeSpan.Zero)
        {
            var next = step ?? TimeSpan.FromSeconds(Math.Max(1, time.TotalSeconds / 100));
            next = next < left ? next : left;
            left -= next;
            await Time.StepAsync(next);
        }
    }

    /// <summary>
    /// Lets fake time pass in steps; the opens that each has set off come to their end before the next.
    /// </summary>
    public async Task PassOpening(TimeSpan time, TimeSpan step)
    {
        for (var left = time; left > TimeSpan.Zero; left -= step)
        {
            Time.Advance(step);
            await When(counts => counts.Opening == 0);
        }
    }

    /// <summary>
    /// Lets fake time pass in steps until the condition is met, but none during an attempt to open: each open in
    /// progress pauses before its next attempt.
    /// </summary>
    public Task PassPausing(Func<bool> holds, TimeSpan step) => Time.PassUntilAsync(
        async () =>
        {
            await Patience.SoonAsync(() => new ValueTask<bool>(holds() || OpensPause()), DescribePauses);
            return holds();
        },
        step,
        () => $"{Counts}");

    /// <summary>Completes when each open in progress pauses before its next attempt.</summary>
    public Task OpensPausing() => Patience.SoonAsync(() => new ValueTask<bool>(OpensPause()), DescribePauses);

    /// <summary>Lets fake time pass until the condition is met.</summary>
    public Task PassUntil(Func<bool> holds, TimeSpan? step = null) =>
        Time.PassUntilAsync(holds, step ?? TimeSpan.FromMilliseconds(250), () => $"{Counts}");

    /// <summary>Lets fake time pass until the task is over.</summary>
    public Task Pump(Task task, TimeSpan? step = null) => PassUntil(() => task.IsCompleted, step);

    private bool OpensPause() => Counts.Opening is > 0 and var opening && Time.Waits == opening;

    private string DescribePauses() => $"{Counts}; {Time.Waits} pauses";

    public async ValueTask DisposeAsync()
    {
        await Pool.DisposeAsync().Soon();
        Assert.Empty(Database.Violations);
    }
}
