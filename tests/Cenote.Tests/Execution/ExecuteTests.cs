using System.Net.Sockets;

namespace Cenote.Tests.Execution;

/// <summary>What is run again, when, and what never is; on fake time.</summary>
public sealed class ExecuteTests
{
    private static readonly RetryOptions Patient = new()
    {
        MaxRetries = 3, BaseDelay = TimeSpan.FromSeconds(1), MaxDelay = TimeSpan.FromSeconds(4), Timeout = TimeSpan.FromHours(1), IsIdempotent = true,
    };

    [Fact]
    public async Task Passing_failures_are_tried_again_later_and_later_up_to_the_last_retry()
    {
        await using var test = await TestPool.FullAsync(1);
        var attempts = 0;
        var work = test.Pool.ExecuteAsync((_, _) => ++attempts > 0 ? throw new StubException(FailureKind.Transient) : Task.CompletedTask, Patient);
        await test.Pump(work);

        await Assert.ThrowsAsync<StubException>(() => work);
        Assert.Equal(4, attempts);
        Assert.Equal(3, test.Logger.Collector.GetSnapshot().Count(record => record.Id.Id == 45));
        Assert.Equal(1, test.Counts.Idle);
    }

    [Fact]
    public async Task The_result_of_the_try_that_succeeds_is_the_result()
    {
        await using var test = await TestPool.FullAsync(1);
        var attempts = 0;
        var work = test.Pool.ExecuteAsync((_, _) => ++attempts < 3 ? throw new StubException(FailureKind.ConnectionLost) : Task.FromResult(attempts), Patient);
        await test.Pump(work);

        Assert.Equal(3, await work);
    }

    [Theory]
    [InlineData(FailureKind.Other)]
    [InlineData(FailureKind.QueryTimeout)]
    [InlineData(FailureKind.ReadOnlyServer)]
    [InlineData(FailureKind.InvalidCredentials)]
    [InlineData(FailureKind.TooManyConnections)]
    public async Task Other_failures_are_not(FailureKind kind)
    {
        await using var test = await TestPool.FullAsync(1);
        var attempts = 0;
        await Assert.ThrowsAsync<StubException>(
            () => test.Pool.ExecuteAsync((_, _) => ++attempts > 0 ? throw new StubException(kind) : Task.CompletedTask, Patient).Soon());
        Assert.Equal(1, attempts);
    }

    [Fact]
    public async Task What_comes_from_elsewhere_is_not_even_if_it_looks_like_a_lost_connection()
    {
        await using var test = await TestPool.FullAsync(1);
        var attempts = 0;
        await Assert.ThrowsAsync<HttpRequestException>(() => test.Pool.ExecuteAsync(
            (_, _) => ++attempts > 0 ? throw new HttpRequestException("elsewhere", new SocketException(10054)) : Task.CompletedTask, Patient).Soon());
        await Assert.ThrowsAsync<OperationCanceledException>(() => test.Pool.ExecuteAsync(
            (_, _) => ++attempts > 0 ? throw new OperationCanceledException("the work's own") : Task.CompletedTask, Patient).Soon());
        Assert.Equal(2, attempts);
    }

    [Fact]
    public async Task What_the_pool_throws_is_not_run_again()
    {
        await using var test = await TestPool.FullAsync(1, options => options.AcquireTimeout = TimeSpan.FromSeconds(1));
        using var held = await test.Pool.RentAsync();
        var attempts = 0;
        var work = test.Pool.ExecuteAsync((_, _) => Task.FromResult(++attempts), Patient);
        await test.Pump(work);

        await Assert.ThrowsAsync<PoolTimeoutException>(() => work);
        Assert.Equal(0, attempts);
        Assert.Equal(1, test.Pool.GetStatistics().Timeouts);
    }

    [Fact]
    public async Task A_driver_that_lets_a_socket_exception_through_still_counts()
    {
        await using var test = await TestPool.FullAsync(1);
        test.Script.At(StubCall.Execute, 1, StubStep.Fail(new SocketException(10054)));
        var attempts = 0;
        var work = test.Pool.ExecuteAsync(
            async (connection, token) =>
            {
                attempts++;
                await using var command = connection.CreateCommand();
                await command.ExecuteNonQueryAsync(token);
            },
            Patient);
        await test.Pump(work);
        await work;
        Assert.Equal(2, attempts);
    }

