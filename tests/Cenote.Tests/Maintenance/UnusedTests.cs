namespace Cenote.Tests.Maintenance;

public sealed class UnusedTests
{
    [Fact]
    public async Task Waiting_until_a_pool_is_unused_waits_for_the_last_lease_and_allows_rents()
    {
        await using var test = await TestPool.FullAsync(2);
        var first = await test.Pool.RentAsync();

        var unused = test.Pool.WaitUntilIdleAsync();
        var second = await test.Pool.RentAsync().Soon();
        first.Dispose();
        await test.When(counts => counts is { Idle: 1, Leased: 1 });
        Assert.False(unused.IsCompleted);
        second.Dispose();

        await unused.Soon();
        (await test.Pool.RentAsync().Soon()).Dispose();
    }

    [Fact]
    public async Task A_pool_with_a_caller_that_waits_is_not_unused()
    {
        await using var test = await TestPool.FullAsync(1);
        test.Pool.Suspend();
        var rent = test.Pool.RentAsync().AsTask();

        var unused = test.Pool.WaitUntilIdleAsync();
        Assert.False(unused.IsCompleted);
        test.Pool.Resume();
        (await rent.Soon()).Dispose();

        await unused.Soon();
    }

    [Fact]
    public async Task Retiring_all_of_a_pool_without_a_minimum_and_waiting_closes_every_connection()
    {
        await using var test = await TestPool.FullAsync(3);
        var lease = await test.Pool.RentAsync();
        test.Pool.Resize(0, 3);
        test.Pool.Clear();

        var unused = test.Pool.WaitUntilIdleAsync();
        await test.Database.SessionsAre(1).Soon();
        Assert.False(unused.IsCompleted);
        lease.Dispose();

        await unused.Soon();
        Assert.Equal(0, test.Database.Sessions);
    }

    [Fact]
    public async Task A_connection_being_opened_without_a_caller_does_not_count_as_use()
    {
        var gate = new StubGate();
        await using var test = TestPool.Create(options => options.MinSize = 1, script: new CallScript().Always(StubCall.Open, StubStep.Hang(gate)));
        await test.Database.OpenStarted(1).Soon();

        await test.Pool.WaitUntilIdleAsync().Soon();

        Assert.Equal(1, test.Counts.Opening);
        gate.Release();
    }

    [Fact]
    public async Task The_wait_can_be_ended_and_ends_with_the_pool()
    {
        var test = await TestPool.FullAsync(1);
        var lease = await test.Pool.RentAsync();
        using var source = new CancellationTokenSource();
        var cancelled = test.Pool.WaitUntilIdleAsync(source.Token);
        var other = test.Pool.WaitUntilIdleAsync();

        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled.Soon());
        await test.DisposeAsync();

        await Assert.ThrowsAsync<PoolClosedException>(() => other.Soon());
        lease.Dispose();
    }
}
