using System.Runtime.CompilerServices;

namespace Cenote.Tests.SessionContexts;

/// <summary>
/// What a caller keeps whose connection turns out to be dead while its context is set: its place, its start and its
/// deadline.
/// </summary>
public sealed class ReplacedConnectionTests
{
    private static readonly SessionContext Tenant = SessionContext.Empty.With("app.tenant", "7");

    private static TestPool NewPool(Action<ConnectionPoolOptions>? configure = null) => TestPool.Create(
        options =>
        {
            options.MaxSize = 1;
            configure?.Invoke(options);
        },
        database => new StubContextProvider(database));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_caller_keeps_its_place_before_later_ones(bool hasQueued)
    {
        await using var test = NewPool();
        var step = new Death((StubContextProvider)test.Provider);
        var held = hasQueued ? await test.Pool.RentAsync(SessionContext.Empty).AsTask().Soon() : default;
        var first = test.Pool.RentAsync(Tenant).AsTask();
        var second = hasQueued ? test.Pool.RentAsync(SessionContext.Empty).AsTask() : null;
        held.Dispose();
        await step.Reached;
        second ??= test.Pool.RentAsync(SessionContext.Empty).AsTask();
        var third = test.Pool.RentAsync(Tenant).AsTask();
        step.Die();

        var lease = await first.Soon();
        Assert.Equal((false, false), (second.IsCompleted, third.IsCompleted));
        lease.Dispose();
        lease = await second.Soon();
        Assert.False(third.IsCompleted);
        lease.Dispose();
        (await third.Soon()).Dispose();
        Assert.Equal(2, test.Pool.GetStatistics().ConnectionsOpened);
    }

