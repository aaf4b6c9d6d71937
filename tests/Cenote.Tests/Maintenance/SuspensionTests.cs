namespace Cenote.Tests.Maintenance;

public sealed class SuspensionTests
{
    [Fact]
    public async Task A_suspended_pool_rents_nothing_until_it_is_resumed()
    {
        await using var test = await TestPool.FullAsync(2);

        test.Pool.Suspend();
        var waiters = new[] { test.Pool.RentAsync().AsTask(), Patience.OnOwnThread(() => test.Pool.Rent()) };
        await test.When(counts => counts.Waiting == 2);
        Assert.Equal(2, test.Counts.Idle);
        test.Pool.Resume();

        foreach (var waiter in waiters)
        {
            (await waiter.Soon()).Dispose();
        }
    }

    [Fact]
    public async Task Leases_of_a_suspended_pool_work_and_come_back()
    {
        await using var test = await TestPool.FullAsync(1);
        var held = await test.Pool.RentAsync();

        test.Pool.Suspend();
        held.Ask();
        held.Dispose();

        await test.When(counts => counts.Idle == 1);
        var rent = test.Pool.RentAsync().AsTask();
        Assert.Equal(1, test.Counts.Waiting);
        test.Pool.Resume();
        (await rent.Soon()).Dispose();
    }

    [Fact]
    public async Task Callers_of_a_suspended_pool_time_out()
    {
        await using var test = await TestPool.FullAsync(1);
        test.Pool.Suspend();
        var rent = test.Pool.RentAsync(TimeSpan.FromSeconds(2)).AsTask();

        test.Time.Advance(TimeSpan.FromSeconds(2));

        await Assert.ThrowsAsync<PoolTimeoutException>(() => rent.Soon());
    }

    [Fact]
    public async Task Draining_waits_for_every_lease_and_closes_every_connection()
    {
        await using var test = await TestPool.FullAsync(3);
        var leases = await test.RentAsync(2);

        var drain = test.Pool.DrainAsync();
        await test.When(counts => counts is { Idle: 0, Closing: 0 });
        Assert.False(drain.IsCompleted);
        Assert.Equal(2, test.Database.Sessions);
        leases[0].Dispose();
        await test.Database.SessionsAre(1).Soon();
        Assert.False(drain.IsCompleted);
        leases[1].Dispose();

        await drain.Soon();
        Assert.Equal(0, test.Database.Sessions);
        await test.Pass(TimeSpan.FromSeconds(10));
        Assert.Equal(0, test.Database.Sessions);
    }

    [Fact]
    public async Task A_drained_pool_fills_and_rents_again_when_it_is_resumed()
    {
        await using var test = await TestPool.FullAsync(2);
        await test.Pool.DrainAsync().Soon();
        var rent = test.Pool.RentAsync().AsTask();
        Assert.False(rent.IsCompleted);

        test.Pool.Resume();

        (await rent.Soon()).Dispose();
        await test.Pump(test.When(counts => counts is { Idle: 2 }));
    }

    [Fact]
    public async Task Ending_the_wait_for_a_drain_leaves_the_pool_suspended()
    {
        await using var test = await TestPool.FullAsync(1);
        var held = await test.Pool.RentAsync();
        using var source = new CancellationTokenSource();
        var drain = test.Pool.DrainAsync(source.Token);

        await source.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => drain.Soon());
        var rent = test.Pool.RentAsync().AsTask();
        held.Dispose();
        await test.Database.SessionsAre(0).Soon();
        Assert.False(rent.IsCompleted);
        test.Pool.Resume();
        (await rent.Soon()).Dispose();
    }

    [Fact]
    public async Task A_drain_waits_for_an_open_under_way()
    {
        var gate = new StubGate();

        // A driver that stops when it is told to may have stopped before the next line of the test.
        await using var test = TestPool.Create(
            options => options.MinSize = 1, script: new CallScript().At(StubCall.Open, 1, StubStep.Hang(gate, honoursCancellation: false)));
        await test.Database.OpenStarted(1).Soon();

        var drain = test.Pool.DrainAsync();
        Assert.False(drain.IsCompleted);
        gate.Release();

        await drain.Soon();
        Assert.Equal(0, test.Database.Sessions);
    }

    [Fact]
    public async Task Disposing_of_a_suspended_pool_fails_its_waiters()
    {
        var test = await TestPool.FullAsync(1);
        test.Pool.Suspend();
        var rent = test.Pool.RentAsync().AsTask();

        await test.Pool.DisposeAsync().Soon();

        await Assert.ThrowsAsync<PoolClosedException>(() => rent.Soon());
        Assert.Equal(0, test.Database.Sessions);
    }
}
