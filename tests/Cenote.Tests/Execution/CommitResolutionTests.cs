using Cenote.Providers;

namespace Cenote.Tests.Execution;

/// <summary>The search for the outcome of a commit that the server has not answered.</summary>
public sealed class CommitResolutionTests
{
    private static readonly RetryOptions Retry = new()
    {
        MaxRetries = 3, BaseDelay = TimeSpan.Zero, MaxDelay = TimeSpan.Zero, Timeout = TimeSpan.FromSeconds(30), ResolveUnknownCommits = true,
    };

    private int _attempts;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Work_is_reported_as_done_when_its_commit_had_succeeded(bool blocks)
    {
        await using var test = await NewAsync(Answer(CommitOutcome.Committed));
        test.Script.At(StubCall.Commit, 1, StubStep.Fail(FailureKind.ConnectionLost));
        Assert.Equal(1, await test.Pool.ExecuteAsync((connection, token) => WorkAsync(connection, token, blocks), Retry).Soon());
        Assert.Equal(1, _attempts);
        var statistics = test.Pool.GetStatistics();
        Assert.Equal((1L, 0L, 0L), (statistics.CommitsFoundCommitted, statistics.CommitsFoundRolledBack, statistics.UnknownCommits));
        Assert.Contains(test.Pool.GetEvents(), happened => happened is { Kind: PoolEventKind.CommitResolved, Level: PoolEventLevel.Warning });
    }

    [Theory]
    [InlineData(FailureKind.ConnectionLost, true)]
    [InlineData(FailureKind.QueryTimeout, true)]
    [InlineData(FailureKind.ConnectionLost, false)]
    public async Task Work_runs_again_when_its_commit_had_no_effect(FailureKind kind, bool hasWritten)
    {
        await using var test = await NewAsync(Answer(CommitOutcome.RolledBack), hasWritten: hasWritten);
        test.Script.At(StubCall.Commit, 1, StubStep.Fail(kind));
        Assert.Equal(2, await test.Pool.ExecuteAsync((connection, token) => WorkAsync(connection, token), Retry).Soon());
        Assert.Equal(1, test.Pool.GetStatistics().CommitsFoundRolledBack);
    }

    [Fact]
    public async Task A_second_unanswered_commit_is_resolved_like_the_first()
    {
        var readings = new Queue<CommitOutcome>([CommitOutcome.RolledBack, CommitOutcome.RolledBack, CommitOutcome.Committed]);
        await using var test = await NewAsync(_ => Reading(readings.Dequeue()));
        test.Script.Always(StubCall.Commit, StubStep.Fail(FailureKind.ConnectionLost));
        Assert.Equal(3, await test.Pool.ExecuteAsync((connection, token) => WorkAsync(connection, token), Retry).Soon());
        Assert.Empty(readings);
    }

    [Fact]
    public async Task The_server_is_asked_again_while_the_transaction_is_in_progress()
    {
        var asked = 0;
        await using var test = await NewAsync(_ => Reading(++asked < 4 ? CommitOutcome.InProgress : CommitOutcome.Committed));
        test.Script.At(StubCall.Commit, 1, StubStep.Fail(FailureKind.ConnectionLost));
        var work = test.Pool.ExecuteAsync((connection, token) => WorkAsync(connection, token), Retry);
        await AdvanceUntilAsync(test, work);
        Assert.Equal(1, await work);
        Assert.Equal(4, asked);
    }

