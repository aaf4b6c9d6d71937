using System.Data.Common;

namespace Cenote.Tests.Execution;

/// <summary>A commit is said to have failed only if the database says so.</summary>
public sealed class CommitOutcomeTests
{
    private static readonly RetryOptions Patient = new()
    {
        MaxRetries = 3, BaseDelay = TimeSpan.Zero, Timeout = TimeSpan.FromSeconds(30), IsIdempotent = true,
    };

    [Theory]
    [InlineData(FailureKind.ConnectionLost, false)]
    [InlineData(FailureKind.QueryTimeout, false)]
    [InlineData(FailureKind.InvalidCredentials, false)]
    [InlineData(FailureKind.Other, true)]
    [InlineData(FailureKind.Transient, true)]
    [InlineData(FailureKind.ReadOnlyServer, true)]
    public async Task Only_an_answer_of_the_server_is_passed_on(FailureKind kind, bool isAnswer)
    {
        await using var test = await TestPool.FullAsync(1);
        test.Script.Always(StubCall.Commit, StubStep.Fail(kind));
        var attempts = 0;
        var told = await Assert.ThrowsAnyAsync<DbException>(() => test.Pool.ExecuteAsync((connection, token) => CommitAsync(connection, () => attempts++, token), Patient).Soon());
        Assert.Equal(isAnswer ? typeof(StubException) : typeof(CommitOutcomeUnknownException), told.GetType());
        Assert.Equal(1, attempts);
    }

    [Fact]
    public async Task Silence_during_the_commit_leaves_it_open()
    {
        await using var test = await TestPool.FullAsync(1);
        test.Script.Always(StubCall.Commit, StubStep.Fail(new TimeoutException("no answer")));
        var told = await Assert.ThrowsAsync<CommitOutcomeUnknownException>(() => test.Pool.ExecuteAsync((connection, token) => CommitAsync(connection, () => { }, token), Patient).Soon());
        Assert.IsType<TimeoutException>(told.InnerException);
        Assert.False(told.IsTransient);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_deadline_or_a_token_that_cuts_off_the_commit_leaves_it_open(bool byDeadline)
    {
        await using var test = await TestPool.FullAsync(1);
        test.Script.Always(StubCall.Commit, StubStep.Hang(new StubGate()));
        using var cancellation = new CancellationTokenSource();
        var attempts = 0;
        var work = test.Pool.ExecuteAsync((connection, token) => CommitAsync(connection, () => attempts++, token), Patient, cancellation.Token);
        await test.Database.CallStarted(StubCall.Commit, 1).Soon();
        if (byDeadline)
        {
            test.Time.Advance(TimeSpan.FromSeconds(31));
        }
        else
        {
            await cancellation.CancelAsync();
        }

        var told = await Assert.ThrowsAsync<CommitOutcomeUnknownException>(() => work.Soon());
        Assert.IsAssignableFrom<OperationCanceledException>(told.InnerException);
        Assert.Equal(1, attempts);
    }

    [Fact]
    public async Task A_commit_that_was_never_sent_has_a_known_outcome()
    {
        await using var test = await TestPool.FullAsync(1);
        using var cancellation = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => test.Pool.ExecuteAsync(
            (connection, token) => CommitAsync(connection, cancellation.Cancel, token), Patient, cancellation.Token).Soon());
        Assert.Equal(0, test.Database.Calls(StubCall.Commit).Started);
    }

    [Fact]
    public async Task What_the_work_makes_of_the_failure_changes_nothing()
    {
        await using var test = await TestPool.FullAsync(1);
        test.Script.At(StubCall.Commit, 1, StubStep.Fail(FailureKind.QueryTimeout)).At(StubCall.Commit, 2, StubStep.Fail(FailureKind.Other));
        await Assert.ThrowsAsync<CommitOutcomeUnknownException>(() => test.Pool.ExecuteAsync(Work, Patient).Soon());
        await Assert.ThrowsAsync<InvalidOperationException>(() => test.Pool.ExecuteAsync(Work, Patient).Soon());

        static async Task Work(PooledConnection connection, CancellationToken token)
        {
            try
            {
                await CommitAsync(connection, () => { }, token);
            }
            catch (StubException)
            {
                // Swallowed; the next line fails.
            }

            throw new InvalidOperationException("the work's own");
        }
    }

    [Theory]
    [InlineData("COMMIT")]
    [InlineData("END")]
    public async Task A_commit_as_text_is_one(string text)
    {
        await using var test = await TestPool.FullAsync(1);
        test.Script.At(StubCall.Execute, 1, StubStep.Fail(FailureKind.QueryTimeout)).At(StubCall.Execute, 2, StubStep.Fail(FailureKind.Transient));
        await Assert.ThrowsAsync<CommitOutcomeUnknownException>(() => test.Pool.ExecuteAsync(Work, Patient).Soon());
        await Assert.ThrowsAsync<StubException>(() => test.Pool.ExecuteAsync(Work, Patient).Soon());
        await test.Pool.ExecuteAsync(Work, Patient).Soon();
        Assert.Equal(3, test.Database.Calls(StubCall.Execute).Started);

        async Task Work(PooledConnection connection, CancellationToken token)
        {
            await using var transaction = await connection.BeginTransactionAsync(token);
            await using var command = connection.CreateCommand();
            command.CommandText = text;
            await command.ExecuteNonQueryAsync(token);
        }
    }

    private static async Task CommitAsync(PooledConnection connection, Action before, CancellationToken token)
    {
        await using var transaction = await connection.BeginTransactionAsync(token);
        before();
        await transaction.CommitAsync(token);
    }
}