    [Fact]
    public async Task Statements_outside_a_transaction_are_not_run_again_unless_the_work_is_idempotent()
    {
        await using var test = await TestPool.FullAsync(1);
        test.Script.At(StubCall.Execute, 1, StubStep.Fail(FailureKind.Transient)).At(StubCall.Execute, 2, StubStep.Fail(FailureKind.Transient));
        var attempts = 0;
        await Assert.ThrowsAsync<StubException>(() => test.Pool.ExecuteAsync(Work, new RetryOptions()).Soon());
        Assert.Equal(1, attempts);

        await test.Pump(test.Pool.ExecuteAsync(Work, Patient));
        Assert.Equal(3, attempts);

        async Task Work(PooledConnection connection, CancellationToken token)
        {
            attempts++;
            await using var command = connection.CreateCommand();
            await command.ExecuteNonQueryAsync(token);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Work_that_has_begun_to_commit_is_not_run_again(bool inSql)
    {
        await using var test = await TestPool.FullAsync(1);
        var attempts = 0;
        await Assert.ThrowsAsync<StubException>(() => test.Pool.ExecuteAsync(
            async (connection, token) =>
            {
                attempts++;
                if (inSql)
                {
                    await using var command = connection.CreateCommand();
                    command.CommandText = "commit";
                    await command.ExecuteNonQueryAsync(token);
                }
                else
                {
                    await using var transaction = await connection.BeginTransactionAsync(token);
                    await transaction.CommitAsync(token);
                }

                // The commit was answered: nothing is unknown.
                throw new StubException(FailureKind.ConnectionLost);
            },
            Patient).Soon());
        Assert.Equal(1, attempts);
    }

    [Fact]
    public async Task The_deadline_covers_the_delays_and_names_the_last_failure()
    {
        await using var test = await TestPool.FullAsync(1);
        var work = test.Pool.ExecuteAsync(
            (_, _) => Task.FromException(new StubException(FailureKind.Transient)),
            new RetryOptions { MaxRetries = 100, BaseDelay = TimeSpan.FromSeconds(60), MaxDelay = TimeSpan.FromHours(1), Timeout = TimeSpan.FromSeconds(5), IsIdempotent = true });
        var before = test.Time.GetUtcNow();
        await test.Pump(work);

        var told = await Assert.ThrowsAsync<WorkTimeoutException>(() => work);
        Assert.IsType<StubException>(told.InnerException);
        Assert.Equal(TimeSpan.FromSeconds(5), told.Timeout);
        Assert.True(told.Attempts >= 1);

        // Long before the delay was over; fake time runs ahead of a busy machine.
        Assert.True(test.Time.GetUtcNow() - before >= TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task Cancellation_ends_a_delay()
    {
        await using var test = await TestPool.FullAsync(1);
        using var cancellation = new CancellationTokenSource();
        var failed = new TaskCompletionSource();
        var work = test.Pool.ExecuteAsync(
            (_, _) =>
            {
                failed.TrySetResult();
                return Task.FromException(new StubException(FailureKind.Transient));
            },
            Patient,
            cancellation.Token);
        await failed.Task.Soon();
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => work.Soon());
        Assert.Equal(1, test.Counts.Idle);
    }

    [Fact]
    public async Task Without_options_there_is_one_try()
    {
        await using var test = await TestPool.FullAsync(1);
        var attempts = 0;
        await Assert.ThrowsAsync<StubException>(
            () => test.Pool.ExecuteAsync((_, _) => ++attempts > 0 ? throw new StubException(FailureKind.Transient) : Task.CompletedTask).Soon());
        Assert.Equal(1, attempts);
    }

    [Fact]
    public async Task Options_that_cannot_work_are_all_named()
    {
        await using var test = await TestPool.FullAsync(1);
        var refusal = Assert.Throws<PoolOptionsException>(() =>
        {
            _ = test.Pool.ExecuteAsync(
                (_, _) => Task.CompletedTask,
                new RetryOptions { MaxRetries = 0, BaseDelay = TimeSpan.FromMinutes(1), MaxDelay = TimeSpan.FromSeconds(1), Timeout = TimeSpan.Zero });
        });
        Assert.Equal(3, refusal.Problems.Count);
        Assert.Throws<ArgumentNullException>(() => { _ = test.Pool.ExecuteAsync(null!); });
    }
}