    [Fact]
    public async Task An_unknown_outcome_is_reported_with_what_was_tried()
    {
        await using var test = await NewAsync(Answer(CommitOutcome.Unknown));
        test.Script.At(StubCall.Commit, 1, StubStep.Fail(FailureKind.ConnectionLost));
        var told = await Assert.ThrowsAsync<CommitOutcomeUnknownException>(
            () => test.Pool.ExecuteAsync((connection, token) => WorkAsync(connection, token), Retry).Soon());
        Assert.Equal(1, told.Answers);
        Assert.Contains("for a reason", told.Tried, StringComparison.Ordinal);
        Assert.Contains(told.Tried!, told.Message, StringComparison.Ordinal);
        Assert.Equal(1, test.Pool.GetStatistics().UnknownCommits);
        Assert.Contains(test.Pool.GetEvents(), happened => happened is { Kind: PoolEventKind.CommitResolved, Level: PoolEventLevel.Error });
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_deadline_or_the_token_ends_the_search(bool byDeadline)
    {
        var asking = new TaskCompletionSource();
        await using var test = await NewAsync(async token =>
        {
            asking.TrySetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
            return new CommitReading(CommitOutcome.Committed, "too late");
        });
        test.Script.At(StubCall.Commit, 1, StubStep.Fail(FailureKind.ConnectionLost));
        using var cancellation = new CancellationTokenSource();
        var work = test.Pool.ExecuteAsync((connection, token) => WorkAsync(connection, token), Retry, cancellation.Token);
        await asking.Task.Soon();
        if (byDeadline)
        {
            test.Time.Advance(TimeSpan.FromSeconds(31));
        }
        else
        {
            await cancellation.CancelAsync();
        }

        var told = await Assert.ThrowsAsync<CommitOutcomeUnknownException>(() => work.Soon());
        Assert.Equal(0, told.Answers);
        Assert.Contains("deadline passed or the token was cancelled", told.Tried, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pool_that_closes_ends_the_search()
    {
        await using var test = await NewAsync(Answer(CommitOutcome.InProgress));
        test.Script.At(StubCall.Commit, 1, StubStep.Fail(FailureKind.ConnectionLost));
        var work = test.Pool.ExecuteAsync((connection, token) => WorkAsync(connection, token), Retry);
        await test.Pool.DisposeAsync();
        await AdvanceUntilAsync(test, work);
        var told = await Assert.ThrowsAsync<CommitOutcomeUnknownException>(() => work.Soon());
        Assert.Contains("the pool was closed", told.Tried, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_search_waits_for_a_circuit_that_closes()
    {
        await using var test = await NewAsync(Answer(CommitOutcome.Committed), configure: options => options.CircuitBreaker = new CircuitBreakerOptions());
        test.Script.At(StubCall.Commit, 1, StubStep.Fail(FailureKind.ConnectionLost));
        var work = test.Pool.ExecuteAsync(
            async (connection, token) =>
            {
                test.Pool.IsolateCircuit();
                return await WorkAsync(connection, token);
            },
            Retry);
        await test.StatisticsAre(statistics => statistics.CircuitRejections > 0);
        test.Pool.CloseCircuit();
        await AdvanceUntilAsync(test, work);
        Assert.Equal(1, await work);
    }

    [Fact]
    public async Task Work_with_an_earlier_commit_does_not_run_again()
    {
        await using var test = await NewAsync(Answer(CommitOutcome.RolledBack));
        test.Script.At(StubCall.Commit, 2, StubStep.Fail(FailureKind.ConnectionLost));
        await Assert.ThrowsAsync<StubException>(() => test.Pool.ExecuteAsync(
            async (connection, token) =>
            {
                await WorkAsync(connection, token);
                return await WorkAsync(connection, token);
            },
            Retry).Soon());
        Assert.Equal(2, _attempts);
    }

    [Theory]
    [InlineData(FailureKind.Other)]
    [InlineData(FailureKind.Transient)]
    public async Task An_answered_commit_is_not_asked_about(FailureKind kind)
    {
        await using var test = await NewAsync(_ => throw new InvalidOperationException("asked"));
        test.Script.Always(StubCall.Commit, StubStep.Fail(kind));
        await Assert.ThrowsAsync<StubException>(() => test.Pool.ExecuteAsync((connection, token) => WorkAsync(connection, token), Retry).Soon());
        Assert.Equal(1, _attempts);
    }

    [Fact]
    public async Task A_commit_by_text_is_not_asked_about()
    {
        await using var test = await NewAsync(Answer(CommitOutcome.Committed));
        test.Script.At(StubCall.Execute, 1, StubStep.Fail(FailureKind.ConnectionLost));
        var told = await Assert.ThrowsAsync<CommitOutcomeUnknownException>(() => test.Pool.ExecuteAsync(
            async (connection, token) =>
            {
                await using var command = connection.CreateCommand();
                command.CommandText = "COMMIT";
                await command.ExecuteNonQueryAsync(token);
            },
            Retry).Soon());
        Assert.Null(told.Tried);
    }

    [Fact]
    public async Task A_missing_table_is_reported_before_the_work_runs()
    {
        await using var test = await NewAsync(Answer(CommitOutcome.Committed), requiresTable: true);
        var told = await Assert.ThrowsAsync<PoolOptionsException>(() => test.Pool.ExecuteAsync((connection, token) => WorkAsync(connection, token), Retry).Soon());
        Assert.Contains("CommitTable is not set", Assert.Single(told.Problems), StringComparison.Ordinal);
        Assert.Equal(0, _attempts);
    }

    [Fact]
    public async Task A_server_that_cannot_be_asked_is_reported_before_the_work_runs()
    {
        await using var test = await NewAsync(Answer(CommitOutcome.Committed), checkFailure: new NotSupportedException("It is MyISAM."));
        var told = await Assert.ThrowsAsync<PoolOptionsException>(() => test.Pool.ExecuteAsync((connection, token) => WorkAsync(connection, token), Retry).Soon());
        Assert.Contains("It is MyISAM.", Assert.Single(told.Problems), StringComparison.Ordinal);
        Assert.Equal(0, _attempts);
    }

    [Fact]
    public async Task A_provider_without_the_ability_is_refused()
    {
        await using var pool = new ConnectionPool(new AdoNetProvider(StubFactory.Instance, "Host=stub"), new ConnectionPoolOptions());
        var told = await Assert.ThrowsAsync<PoolOptionsException>(() => pool.ExecuteAsync((connection, token) => WorkAsync(connection, token), Retry).Soon());
        Assert.Contains("AdoNetProvider cannot", Assert.Single(told.Problems), StringComparison.Ordinal);
        Assert.Throws<NotSupportedException>(pool.GetCommitTableScript);
    }

    [Theory]
    [InlineData("commits", true)]
    [InlineData("app.commits_2", true)]
    [InlineData("", false)]
    [InlineData("a.b.c", false)]
    [InlineData("1commits", false)]
    [InlineData("com mits", false)]
    [InlineData("commits; DROP TABLE x", false)]
    public void A_commit_table_needs_a_plain_name(string table, bool isUsable)
    {
        var create = () => new ConnectionPool(new StubProvider(new StubDatabase()), new ConnectionPoolOptions { CommitTable = table });
        if (isUsable)
        {
            using var pool = create();
            Assert.Equal($"CREATE TABLE {table}", pool.GetCommitTableScript());
            Assert.Contains(pool.GetSettings(), setting => setting.Name == "CommitTable" && setting.Value == table);
        }
        else
        {
            Assert.Contains("CommitTable", Assert.Single(Assert.Throws<PoolOptionsException>(create).Problems), StringComparison.Ordinal);
        }
    }

    // A single connection: the search must not wait for one while the work holds it.
    private static Task<TestPool> NewAsync(
        Func<CancellationToken, ValueTask<CommitReading>> read,
        bool hasWritten = true,
        bool requiresTable = false,
        Exception? checkFailure = null,
        Action<ConnectionPoolOptions>? configure = null) =>
        TestPool.FullAsync(1, configure, database => new StubProvider(database)
        {
            ReadCommit = read, HasWritten = hasWritten, RequiresCommitTable = requiresTable, CheckFailure = checkFailure,
        });

    private static Func<CancellationToken, ValueTask<CommitReading>> Answer(CommitOutcome outcome) => _ => Reading(outcome);

    private static ValueTask<CommitReading> Reading(CommitOutcome outcome) => new(new CommitReading(outcome, "for a reason"));

    private static Task AdvanceUntilAsync(TestPool test, Task work) => Patience.SoonAsync(
        () =>
        {
            test.Time.Advance(TimeSpan.FromMilliseconds(20));
            return new ValueTask<bool>(work.IsCompleted);
        },
        () => test.Pool.GetStatistics().ToString());

    private async Task<int> WorkAsync(PooledConnection connection, CancellationToken token, bool blocks = false)
    {
        _attempts++;
        await using var transaction = await connection.BeginTransactionAsync(token);
        if (blocks)
        {
            transaction.Commit();
        }
        else
        {
            await transaction.CommitAsync(token);
        }

        return _attempts;
    }
}
