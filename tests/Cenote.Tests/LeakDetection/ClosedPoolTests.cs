using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;

namespace Cenote.Tests.LeakDetection;

/// <summary>Leases that are still out when their pool is disposed of.</summary>
public sealed class ClosedPoolTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly TimerCountingTime _time = new();

    [Theory, ClassData<EveryValue<SessionReset>>]
    public async Task A_leaked_lease_is_revoked_in_time_and_its_session_closed(SessionReset way)
    {
        var test = await FullAsync(2, options => options.LeakDetection.RevokeAfter = TimeSpan.FromSeconds(60), way);
        var reports = new Reports(test.Pool);
        var leaked = await test.Pool.RentAsync();
        Pass(10);

        await test.Pool.DisposeAsync().Soon();
        Pass(45);
        Assert.True(leaked.IsActive);
        leaked.Use();
        Assert.Equal(1, test.Database.Sessions);

        PassUntilRevoked(test);
        var refusal = Assert.Throws<LeaseRevokedException>(() => leaked.Connection);
        Assert.Equal(TimeSpan.FromSeconds(60), refusal.RevokeAfter);
        await AllGoneAsync(test);
        await reports.NextAsync(LeakKind.Revoked);
        Assert.Single(test.Logger.Collector.GetSnapshot(), record => record.Id.Id == 62);
        Assert.Equal(1, test.Pool.GetStatistics().ConnectionsClosedByReason[CloseReason.Revoked]);
        leaked.Dispose();
    }

    [Fact]
    public async Task A_holder_of_a_pooled_connection_gets_the_revocation()
    {
        var test = await FullAsync(1, options => options.LeakDetection.RevokeAfter = TimeSpan.FromSeconds(5));
        await using var held = await test.Pool.OpenConnectionAsync();
        await using var command = held.CreateCommand();
        command.CommandText = "x";

        await test.Pool.DisposeAsync().Soon();
        Assert.NotNull(await command.ExecuteScalarAsync());
        PassUntilRevoked(test);

        await Assert.ThrowsAsync<LeaseRevokedException>(() => command.ExecuteScalarAsync());
        await AllGoneAsync(test);
    }

    [Fact]
    public async Task Without_RevokeAfter_a_leaked_lease_keeps_its_session_and_nothing_else()
    {
        var test = await FullAsync(2);
        var leaked = await test.Pool.RentAsync();

        await test.Pool.DisposeAsync().Soon();
        await NoTimersAsync();
        Pass(100_000);

        Assert.True(leaked.IsActive);
        Assert.Equal(1, test.Database.Sessions);
        leaked.Dispose();
        await AllGoneAsync(test);
    }

    [Fact]
    public async Task A_suspicion_and_a_late_return_are_reported_once_each()
    {
        var test = await FullAsync(2, options => options.LeakDetection.Threshold = TimeSpan.FromSeconds(5));
        var reports = new Reports(test.Pool);
        var leases = await test.RentAsync(2);
        await test.Pool.DisposeAsync().Soon();
        Assert.NotEqual(0, _time.Timers);

        Pass(8);
        await reports.NextAsync(LeakKind.Suspected);
        await reports.NextAsync(LeakKind.Suspected);
        await NoTimersAsync();
        Pass(100);
        leases[0].Dispose();
        leases[1].Dispose();

        await AllGoneAsync(test);
        Assert.Equal(108, (await reports.NextAsync(LeakKind.ReturnedLate)).Lease.Age.TotalSeconds);
        await reports.NextAsync(LeakKind.ReturnedLate);
        Assert.Equal(2, test.Pool.GetStatistics().LeasesReturnedLate);
        Assert.Equal(4, reports.Count);
    }

    [Fact]
    public async Task The_timer_ends_with_the_last_lease_without_waiting_for_a_tick()
    {
        var test = await FullAsync(2, options => options.LeakDetection.RevokeAfter = TimeSpan.FromSeconds(60));
        var leases = await test.RentAsync(2);

        await test.Pool.DisposeAsync().Soon();
        leases[0].Dispose();
        await test.Database.SessionsAre(1).Soon();
        Assert.NotEqual(0, _time.Timers);
        leases[1].Dispose();

        await AllGoneAsync(test);
        Assert.Equal(0, test.Pool.GetStatistics().LeasesRevoked);
    }

    [Fact]
    public async Task A_pool_without_leases_out_leaves_no_timer()
    {
        var test = await FullAsync(2, options => options.LeakDetection.RevokeAfter = TimeSpan.FromSeconds(60));
        (await test.Pool.RentAsync()).Dispose();

        await test.Pool.DisposeAsync().Soon();

        await NoTimersAsync();
    }

    [Fact]
    public async Task A_limit_that_is_taken_back_ends_the_timer()
    {
        var test = await FullAsync(1, options => options.LeakDetection.RevokeAfter = TimeSpan.FromSeconds(60));
        var leaked = await test.Pool.RentAsync();
        await test.Pool.DisposeAsync().Soon();
        var options = test.NewOptions();
        options.LeakDetection.RevokeAfter = null;
        test.Pool.Reconfigure(options);

        Pass(1);

        await NoTimersAsync();
        leaked.Dispose();
        await AllGoneAsync(test);
    }

    [Fact]
    public async Task A_logger_whose_factory_was_disposed_of_stops_nothing()
    {
        var logger = new EndingLogger();
        var test = await FullAsync(1, options => (options.LeakDetection.RevokeAfter, options.LoggerFactory) = (TimeSpan.FromSeconds(5), logger));
        var leaked = await test.Pool.RentAsync();
        await test.Pool.DisposeAsync().Soon();
        logger.Dispose();

        PassUntilRevoked(test);

        await AllGoneAsync(test);
        Assert.False(leaked.IsActive);
        Assert.True(logger.Refused > 0);
    }

    [Fact]
    public async Task A_closed_registry_revokes_what_is_still_out()
    {
        var test = await FullAsync(1, options => options.LeakDetection.RevokeAfter = TimeSpan.FromSeconds(5));
        var registry = new PoolRegistry();
        registry.Register(test.Pool);
        var leaked = await registry["test"].RentAsync();
        await registry.DisposeAsync().Soon();

        PassUntilRevoked(test);

        await AllGoneAsync(test);
        Assert.False(leaked.IsActive);
    }

    [Fact]
    public async Task Nothing_keeps_a_disposed_pool_alive_when_its_leaked_lease_is_dropped()
    {
        var pool = await LeakAndDisposeAsync();
        var watch = System.Diagnostics.Stopwatch.StartNew();

        while (pool.IsAlive)
        {
            Assert.True(watch.Elapsed < Patience.Limit, "The pool is still alive.");
            GC.Collect();
            GC.WaitForPendingFinalizers();
            await Task.Yield();
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task<WeakReference> LeakAndDisposeAsync()
    {
        var test = await TestPool.FullAsync(2, options => options.TimeProvider = TimeProvider.System);
        Assert.True((await test.Pool.RentAsync()).IsActive);
        await test.Pool.DisposeAsync().Soon();
        return new WeakReference(test.Pool);
    }

    private Task<TestPool> FullAsync(int size, Action<ConnectionPoolOptions>? configure = null, SessionReset way = SessionReset.ByPool) => TestPool.FullAsync(
        size,
        options =>
        {
            options.TimeProvider = _time;
            configure?.Invoke(options);
        },
        TestPool.Clearing(way));

    private void Pass(int seconds)
    {
        for (var i = 0; i < Math.Min(seconds, 200); i++)
        {
            _time.Advance(seconds <= 200 ? Second : Second * seconds / 200);
        }
    }

    /// <summary>No further: fake time would run out for the close that has begun.</summary>
    private void PassUntilRevoked(TestPool test)
    {
        for (var second = 0; test.Pool.GetStatistics().LeasesRevoked == 0; second++)
        {
            Assert.True(second < 20, "The lease was not revoked.");
            Pass(1);
        }
    }

    /// <summary>Without letting time pass: what is under way may still have a timer for a moment.</summary>
    private async Task NoTimersAsync()
    {
        var watch = System.Diagnostics.Stopwatch.StartNew();
        while (_time.Timers > 0)
        {
            Assert.True(watch.Elapsed < Patience.Limit, $"{_time.Timers} timers are left.");
            await Task.Yield();
        }
    }

    private async Task AllGoneAsync(TestPool test)
    {
        await test.Database.SessionsAre(0).Soon();
        await test.Database.When(() => test.Provider.Disposals == 1).Soon();
        await NoTimersAsync();
        Assert.Empty(test.Database.Violations);
    }

    private sealed class EndingLogger : ILoggerFactory, ILogger
    {
        private volatile bool _isDisposed;
        private int _refused;

        public int Refused => Volatile.Read(ref _refused);

        public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (_isDisposed)
            {
                Interlocked.Increment(ref _refused);
                throw new ObjectDisposedException(nameof(EndingLogger));
            }
        }

        public void Dispose() => _isDisposed = true;
    }
}
