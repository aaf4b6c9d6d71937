namespace Cenote.Tests.Leasing;

public sealed class DisposalTests
{
    [Fact]
    public async Task Disposing_fails_every_waiter_at_once()
    {
        var test = await TestPool.FullAsync(1);
        using var held = await test.Pool.RentAsync();
        var waiters = new[] { test.Pool.RentAsync().AsTask(), Patience.OnOwnThread(() => test.Pool.Rent()) };
        await test.When(counts => counts.Waiting == 2);

        await test.Pool.DisposeAsync().Soon();

        foreach (var waiter in waiters)
        {
            var exception = await Assert.ThrowsAsync<PoolClosedException>(() => waiter.Soon());
            Assert.Equal("test", exception.PoolName);
        }
    }

    [Fact]
    public async Task A_lease_works_until_it_is_returned_to_a_disposed_pool_and_then_closes()
    {
        var test = await TestPool.FullAsync(2);
        var lease = await test.Pool.RentAsync();

        await test.Pool.DisposeAsync().Soon();

        Assert.Equal(1, test.Database.Sessions);
        Assert.True(lease.IsActive);
        lease.Use();
        Assert.Equal(0, test.Provider.Disposals);
        lease.Dispose();
        await test.Database.SessionsAre(0).Soon();
        await test.Database.When(() => test.Provider.Disposals == 1).Soon();
        Assert.Empty(test.Database.Violations);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Disposing_closes_the_idle_connections_and_the_provider(bool synchronously)
    {
        var test = await TestPool.FullAsync(3);

        if (synchronously)
        {
            test.Pool.Dispose();
        }
        else
        {
            await test.Pool.DisposeAsync().Soon();
            Assert.Equal(0, test.Database.Sessions);
        }

        await test.Database.SessionsAre(0).Soon();
        await test.Database.When(() => test.Provider.Disposals == 1).Soon();
        Assert.Equal(3, test.Pool.GetStatistics().ConnectionsClosedByReason[CloseReason.PoolClosed]);
        Assert.Empty(test.Database.Violations);
    }

    [Fact]
    public async Task Disposing_twice_is_harmless()
    {
        var test = await TestPool.FullAsync(1);

        await test.Pool.DisposeAsync().Soon();
        await test.Pool.DisposeAsync().Soon();
        test.Pool.Dispose();

        Assert.Equal(1, test.Provider.Disposals);
        Assert.Empty(test.Database.Violations);
    }

    [Fact]
    public async Task A_disposed_pool_rents_nothing()
    {
        var test = await TestPool.FullAsync(1);
        await test.Pool.DisposeAsync().Soon();

        await Assert.ThrowsAsync<PoolClosedException>(() => test.Pool.RentAsync().Soon());
        Assert.Throws<PoolClosedException>(() => test.Pool.Rent());
        await Assert.ThrowsAsync<PoolClosedException>(() => test.Pool.OpenConnectionAsync().Soon());
        await Assert.ThrowsAsync<PoolClosedException>(() => test.Pool.WaitUntilReadyAsync().Soon());
        await Assert.ThrowsAsync<PoolClosedException>(() => test.Pool.WarmUpAsync(1).Soon());
    }

    [Fact]
    public async Task An_open_that_answers_after_the_pool_was_disposed_of_is_closed()
    {
        var gate = new StubGate();
        var test = TestPool.Create(script: new CallScript().At(StubCall.Open, 1, StubStep.Hang(gate, honoursCancellation: false)));
        var rent = test.Pool.RentAsync().AsTask();
        await test.Database.OpenStarted(1).Soon();

        await test.Pool.DisposeAsync().Soon();
        await Assert.ThrowsAsync<PoolClosedException>(() => rent.Soon());
        gate.Release();

        await test.Database.When(() => test.Database.Closed == test.Database.Opened && test.Database.Opened == 1).Soon();
        Assert.Empty(test.Database.Violations);
    }

    [Fact]
    public async Task Disposing_cancels_an_open_under_way()
    {
        var test = TestPool.Create(script: new CallScript().At(StubCall.Open, 1, StubStep.Hang(new StubGate())));
        var rent = test.Pool.RentAsync().AsTask();
        await test.Database.OpenStarted(1).Soon();

        await test.Pool.DisposeAsync().Soon();

        await Assert.ThrowsAsync<PoolClosedException>(() => rent.Soon());
        await test.Database.CallEnded(StubCall.Open, 1).Soon();
        Assert.Equal(0, test.Database.Sessions);
    }

    [Theory]
    [InlineData(StubCall.Clear, true)]
    [InlineData(StubCall.Clear, false)]
    [InlineData(StubCall.Validate, true)]
    [InlineData(StubCall.Validate, false)]
    [InlineData(StubCall.Close, false)]
    [InlineData(StubCall.Open, false)]
    public async Task A_call_that_hangs_does_not_hold_up_disposal_for_longer_than_its_timeout(StubCall call, bool honoursCancellation)
    {
        var gate = new StubGate();
        var test = await TestPool.FullAsync(1, options => (options.MaxSize, options.ValidationTimeout, options.ConnectTimeout) =
            (2, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(5)));
        test.Script.Always(call, StubStep.Hang(gate, honoursCancellation));
        using (var lease = await test.Pool.RentAsync())
        {
            lease.Use();
            if (call == StubCall.Open)
            {
                test.Pool.Resize(2, 2);
                await test.Database.OpenStarted(2).Soon();
            }
        }

        if (call == StubCall.Validate)
        {
            await test.When(counts => counts.Idle == 1);
            await test.Pump(test.Database.CallStarted(StubCall.Validate, 1));
        }

        var closing = test.Pool.DisposeAsync().AsTask();
        if (call == StubCall.Close)
        {
            await test.Database.CallStarted(StubCall.Close, 1).Soon();
        }

        await test.Pump(closing);

        gate.Release();
        await test.Database.SessionsAre(0).Soon();
        await test.Database.When(() => test.Provider.Disposals == 1).Soon();
        Assert.Empty(test.Database.Violations);
    }

    [Fact]
    public async Task A_wait_for_readiness_warm_up_or_drain_ends_when_the_pool_closes()
    {
        var test = TestPool.Create(
            options => options.MinSize = 1,
            script: new CallScript().Always(StubCall.Open, StubStep.Hang(new StubGate())));
        var ready = test.Pool.WaitUntilReadyAsync();
        var warm = test.Pool.WarmUpAsync(2);

        await test.Pool.DisposeAsync().Soon();

        await Assert.ThrowsAsync<PoolClosedException>(() => ready.Soon());
        await Assert.ThrowsAsync<PoolClosedException>(() => warm.Soon());
    }
}
