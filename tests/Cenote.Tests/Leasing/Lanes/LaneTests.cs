// A rent that is over shows it at once only in its own ValueTask, which is awaited once.
#pragma warning disable CA2012 // Use ValueTasks correctly
namespace Cenote.Tests.Leasing.Lanes;

/// <summary>Which caller a connection serves in a pool with lanes.</summary>
public sealed class LaneTests
{
    private static readonly Lane s_interactive = new("interactive");
    private static readonly Lane s_batch = new("batch");

    [Fact]
    public async Task A_flood_of_fifty_times_the_size_never_makes_a_reserved_caller_wait()
    {
        const int size = 8;
        await using var test = await TestPool.FullAsync(size, options => options.Lanes =
        [
            new() { Name = "interactive", Reserve = 2 },
            new() { Name = "batch" },
        ]);
        var flood = new Queue<Task<ConnectionLease>>(Enumerable.Range(0, 50 * size).Select(_ => test.Pool.RentAsync(s_batch).AsTask()));
        Assert.Equal((size - 2, (50 * size) - (size - 2)), (Of(test, "batch").InUse, Of(test, "batch").Waiting));
        var served = 0;

        // Batch work takes 10 ms. In each millisecond two interactive callers come and go.
        while (flood.Count > 0)
        {
            for (var i = 0; i < 10; i++)
            {
                test.Time.Advance(TimeSpan.FromMilliseconds(1));
                var (first, second) = (test.Pool.RentAsync(s_interactive), test.Pool.RentAsync(s_interactive));
                Assert.True(first.IsCompletedSuccessfully && second.IsCompletedSuccessfully);
                (await first).Dispose();
                (await second).Dispose();
            }

            for (var i = 0; i < size - 2 && flood.Count > 0; i++, served++)
            {
                (await flood.Dequeue().Soon()).Dispose();
            }
        }

        var interactive = Of(test, "interactive");
        Assert.Equal((0, TimeSpan.Zero), (interactive.Waits, interactive.WaitTime.Maximum));
        Assert.Equal((50 * size, 50 * size), (served, Of(test, "batch").Rents));
        Assert.All(test.Pool.GetStatistics().Lanes, static lane => Assert.Equal((0, 0), (lane.InUse, lane.Waiting)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(7)]
    public async Task Flooded_lanes_are_served_by_their_weights_each_in_its_own_order(int size)
    {
        await using var test = await TestPool.FullAsync(size, options => options.Lanes = [new() { Name = "interactive", Weight = 3 }, new() { Name = "batch" }]);
        var load = new LaneLoad(test, size, s_interactive, s_batch);
        await load.ServeAsync(400, static _ => TimeSpan.FromMilliseconds(5));

        Assert.InRange(load.ServedOf(s_interactive), 300 * 0.98, 300 * 1.02);
        Assert.InRange(load.ServedOf(s_batch), 100 * 0.98, 100 * 1.02);
        await load.EndAsync();
    }

    [Fact]
    public async Task Weights_divide_the_time_of_connections_where_leases_differ()
    {
        await using var test = await TestPool.FullAsync(4, options => options.Lanes = [new() { Name = "interactive", Weight = 3 }, new() { Name = "batch" }]);
        var load = new LaneLoad(test, 4, s_interactive, s_batch);

        // Batch work takes five times as long: 15 interactive leases for each of batch take three times its time.
        await load.ServeAsync(1_600, lane => TimeSpan.FromMilliseconds(lane == s_batch ? 50 : 10));

        Assert.InRange(load.ServedOf(s_interactive) / (double)load.ServedOf(s_batch), 15 * 0.9, 15 * 1.1);
        await load.EndAsync();
    }

    [Fact]
    public async Task What_a_lane_does_not_need_goes_to_the_others()
    {
        await using var test = await TestPool.FullAsync(4, options => options.Lanes = [new() { Name = "interactive", Weight = 1_000 }, new() { Name = "batch" }]);

        var leases = new List<ConnectionLease>();
        for (var i = 0; i < 4; i++)
        {
            leases.Add(await test.Pool.RentAsync(s_batch).Soon());
        }

        Assert.Equal(4, Of(test, "batch").InUse);
        leases.ForEach(static lease => lease.Dispose());
    }

    [Fact]
    public async Task A_lane_at_its_maximum_waits_beside_idle_connections_that_others_get()
    {
        await using var test = await TestPool.FullAsync(4, options => options.Lanes = [new() { Name = "interactive" }, new() { Name = "batch", MaxSize = 2 }]);
        var held = new[] { await test.Pool.RentAsync(s_batch).Soon(), await test.Pool.RentAsync(s_batch).Soon() };
        var third = test.Pool.RentAsync(s_batch).AsTask();

        Assert.False(third.IsCompleted);
        using (var other = await test.Pool.RentAsync(s_interactive).Soon())
        {
            Assert.Equal((2, 1), (Of(test, "batch").InUse, Of(test, "interactive").InUse));
        }

        Assert.False(third.IsCompleted);
        held[0].Dispose();
        (await third.Soon()).Dispose();
        held[1].Dispose();
        Assert.Equal(0, Of(test, "batch").InUse);
    }

    [Fact]
    public async Task Callers_that_their_lane_keeps_waiting_open_no_connection()
    {
        await using var test = TestPool.Create(options =>
        {
            options.MaxSize = 10;
            options.Lanes = [new() { Name = "interactive", Reserve = 3 }, new() { Name = "batch", MaxSize = 2 }, new() { Name = "other" }];
        });
        var batch = Enumerable.Range(0, 20).Select(_ => test.Pool.RentAsync(s_batch).AsTask()).ToArray();
        var held = new[] { await batch[0].Soon(), await batch[1].Soon() };
        Assert.Equal((2, 18), (test.Counts.Total, test.Counts.Waiting));

        var others = Enumerable.Range(0, 20).Select(_ => test.Pool.RentAsync(new Lane("other")).AsTask()).ToArray();
        await test.When(static counts => counts is { Leased: 7, Opening: 0 });
        Assert.Equal((7, 33), (test.Counts.Total, test.Counts.Waiting));

        (await test.Pool.RentAsync(s_interactive).Soon()).Dispose();
        Array.ForEach(held, static lease => lease.Dispose());
        await LaneLoad.ReturnAllAsync(batch.Skip(2).Concat(others));
    }

    [Fact]
    public async Task At_a_limit_below_the_reserves_every_lane_still_gets_a_connection()
    {
        await using var test = await TestPool.FullAsync(4, options => options.Lanes = [new() { Name = "interactive", Reserve = 3 }, new() { Name = "batch" }]);
        test.Pool.Resize(1, 2);
        await test.When(static counts => counts.Total == 2);

        Task<ConnectionLease> second;
        using (await test.Pool.RentAsync(s_batch).Soon())
        {
            second = test.Pool.RentAsync(s_batch).AsTask();
            (await test.Pool.RentAsync(s_interactive).Soon()).Dispose();
            Assert.Equal((false, 1), (second.IsCompleted, test.Counts.Idle));
        }

        (await second.Soon()).Dispose();
    }

    [Fact]
    public async Task A_caller_without_a_lane_is_in_the_default_lane()
    {
        await using var test = await TestPool.FullAsync(2, options =>
        {
            options.Lanes = [new() { Name = "interactive" }, new() { Name = "Batch" }];
            options.DefaultLane = "batch";
        });

        (await test.Pool.RentAsync().Soon()).Dispose();
        using (s_interactive.BeginScope())
        {
            await using var connection = await test.Pool.OpenConnectionAsync();
            using (s_batch.BeginScope())
            {
                test.Pool.Rent().Dispose();
            }

            Assert.Same(s_interactive, Lane.Current);
        }

        await test.Pool.ExecuteAsync(static (_, _) => Task.CompletedTask);
        Assert.Null(Lane.Current);
        Assert.Equal((1, 3), (Of(test, "interactive").Rents, Of(test, "Batch").Rents));
    }

    [Fact]
    public async Task Every_way_to_rent_takes_a_lane()
    {
        await using var test = await TestPool.FullAsync(2, options => options.Lanes = [new() { Name = "interactive" }, new() { Name = "batch", MaxSize = 1 }]);

        (await test.Pool.RentAsync(s_batch).Soon()).Dispose();
        test.Pool.Rent(s_batch).Dispose();
        await (await test.Pool.OpenConnectionAsync(s_batch)).DisposeAsync();
        await test.Pool.OpenConnection(s_batch).DisposeAsync();
        using (s_batch.BeginScope())
        {
            Assert.True(test.Pool.TryRent(out var lease));
            Assert.False(test.Pool.TryRent(out _));
            lease.Dispose();
        }

        Assert.Equal((0, 5), (Of(test, "interactive").Rents, Of(test, "batch").Rents));
    }

    [Fact]
    public async Task A_lane_that_the_pool_does_not_have_is_refused_with_the_lanes_it_has()
    {
        await using var test = await TestPool.FullAsync(1, static options => options.Lanes = [new() { Name = "interactive" }, new() { Name = "batch" }]);
        var unknown = new Lane("bacth");

        var refusal = await Assert.ThrowsAsync<ArgumentException>(async () => await test.Pool.RentAsync(unknown));
        Assert.StartsWith("Pool 'test' has no lane 'bacth'. Its lanes are interactive, batch.", refusal.Message, StringComparison.Ordinal);
        using (unknown.BeginScope())
        {
            var inFlow = await Assert.ThrowsAsync<InvalidOperationException>(async () => await test.Pool.RentAsync());
            Assert.StartsWith("Pool 'test' has no lane 'bacth'. Its lanes are interactive, batch.", inFlow.Message, StringComparison.Ordinal);
            Assert.Throws<InvalidOperationException>(() => test.Pool.Rent());
            Assert.Throws<InvalidOperationException>(() => test.Pool.TryRent(out _));
            await Assert.ThrowsAsync<InvalidOperationException>(async () => await test.Pool.OpenConnectionAsync());
        }

        Assert.Equal(0, test.Counts.Waiting);
        (await test.Pool.RentAsync().Soon()).Dispose();
    }

    [Fact]
    public async Task A_pool_without_lanes_ignores_the_lane_of_the_flow_and_refuses_an_argument()
    {
        await using var test = await TestPool.FullAsync(1);
        using (s_batch.BeginScope())
        {
            (await test.Pool.RentAsync().Soon()).Dispose();
        }

        var refusal = Assert.Throws<ArgumentException>(() => test.Pool.Rent(s_batch));
        Assert.Contains("it has no lanes", refusal.Message, StringComparison.Ordinal);
        Assert.Empty(test.Pool.GetStatistics().Lanes);
    }

    [Fact]
    public async Task A_timeout_names_the_lane_and_the_numbers_of_every_lane()
    {
        await using var test = await TestPool.FullAsync(2, options =>
        {
            options.Lanes = [new() { Name = "interactive" }, new() { Name = "batch", MaxSize = 1 }];
            options.AcquireTimeout = TimeSpan.FromSeconds(1);
        });
        using var held = await test.Pool.RentAsync(s_batch).Soon();
        var late = test.Pool.RentAsync(s_batch).AsTask();
        test.Time.Advance(TimeSpan.FromSeconds(1));

        var timeout = await Assert.ThrowsAsync<PoolTimeoutException>(() => late);

        Assert.Equal("batch", timeout.Lane);
        Assert.Contains("had no connection for lane 'batch' within 1 s", timeout.Message, StringComparison.Ordinal);
        Assert.Contains("Lanes: interactive 0 in use, 0 waiting; batch 1 of 1 in use, 0 waiting.", timeout.Message, StringComparison.Ordinal);
        Assert.Equal((1, 0), (Of(test, "batch").Timeouts, Of(test, "interactive").Timeouts));
    }

    [Fact]
    public async Task A_queue_limit_counts_its_own_lane_alone()
    {
        await using var test = await TestPool.FullAsync(1, options =>
        {
            options.Lanes = [new() { Name = "interactive" }, new() { Name = "batch", MaxWaiters = 2 }];
            options.MaxWaiters = 3;
        });
        using var held = await test.Pool.RentAsync(s_interactive).Soon();
        var batch = Enumerable.Range(0, 2).Select(_ => test.Pool.RentAsync(s_batch).AsTask()).ToArray();
        var interactive = Enumerable.Range(0, 3).Select(_ => test.Pool.RentAsync(s_interactive).AsTask()).ToArray();

        var refusal = Assert.Throws<PoolOverloadedException>(() => test.Pool.Rent(s_batch));
        Assert.Throws<PoolOverloadedException>(() => test.Pool.Rent(s_interactive));

        Assert.Equal("batch", refusal.Lane);
        Assert.Contains("rejected the caller of lane 'batch': 2 callers wait already", refusal.Message, StringComparison.Ordinal);
        Assert.Equal((1, 1), (Of(test, "batch").OverloadRejections, Of(test, "interactive").OverloadRejections));
        held.Dispose();
        await LaneLoad.ReturnAllAsync(batch.Concat(interactive));
    }

    [Fact]
    public async Task Long_waits_of_one_lane_reject_no_caller_of_another()
    {
        await using var test = await TestPool.FullAsync(2, options => options.Lanes =
        [
            new() { Name = "interactive", Reserve = 1, MaxSize = 1 },
            new() { Name = "batch", LoadShedding = new LoadSheddingOptions() },
        ]);
        var held = await test.Pool.RentAsync(s_batch).Soon();
        var batch = new Queue<Task<ConnectionLease>>(Enumerable.Range(0, 100).Select(_ => test.Pool.RentAsync(s_batch).AsTask()));
        while (batch.Count > 0)
        {
            var own = await test.Pool.RentAsync(s_interactive).Soon();
            var queued = test.Pool.RentAsync(s_interactive).AsTask();
            test.Time.Advance(TimeSpan.FromMilliseconds(20));
            held.Dispose();
            while (batch.TryDequeue(out var next))
            {
                try
                {
                    held = await next.Soon();
                    break;
                }
                catch (PoolOverloadedException refusal)
                {
                    Assert.Equal("batch", refusal.Lane);
                }
            }

            Assert.False(queued.IsCompleted);
            own.Dispose();
            (await queued.Soon()).Dispose();
        }

        held.Dispose();
        Assert.True(Of(test, "interactive").WaitTime.Maximum >= TimeSpan.FromMilliseconds(20));
        Assert.True(Of(test, "batch").OverloadRejections > 10);
        Assert.Equal(0, Of(test, "interactive").OverloadRejections);
        Assert.Equal(test.Pool.GetStatistics().OverloadRejections, Of(test, "batch").OverloadRejections);
    }

    [Fact]
    public async Task A_caller_that_leaves_the_queue_leaves_its_lane()
    {
        await using var test = await TestPool.FullAsync(1, options => options.Lanes = [new() { Name = "interactive" }, new() { Name = "batch" }]);
        var held = await test.Pool.RentAsync(s_interactive).Soon();
        using var source = new CancellationTokenSource();
        var leaving = test.Pool.RentAsync(s_batch, source.Token).AsTask();
        var staying = test.Pool.RentAsync(s_batch).AsTask();
        await source.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => leaving);
        Assert.Equal((1, 1), (Of(test, "batch").Waiting, Of(test, "batch").Cancellations));
        held.Dispose();
        (await staying.Soon()).Dispose();
    }

    [Fact]
    public async Task Deadlines_of_every_lane_are_kept()
    {
        await using var test = await TestPool.FullAsync(1, options => options.Lanes = [new() { Name = "interactive" }, new() { Name = "batch" }]);
        using var held = await test.Pool.RentAsync().Soon();
        Task<ConnectionLease> first, second, third;
        using (s_batch.BeginScope())
        {
            third = test.Pool.RentAsync(TimeSpan.FromSeconds(3)).AsTask();
            first = test.Pool.RentAsync(TimeSpan.FromSeconds(1)).AsTask();
        }

        second = test.Pool.RentAsync(TimeSpan.FromSeconds(2)).AsTask();
        foreach (var (over, waiting) in new[] { (first, second), (second, third), (third, null) })
        {
            test.Time.Advance(TimeSpan.FromSeconds(1));
            await Assert.ThrowsAsync<PoolTimeoutException>(() => over.Soon());
            Assert.NotEqual(true, waiting?.IsCompleted);
        }
    }

    private static LaneStatistics Of(TestPool test, string name) => Assert.Single(test.Pool.GetStatistics().Lanes, lane => lane.Name == name);
}