    [Fact]
    public async Task The_caller_keeps_its_place_in_its_lane()
    {
        var batch = new Lane("batch");
        await using var test = NewPool(static options => options.Lanes = [new() { Name = "interactive" }, new() { Name = "batch" }]);
        var step = new Death((StubContextProvider)test.Provider);
        var first = RentIn(Tenant);
        await step.Reached;
        var second = RentIn(SessionContext.Empty);
        var third = RentIn(Tenant);
        var other = test.Pool.RentAsync(SessionContext.Empty).AsTask();
        step.Die();

        // The other lane may be served before.
        _ = other.ContinueWith(static rent => rent.Result.Dispose(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        var lease = await first.Soon();
        Assert.Equal((false, false), (second.IsCompleted, third.IsCompleted));
        lease.Dispose();
        lease = await second.Soon();
        Assert.False(third.IsCompleted);
        lease.Dispose();
        (await third.Soon()).Dispose();
        await other.Soon();

        async Task<ConnectionLease> RentIn(SessionContext context)
        {
            using (batch.BeginScope())
            {
                return await test.Pool.RentAsync(context);
            }
        }
    }

    [Fact]
    public async Task A_blocking_caller_keeps_its_place_too()
    {
        await using var test = NewPool();
        var step = new Death((StubContextProvider)test.Provider);
        var order = new List<int>();
        var first = Patience.OnOwnThread(() => Rent(1));
        await step.Reached;
        var second = Patience.OnOwnThread(() => Rent(2));
        await test.When(static counts => counts.Waiting == 1);
        step.Die();
        await Task.WhenAll(first, second).Soon();
        Assert.Equal([1, 2], order);

        int Rent(int number)
        {
            using var lease = test.Pool.Rent(Tenant, CancellationToken.None);
            order.Add(number);
            return number;
        }
    }

    [Fact]
    public async Task The_timeout_counts_from_the_start_and_its_exception_has_the_whole_wait()
    {
        var gate = new StubGate();
        await using var test = NewPool(static options => options.AcquireTimeout = TimeSpan.FromSeconds(10));
        var step = new Death((StubContextProvider)test.Provider);
        var held = await test.Pool.RentAsync(SessionContext.Empty).AsTask().Soon();
        var rent = test.Pool.RentAsync(Tenant).AsTask();
        await test.Pass(TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(1));
        held.Dispose();
        await step.Reached;
        await test.Pass(TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(1));
        test.Script.Always(StubCall.Open, StubStep.Hang(gate));
        step.Die();
        await test.When(static counts => counts.Waiting == 1);
        await test.Pass(TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(1));

        var timeout = await Assert.ThrowsAsync<PoolTimeoutException>(() => rent.Soon());
        Assert.Equal((TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(10)), (timeout.AcquireTimeout, timeout.WaitDuration));
        Assert.Equal(1, test.Pool.GetStatistics().Timeouts);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Each_of_its_waits_is_counted_once_with_its_own_time(bool hasQueued)
    {
        await using var test = await TestPool.FullAsync(1, provider: static database => new StubContextProvider(database));
        var gate = new StubGate();
        var step = new Death((StubContextProvider)test.Provider);
        var held = hasQueued ? await test.Pool.RentAsync(SessionContext.Empty).AsTask().Soon() : default;
        var rent = test.Pool.RentAsync(Tenant).AsTask();
        test.Time.Advance(TimeSpan.FromSeconds(1));
        held.Dispose();
        await step.Reached;
        test.Time.Advance(TimeSpan.FromSeconds(4));
        test.Script.At(StubCall.Open, 2, StubStep.Hang(gate));
        step.Die();
        await test.When(static counts => counts is { Waiting: 1, Opening: 1 });
        test.Time.Advance(TimeSpan.FromSeconds(2));
        gate.Release();
        (await rent.Soon()).Dispose();

        // Not the time that it had the dead connection.
        var waits = test.Pool.Engine.Desk.Meters.WaitTime;
        Assert.Equal(hasQueued ? (2, 3) : (1, 2), (waits.Count, Math.Round(waits.Sum.TotalSeconds, 3)));
    }

    [Fact]
    public async Task It_is_not_shed_for_the_time_with_the_dead_connection()
    {
        await using var test = await TestPool.FullAsync(
            1, static options => options.LoadShedding = new LoadSheddingOptions(), static database => new StubContextProvider(database));
        var provider = (StubContextProvider)test.Provider;
        var step = new Death(provider);
        var first = test.Pool.RentAsync(Tenant).AsTask();
        await step.Reached;
        var second = test.Pool.RentAsync(SessionContext.Empty).AsTask();
        for (var dead = 0; dead < 2; dead++)
        {
            // Far longer than the target and the interval of load shedding.
            test.Time.Advance(TimeSpan.FromSeconds(1));
            var before = step;
            step = new Death(provider);
            before.Die();
            await Task.WhenAny(step.Reached, first).Soon();
        }

        step.Live();
        (await first.Soon()).Dispose();
        (await second.Soon()).Dispose();
        Assert.Equal(0, test.Pool.GetStatistics().OverloadRejections);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_cancel_before_it_comes_back_ends_the_rent(bool blocks)
    {
        await using var test = await TestPool.FullAsync(2, provider: static database => new StubContextProvider(database));
        var step = new Death((StubContextProvider)test.Provider);
        using var cancel = new CancellationTokenSource();
        var rent = blocks ? Patience.OnOwnThread(() => test.Pool.Rent(Tenant, cancel.Token)) : test.Pool.RentAsync(Tenant, cancel.Token).AsTask();
        await step.Reached;

        // Another connection is idle, and would serve the caller.
        await cancel.CancelAsync();
        step.Die();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => rent.Soon());
        Assert.Equal(0, test.Counts.Leased);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Its_next_lease_has_the_stack_of_the_rent(bool hasQueued)
    {
        await using var test = await TestPool.FullAsync(
            1, static options => options.LeakDetection.StackSamplingInterval = 1, static database => new StubContextProvider(database));
        var step = new Death((StubContextProvider)test.Provider);
        var held = hasQueued ? await test.Pool.RentAsync(SessionContext.Empty).AsTask().Soon() : default;
        var rent = RentHere();
        held.Dispose();
        await step.Reached;
        step.Die();
        using var lease = await rent.Soon();
        Assert.Contains(nameof(RentHere), Assert.Single(test.Pool.GetLeases()).Origin?.StackTrace, StringComparison.Ordinal);

        [MethodImpl(MethodImplOptions.NoInlining)]
        Task<ConnectionLease> RentHere() => test.Pool.RentAsync(Tenant).AsTask();
    }

    [Fact]
    public async Task The_limit_of_waiting_callers_does_not_refuse_one_that_comes_back()
    {
        await using var test = NewPool(static options => options.MaxWaiters = 1);
        var step = new Death((StubContextProvider)test.Provider);
        var first = test.Pool.RentAsync(Tenant).AsTask();
        await step.Reached;
        var second = test.Pool.RentAsync(Tenant).AsTask();
        step.Die();
        (await first.Soon()).Dispose();
        (await second.Soon()).Dispose();
    }

    [Fact]
    public async Task It_fails_with_the_open_that_was_begun_for_it()
    {
        await using var test = NewPool(static options => (options.MinSize, options.MaxOpenRetries, options.CircuitBreaker) = (0, 0, null));
        (await test.Pool.RentAsync(SessionContext.Empty).AsTask().Soon()).Dispose();
        await test.When(static counts => counts.Idle == 1);
        var step = new Death((StubContextProvider)test.Provider);

        // Gets the idle connection at once, and queues for the first time when that is dead.
        var rent = test.Pool.RentAsync(Tenant).AsTask();
        await step.Reached;
        test.Script.Always(StubCall.Open, StubStep.Fail(FailureKind.Other));
        step.Die();
        await Assert.ThrowsAsync<ConnectionOpenException>(() => rent.Soon());
    }

    [Fact]
    public async Task A_cancel_ends_the_wait_for_the_next_connection()
    {
        var gate = new StubGate();
        await using var test = NewPool();
        var step = new Death((StubContextProvider)test.Provider);
        using var cancel = new CancellationTokenSource();
        var rent = test.Pool.RentAsync(Tenant, cancel.Token).AsTask();
        await step.Reached;
        test.Script.At(StubCall.Open, 2, StubStep.Hang(gate));
        step.Die();
        await test.When(static counts => counts.Waiting == 1);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => rent.Soon());
        Assert.Equal((1, 0), (test.Pool.GetStatistics().Cancellations, test.Counts.Leased));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_closing_pool_refuses_a_caller_that_comes_back_and_keeps_no_connection(bool blocks)
    {
        await using var test = NewPool();
        var step = new Death((StubContextProvider)test.Provider);
        var rent = blocks ? Patience.OnOwnThread(() => test.Pool.Rent(Tenant, CancellationToken.None)) : test.Pool.RentAsync(Tenant).AsTask();
        await step.Reached;
        var closing = test.Pool.DisposeAsync().AsTask();
        step.Die();
        await Assert.ThrowsAsync<PoolClosedException>(() => rent.Soon());
        await closing.Soon();
        await Patience.SoonAsync(() => test.Database.Sessions == 0);
    }

    [Fact]
    public async Task A_second_rent_of_the_flow_is_nested_while_the_first_waits_again()
    {
        var gate = new StubGate();
        await using var test = NewPool(static options => options.NestedRentBehavior = NestedRentBehavior.Throw);
        var step = new Death((StubContextProvider)test.Provider);
        var rent = test.Pool.RentAsync(Tenant);
        var first = rent.AsTask();
        await step.Reached;
        test.Script.At(StubCall.Open, 2, StubStep.Hang(gate));
        step.Die();
        await test.When(static counts => counts.Waiting == 1);
        await Assert.ThrowsAsync<NestedRentException>(async () => await test.Pool.RentAsync(Tenant));
        test.Pool.Dispose();
        await Assert.ThrowsAsync<PoolClosedException>(() => first.Soon());
    }

    /// <summary>The first setting of a context, which meets a dead connection.</summary>
    private sealed class Death
    {
        private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _gate = new(TaskCreationOptions.RunContinuationsAsynchronously);

        internal Death(StubContextProvider provider) => provider.Before = _ =>
        {
            provider.Before = static _ => Task.CompletedTask;
            _reached.SetResult();
            return _gate.Task;
        };

        internal Task Reached => _reached.Task.Soon();

        internal void Die() => _gate.SetException(new StubException(FailureKind.ConnectionLost, "gone"));

        internal void Live() => _gate.SetResult();
    }
}
