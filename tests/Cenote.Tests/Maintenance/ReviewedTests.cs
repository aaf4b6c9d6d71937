namespace Cenote.Tests.Maintenance;

/// <summary>What a review of the engine once found broken.</summary>
public sealed class ReviewedTests
{
    [Fact]
    public async Task One_connection_that_comes_of_age_is_replaced_by_one()
    {
        await using var test = TestPool.Create(options =>
        {
            options.MinSize = 1;
            options.MaxSize = 50;
            options.MaxLifetime = TimeSpan.FromSeconds(4);
        });
        await test.When(counts => counts.Idle == 1);

        await test.Pass(TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(1));
        await test.Pump(test.When(counts => counts is { Idle: 1, Total: 1 }), TimeSpan.FromMilliseconds(100));

        Assert.InRange(test.Database.Opened, 2, 3);
        Assert.InRange(test.Database.Calls(StubCall.Open).Started, 2, 3);
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

    [Fact]
    public async Task A_thread_interrupted_in_its_wait_loses_nothing()
    {
        await using var test = await TestPool.FullAsync(1);
        var lease = await test.Pool.RentAsync();
        var outcome = new TaskCompletionSource<Exception>();
        var thread = new Thread(() =>
        {
            try
            {
                test.Pool.Rent().Dispose();
            }
            catch (ThreadInterruptedException exception)
            {
                outcome.SetResult(exception);
            }
        });
        thread.Start();
        await test.When(counts => counts.Waiting == 1);

        thread.Interrupt();

        await outcome.Task.Soon();
        lease.Dispose();
        Assert.Equal(new PoolCounts { Idle = 1, Limit = 1 }, test.Counts);
        (await test.Pool.RentAsync().Soon()).Dispose();
    }
}
