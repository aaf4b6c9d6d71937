using System.Data.Common;

namespace Cenote.Tests.AdoNet;

/// <summary>When a command that the pool has created runs again.</summary>
public sealed class ReadOnlyCommandTests
{
    [Fact]
    public async Task It_runs_again_up_to_three_times()
    {
        await using var test = TestPool.Create();
        test.Script.Always(StubCall.Execute, StubStep.Fail(FailureKind.ConnectionLost));
        await using var command = NewCommand(test);
        var running = command.ExecuteScalarAsync();
        await AdvanceUntilAsync(test, running);
        await Assert.ThrowsAsync<StubException>(() => running);
        Assert.Equal(4, test.Database.Calls(StubCall.Execute).Started);
        Assert.Equal(3, test.Pool.GetStatistics().StatementRetries);
    }

    [Theory]
    [InlineData(FailureKind.Transient)]
    [InlineData(FailureKind.QueryTimeout)]
    [InlineData(FailureKind.Other)]
    public async Task It_does_not_run_again_after_another_failure(FailureKind kind)
    {
        await using var test = TestPool.Create();
        test.Script.Always(StubCall.Execute, StubStep.Fail(kind));
        await using var command = NewCommand(test);
        await Assert.ThrowsAnyAsync<DbException>(() => command.ExecuteScalarAsync().Soon());
        Assert.Equal(1, test.Database.Calls(StubCall.Execute).Started);
    }

    [Fact]
    public async Task It_does_not_run_again_unless_declared()
    {
        await using var test = TestPool.Create();
        test.Script.Always(StubCall.Execute, StubStep.Fail(FailureKind.ConnectionLost));
        await using var command = test.Pool.CreateCommand("read");
        await Assert.ThrowsAsync<StubException>(() => command.ExecuteNonQueryAsync().Soon());
        Assert.Equal(1, test.Database.Calls(StubCall.Execute).Started);
    }

    [Fact]
    public async Task The_token_ends_the_delay()
    {
        await using var test = TestPool.Create();
        test.Script.Always(StubCall.Execute, StubStep.Fail(FailureKind.ConnectionLost));
        await using var command = NewCommand(test);
        using var cancellation = new CancellationTokenSource();
        var running = command.ExecuteNonQueryAsync(cancellation.Token);
        await test.StatisticsAre(statistics => statistics.StatementRetries == 1);
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running.Soon());
        Assert.Equal(1, test.Database.Calls(StubCall.Execute).Started);
    }

    [Fact]
    public async Task It_does_not_run_again_after_its_deadline()
    {
        await using var test = TestPool.Create();
        test.Script.Always(StubCall.Execute, StubStep.Fail(FailureKind.ConnectionLost));
        await using var command = NewCommand(test);
        command.CommandTimeout = 5;
        var running = command.ExecuteNonQueryAsync();
        await test.StatisticsAre(statistics => statistics.StatementRetries == 1);

        // The retry is counted before its delay begins, so that one step may come too early.
        await test.Pump(running, TimeSpan.FromSeconds(6));
        await Assert.ThrowsAsync<StubException>(() => running);
        Assert.Equal(2, test.Database.Calls(StubCall.Execute).Started);
    }

    [Fact]
    public async Task A_pool_that_closes_meanwhile_ends_it()
    {
        await using var test = TestPool.Create();
        test.Script.Always(StubCall.Execute, StubStep.Fail(FailureKind.ConnectionLost));
        await using var command = NewCommand(test);
        var running = command.ExecuteNonQueryAsync();
        await test.StatisticsAre(statistics => statistics.StatementRetries == 1);
        await test.Pool.DisposeAsync();
        await AdvanceUntilAsync(test, running);
        await Assert.ThrowsAsync<PoolClosedException>(() => running);
    }

    private static PooledCommand NewCommand(TestPool test)
    {
        var command = test.Pool.CreateCommand("read");
        command.IsReadOnly = true;
        return command;
    }

    private static Task AdvanceUntilAsync(TestPool test, Task running) => Patience.SoonAsync(
        () =>
        {
            test.Time.Advance(TimeSpan.FromMilliseconds(20));
            return new ValueTask<bool>(running.IsCompleted);
        },
        () => test.Pool.GetStatistics().ToString());
}
