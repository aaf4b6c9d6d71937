using System.Transactions;
using Cenote.Providers;

namespace Cenote.Tests.Ambient;

/// <summary>What may happen while a caller awaits the beginning of its branch at the server.</summary>
public sealed class AwaitedBranchTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_lease_that_is_revoked_meanwhile_does_not_join(bool hasBegun)
    {
        var beginning = new Beginning();
        await using var test = await TestPool.FullAsync(1, provider: beginning.Provide);
        using var scope = new TransactionScope(TransactionScopeAsyncFlowOption.Enabled);
        var rent = test.Pool.RentAsync().AsTask();
        await beginning.Reached.Soon();
        Assert.True(test.Pool.TryRevoke(Assert.Single(test.Pool.GetLeases())));

        // The next holder of the slot is in a transaction of its own.
        using var other = new CommittableTransaction();
        await using var next = await OpenOutsideAsync(test);
        next.EnlistTransaction(other);
        var slot = test.Pool.Engine.Desk.Slots.All[0];
        var hold = slot.Hold;
        Assert.NotNull(hold);
        using var branch = new Branch();
        if (hasBegun)
        {
            beginning.Succeed(branch);
        }
        else
        {
            beginning.Fail(new StubException(FailureKind.ConnectionLost, "closed"));
        }

        await Assert.ThrowsAsync<LeaseRevokedException>(() => rent.Soon());
        Assert.Equal((hasBegun, 0), (branch.IsDisposed, branch.Ends));
        Assert.Same(hold, slot.Hold);
        other.Commit();
        Assert.Null(slot.Hold);

        // The transaction of the first goes on without it.
        scope.Complete();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_cancel_meanwhile_ends_the_rent_and_the_session(bool hasBegun)
    {
        var beginning = new Beginning();
        await using var test = await TestPool.FullAsync(1, provider: beginning.Provide);
        using var cancel = new CancellationTokenSource();
        using var branch = new Branch();
        using (var scope = new TransactionScope(TransactionScopeAsyncFlowOption.Enabled))
        {
            var rent = test.Pool.RentAsync(cancel.Token).AsTask();
            await beginning.Reached.Soon();
            await cancel.CancelAsync();
            if (hasBegun)
            {
                // The driver may have sent a cancel, which would end the next statement.
                beginning.Succeed(branch);
            }
            else
            {
                beginning.Fail(new OperationCanceledException(cancel.Token));
            }

            var exception = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => rent.Soon());
            Assert.Equal(cancel.Token, exception.CancellationToken);
            Assert.Equal((hasBegun, 0), (branch.IsDisposed, branch.Ends));
            scope.Complete();
        }

        await test.When(static counts => counts is { Leased: 0, Idle: 1 });
        Assert.Equal((2, 0), (test.Database.Opened, test.Pool.GetStatistics().Enlistments));
    }

    [Fact]
    public async Task A_transaction_that_ends_meanwhile_takes_no_session()
    {
        var beginning = new Beginning();
        await using var test = await TestPool.FullAsync(1, provider: beginning.Provide);
        using var branch = new Branch();
        Task<ConnectionLease> rent;
        using (new TransactionScope(TransactionScopeAsyncFlowOption.Enabled))
        {
            rent = test.Pool.RentAsync().AsTask();
            await beginning.Reached.Soon();
        }

        beginning.Succeed(branch);
        await Assert.ThrowsAnyAsync<Exception>(() => rent.Soon());
        Assert.True(branch.IsDisposed);
        await test.When(static counts => counts is { Leased: 0, Idle: 1 });
        Assert.Equal(2, test.Database.Opened);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("Not this one.")]
    public async Task The_answer_whether_a_second_session_can_join_is_awaited(string? problem)
    {
        var answer = new TaskCompletionSource<string?>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var test = await TestPool.FullAsync(2, provider: database => new StubProvider(database)
        {
            BeginsBranch = static (_, _) => new ValueTask<TransactionBranch>(new Branch()),
            TwoPhaseProblem = () => answer.Task,
        });
        using var scope = new TransactionScope(TransactionScopeAsyncFlowOption.Enabled);
        using var first = await test.Pool.RentAsync();
        await JoinsOnceAnsweredAsync(test.Pool.RentAsync().AsTask(), answer, problem);
        scope.Complete();
    }

    [Theory]
    [InlineData(null)]
    [InlineData("Not this one.")]
    public async Task The_answer_for_sessions_that_begin_at_once_is_awaited(string? problem)
    {
        var answer = new TaskCompletionSource<string?>(TaskCreationOptions.RunContinuationsAsynchronously);
        var beginnings = new Queue<Beginning>([new Beginning(), new Beginning()]);
        var (one, other) = (beginnings.First(), beginnings.Last());
        await using var test = await TestPool.FullAsync(2, provider: database => new StubProvider(database)
        {
            BeginsBranch = (_, _) => beginnings.Dequeue().Begin(),
            TwoPhaseProblem = () => answer.Task,
        });
        using var scope = new TransactionScope(TransactionScopeAsyncFlowOption.Enabled);
        var first = test.Pool.RentAsync().AsTask();
        var second = test.Pool.RentAsync().AsTask();
        await Task.WhenAll(one.Reached, other.Reached).Soon();
        one.Succeed(new Branch());
        using var lease = await first.Soon();
        other.Succeed(new Branch());
        await JoinsOnceAnsweredAsync(second, answer, problem);
        scope.Complete();
    }

    [Fact]
    public async Task A_cancel_during_that_answer_ends_the_rent_and_the_session()
    {
        var answer = new TaskCompletionSource<string?>(TaskCreationOptions.RunContinuationsAsynchronously);
        var beginnings = new Queue<Beginning>([new Beginning(), new Beginning()]);
        var (one, other) = (beginnings.First(), beginnings.Last());
        await using var test = await TestPool.FullAsync(2, provider: database => new StubProvider(database)
        {
            BeginsBranch = (_, _) => beginnings.Dequeue().Begin(),
            TwoPhaseProblem = () => answer.Task,
        });
        using var cancel = new CancellationTokenSource();
        using (new TransactionScope(TransactionScopeAsyncFlowOption.Enabled))
        {
            var first = test.Pool.RentAsync().AsTask();
            var second = test.Pool.RentAsync(cancel.Token).AsTask();
            await Task.WhenAll(one.Reached, other.Reached).Soon();
            one.Succeed(new Branch());
            using var lease = await first.Soon();
            other.Succeed(new Branch());
            Assert.False(second.IsCompleted);

            // The answer was under way already when the driver sent its cancel, which would end the next statement.
            await cancel.CancelAsync();
            answer.SetResult(null);
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second.Soon());
        }

        await test.When(static counts => counts is { Leased: 0, Idle: 2 });
        Assert.Equal(3, test.Database.Opened);
    }

    private static async Task JoinsOnceAnsweredAsync(Task<ConnectionLease> rent, TaskCompletionSource<string?> answer, string? problem)
    {
        Assert.False(rent.IsCompleted);
        answer.SetResult(problem);
        if (problem is null)
        {
            (await rent.Soon()).Dispose();
            return;
        }

        var refusal = await Assert.ThrowsAsync<NotSupportedException>(() => rent.Soon());
        Assert.Contains(problem, refusal.Message, StringComparison.Ordinal);
    }

    private static async Task<PooledConnection> OpenOutsideAsync(TestPool test)
    {
        using var outside = new TransactionScope(TransactionScopeOption.Suppress, TransactionScopeAsyncFlowOption.Enabled);
        return await test.Pool.OpenConnectionAsync().AsTask().Soon();
    }

    /// <summary>The beginning of a branch at the server.</summary>
    private sealed class Beginning
    {
        private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource<TransactionBranch> _gate = new(TaskCreationOptions.RunContinuationsAsynchronously);

        internal Task Reached => _reached.Task;

        internal StubProvider Provide(StubDatabase database) => new(database) { BeginsBranch = (_, _) => Begin() };

        internal ValueTask<TransactionBranch> Begin()
        {
            _reached.SetResult();
            return new ValueTask<TransactionBranch>(_gate.Task);
        }

        internal void Succeed(TransactionBranch branch) => _gate.SetResult(branch);

        internal void Fail(Exception exception) => _gate.SetException(exception);
    }

    private sealed class Branch : TransactionBranch
    {
        internal bool IsDisposed { get; private set; }

        internal int Ends { get; private set; }

        public override void Commit() => Ends++;

        public override void Rollback() => Ends++;

        public override void Prepare() => Ends++;

        public override void CommitPrepared() => Ends++;

        public override void RollbackPrepared() => Ends++;

        protected override void Dispose(bool disposing)
        {
            IsDisposed = true;
            base.Dispose(disposing);
        }
    }
}
