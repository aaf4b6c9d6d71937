namespace Cenote.Tests.Maintenance;

public sealed class ResizeTests
{
    [Fact]
    public async Task A_larger_pool_serves_waiting_callers_at_once()
    {
        await using var test = await TestPool.FullAsync(1);
        using var held = await test.Pool.RentAsync();
        var waiter = test.Pool.RentAsync().AsTask();

        test.Pool.Resize(1, 2);

        (await waiter.Soon()).Dispose();
        Assert.Equal(2, test.Counts.Limit);
    }

    [Fact]
    public async Task A_smaller_pool_closes_idle_connections_at_once()
    {
        await using var test = await TestPool.FullAsync(5);

        test.Pool.Resize(1, 2);

        await test.When(counts => counts is { Total: 2, Idle: 2, Limit: 2 });
        Assert.Equal(2, test.Database.Sessions);
        Assert.Equal(3, test.Pool.GetStatistics().ConnectionsClosedByReason[CloseReason.PoolShrunk]);
    }

    [Fact]
    public async Task A_smaller_pool_closes_returned_connections_down_to_its_size()
    {
        await using var test = await TestPool.FullAsync(5);
        var leases = await test.RentAsync(5);

        test.Pool.Resize(1, 2);
        for (var left = 4; left >= 0; left--)
        {
            leases[left].Ask();
            leases[left].Dispose();
            await test.When(counts => counts is { Resetting: 0, Closing: 0 } && counts.Total == Math.Max(2, left));
        }

        Assert.Equal(3, test.Pool.GetStatistics().ConnectionsClosedByReason[CloseReason.PoolShrunk]);
        Assert.Equal(5, test.Database.Opened);
    }

    [Fact]
    public async Task Waiters_of_a_pool_that_shrinks_are_served_by_what_comes_back()
    {
        await using var test = await TestPool.FullAsync(3);
        var leases = await test.RentAsync(3);
        var waiters = Enumerable.Range(0, 5).Select(_ => test.Pool.RentAsync().AsTask()).ToArray();

        test.Pool.Resize(0, 1);
        Array.ForEach(leases, lease => lease.Dispose());
        foreach (var waiter in waiters)
        {
            var lease = await waiter.Soon();
            lease.Ask();
            lease.Dispose();
        }

        await test.When(counts => counts is { Total: 1, Idle: 1, Waiting: 0 });
    }

    [Fact]
    public async Task A_connection_that_comes_up_in_a_pool_that_has_become_too_small_is_closed()
    {
        var gate = new StubGate();
        await using var test = TestPool.Create(
            options => options.MaxSize = 3, script: new CallScript().Always(StubCall.Open, StubStep.Hang(gate)));
        var rents = Enumerable.Range(0, 3).Select(_ => test.Pool.RentAsync().AsTask()).ToArray();
        await test.Database.OpenStarted(3).Soon();

        test.Pool.Resize(0, 1);
        gate.Release();

        foreach (var rent in rents)
        {
            (await rent.Soon()).Dispose();
        }

        await test.When(counts => counts is { Total: 1, Idle: 1 });
    }

    [Fact]
    public async Task A_larger_minimum_is_filled_at_once()
    {
        await using var test = await TestPool.FullAsync(1, options => options.MaxSize = 5);

        test.Pool.Resize(4, 5);

        await test.When(counts => counts.Idle == 4);
    }

    [Theory]
    [InlineData(-1, 5)]
    [InlineData(6, 5)]
    [InlineData(0, 0)]
    [InlineData(0, 10_001)]
    public async Task Sizes_that_cannot_work_are_refused_and_change_nothing(int minimum, int maximum)
    {
        await using var test = await TestPool.FullAsync(2);

        Assert.Throws<PoolOptionsException>(() => test.Pool.Resize(minimum, maximum));

        Assert.Equal(2, test.Counts.Limit);
    }

    [Fact]
    public async Task Growing_after_shrinking_uses_the_slots_again()
    {
        await using var test = await TestPool.FullAsync(4);
        for (var round = 0; round < 5; round++)
        {
            test.Pool.Resize(0, 1);
            await test.When(counts => counts is { Total: 1, Closing: 0 });
            test.Pool.Resize(4, 4);
            await test.Pump(test.When(counts => counts is { Idle: 4, Total: 4 }));
        }

        Assert.Equal(4, test.Database.PeakSessions);
    }

    [Fact]
    public async Task A_pool_in_full_use_shrinks_all_the_same()
    {
        await using var test = await TestPool.FullAsync(4);
        var leases = await test.RentAsync(4);
        var waiting = Enumerable.Range(0, 8).Select(_ => test.Pool.RentAsync().AsTask()).ToList();
        test.Pool.Resize(0, 2);

        leases[0].Dispose();
        leases[1].Dispose();
        await test.When(counts => counts.Total == 2);

        Assert.DoesNotContain(waiting, rent => rent.IsCompleted);
        leases[2].Dispose();
        leases[3].Dispose();
        foreach (var rent in waiting)
        {
            (await rent.Soon()).Dispose();
            Assert.InRange(test.Counts.Total, 0, 2);
        }
    }
}
