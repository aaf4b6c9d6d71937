using Microsoft.Extensions.Logging;

namespace Cenote.Tests.Events;

public sealed class LogTests
{
    [Fact]
    public async Task Events_have_stable_ids()
    {
        await using var test = await TestPool.FullAsync(1, options => options.AcquireTimeout = TimeSpan.FromSeconds(1));
        var lease = await test.Pool.RentAsync();
        var waiting = test.Pool.RentAsync().AsTask();
        test.Time.Advance(TimeSpan.FromSeconds(1));
        await Assert.ThrowsAsync<PoolTimeoutException>(() => waiting.Soon());
        lease.Dispose();
        test.Pool.Suspend();
        test.Pool.Resume();
        test.Pool.Clear();
        await test.When(counts => counts is { Idle: 1, Total: 1 });

        var ids = test.Logger.Collector.GetSnapshot().Select(record => record.Id.Id).ToHashSet();
        Assert.Superset(new HashSet<int> { 1, 10, 20, 30, 42, 43, 44 }, ids);
    }

    [Fact]
    public async Task A_logger_that_throws_harms_no_caller()
    {
        await using var pool = new ConnectionPool(
            new StubProvider(new StubDatabase()), new ConnectionPoolOptions { MinSize = 1, MaxSize = 1, LoggerFactory = new SingleLoggerFactory(new ThrowingLogger()) });
        await pool.WaitUntilReadyAsync().Soon();

        using var lease = await pool.RentAsync().Soon();
        await Assert.ThrowsAsync<PoolTimeoutException>(() => pool.RentAsync(TimeSpan.FromMilliseconds(1)).Soon());
    }

    private sealed class ThrowingLogger : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            throw new InvalidOperationException("The logger is broken.");
    }
}
