namespace Cenote.Tests.Leasing;

/// <summary>A returned connection goes straight to the first caller of the queue.</summary>
public sealed class HandOverTests
{
    [Fact]
    public async Task The_connection_never_becomes_idle_between_two_holders()
    {
        await using var test = await TestPool.FullAsync(1);
        var held = await test.Pool.RentAsync();
        var waiting = test.Pool.RentAsync();

        held.Dispose();

        using var lease = await waiting.AsTask().Soon();
        Assert.False(held.IsActive);
        Assert.Equal(held.Ticket + (1L << 8), lease.Ticket);
    }

    [Fact]
    public async Task A_connection_that_is_to_be_closed_is_not_handed_over()
    {
        await using var test = await TestPool.FullAsync(1);
        var held = await test.Pool.RentAsync();
        var waiting = test.Pool.RentAsync().AsTask();
        held.RetireOnReturn();

        held.Dispose();

        using var lease = await waiting.Soon();
        Assert.Equal(1, test.Database.Closed);
        lease.Ask();
    }

    [Fact]
    public async Task A_caller_whose_connection_cannot_be_prepared_keeps_its_place()
    {
        await using var test = await TestPool.FullAsync(1, options => options.ResetMode = ResetMode.Full, TestPool.Clearing(SessionReset.ByDriver, inline: true));
        var held = await test.Pool.RentAsync();
        var first = test.Pool.RentAsync().AsTask();
        var second = test.Pool.RentAsync().AsTask();
        test.Script.At(StubCall.BeginLease, test.Database.Calls(StubCall.BeginLease).Started + 1, StubStep.Fail());

        held.Dispose();

        using (var lease = await first.Soon())
        {
            Assert.False(second.IsCompleted);
            lease.Ask();
        }

        (await second.Soon()).Dispose();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Waiters_with_other_timeouts_each_end_at_their_own_deadline(bool shortestFirst)
    {
        await using var test = await TestPool.FullAsync(1);
        using var held = await test.Pool.RentAsync();
        int[] seconds = shortestFirst ? [10, 20, 30, 40] : [40, 10, 30, 20];
        var waits = seconds.ToDictionary(static s => s, s => test.Pool.RentAsync(TimeSpan.FromSeconds(s)).AsTask());

        foreach (var second in seconds.Order())
        {
            Assert.False(waits[second].IsCompleted);
            await test.Pass(TimeSpan.FromSeconds(10.5) - (second == 10 ? TimeSpan.Zero : TimeSpan.FromSeconds(0.5)), TimeSpan.FromSeconds(0.5));
            await Assert.ThrowsAsync<PoolTimeoutException>(() => waits[second].Soon());
        }
    }

    [Fact]
    public async Task Waiters_in_no_order_of_deadlines_all_end_and_are_forgotten()
    {
        await using var test = await TestPool.FullAsync(1);
        using var held = await test.Pool.RentAsync();
        using var source = new CancellationTokenSource();
        var waits = Enumerable.Range(0, 500).Select(i => test.Pool.RentAsync(TimeSpan.FromSeconds(1 + (i * 37 % 100)), source.Token).AsTask()).ToArray();

        await test.Pass(TimeSpan.FromSeconds(50));

        // The tasks of the last ones may end a moment later.
        var ended = test.Pool.GetStatistics().Timeouts;
        await source.CancelAsync();

        await Patience.SoonAsync(() => new ValueTask<bool>(waits.All(static wait => wait.IsCompleted)), () => "a waiter was forgotten");
        Assert.InRange(ended, 240, 260);
        Assert.Equal(ended, waits.Count(static wait => wait.IsFaulted));
        Assert.Equal(0, test.Counts.Waiting);
    }

    [Fact]
    public async Task A_caller_that_runs_after_its_deadline_gets_the_timeout_and_no_connection()
    {
        await using var test = await TestPool.FullAsync(1);
        var held = await test.Pool.RentAsync();
        var waiting = test.Pool.RentAsync(TimeSpan.FromMilliseconds(500));
        held.Dispose();
        Assert.Equal(1, test.Counts.Leased);

        // The thread pool was busy for a second.
        test.Time.Advance(TimeSpan.FromSeconds(1));

        await Assert.ThrowsAsync<PoolTimeoutException>(async () => await waiting);
        Assert.Equal(0, test.Counts.Leased);
    }

    [Fact]
    public async Task A_caller_continues_in_its_synchronization_context()
    {
        await using var test = await TestPool.FullAsync(1);
        var held = await test.Pool.RentAsync();
        var context = new CountingContext();
        var before = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(context);
        var caller = RentAsync();
        SynchronizationContext.SetSynchronizationContext(before);

        held.Dispose();
        await caller.Soon();

        Assert.Equal(1, context.Posts);

        async Task RentAsync() => (await test.Pool.RentAsync()).Dispose();
    }

    [Fact]
    public async Task A_value_task_that_is_awaited_twice_throws_and_disturbs_no_caller()
    {
        await using var test = await TestPool.FullAsync(1);
        var held = await test.Pool.RentAsync();
        var waiting = test.Pool.RentAsync();
        held.Dispose();
        var lease = await waiting;

        await Assert.ThrowsAsync<InvalidOperationException>(async () => await waiting);

        Assert.True(lease.IsActive);
        lease.Dispose();
    }

    [Fact]
    public async Task A_thread_that_blocks_on_the_value_task_is_served()
    {
        await using var test = await TestPool.FullAsync(1);
        var held = await test.Pool.RentAsync();
#pragma warning disable xUnit1031, CA2012 // The subject: a caller that does what it should not.
        var blocked = Patience.OnOwnThread(() =>
        {
            test.Pool.RentAsync().GetAwaiter().GetResult().Dispose();
            return true;
        });
#pragma warning restore xUnit1031, CA2012
        await test.StatisticsAre(static statistics => statistics.Counts.Waiting == 1);

        held.Dispose();

        Assert.True(await blocked);
        Assert.Equal(0, test.Counts.Leased);
    }

    private sealed class CountingContext : SynchronizationContext
    {
        private int _posts;

        public int Posts => Volatile.Read(ref _posts);

        public override void Post(SendOrPostCallback d, object? state)
        {
            Interlocked.Increment(ref _posts);
            base.Post(d, state);
        }
    }
}
