namespace Cenote.Tests.Leasing;

/// <summary>Callers that are rejected to protect the others.</summary>
public sealed class OverloadTests
{
    [Fact]
    public async Task A_caller_beyond_the_queue_limit_is_rejected_at_once_with_the_numbers()
    {
        await using var test = await TestPool.FullAsync(1, options => options.MaxWaiters = 3);
        var held = await test.Pool.RentAsync();
        var waiters = Enumerable.Range(0, 3).Select(_ => test.Pool.RentAsync().AsTask()).ToArray();

        var refused = Assert.Throws<PoolOverloadedException>(() => test.Pool.Rent());
        await Assert.ThrowsAsync<PoolOverloadedException>(() => test.Pool.RentAsync().Soon());

        Assert.Equal((3, 1), (refused.Counts.Waiting, refused.Counts.Leased));
        Assert.Single(refused.LongestHolders);
        Assert.Contains("MaxWaiters", refused.Message, StringComparison.Ordinal);
        Assert.Equal(2, test.Pool.GetStatistics().OverloadRejections);
        Assert.Single(test.Logger.Collector.GetSnapshot(), static record => record.Id.Id == 31);
        held.Dispose();
        foreach (var waiter in waiters)
        {
            (await waiter.Soon()).Dispose();
        }
    }

    [Fact]
    public async Task A_caller_that_leaves_the_queue_makes_room_for_another()
    {
        await using var test = await TestPool.FullAsync(1, options => options.MaxWaiters = 1);
        var held = await test.Pool.RentAsync();
        using var source = new CancellationTokenSource();
        var leaving = test.Pool.RentAsync(source.Token).AsTask();
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => leaving);

        var waiter = test.Pool.RentAsync().AsTask();
        Assert.Throws<PoolOverloadedException>(() => test.Pool.Rent());
        held.Dispose();
        (await waiter.Soon()).Dispose();
    }

    [Fact]
    public async Task A_burst_that_is_served_within_the_interval_loses_no_caller()
    {
        await using var load = await Load.StartAsync();
        load.Arrive(10);
        for (var i = 0; i < 10; i++)
        {
            await load.ServeAsync(TimeSpan.FromMilliseconds(9));
        }

        Assert.Equal((10, 0), (load.Served, load.Shed));
    }

    [Fact]
    public async Task A_queue_that_stands_is_shed_at_the_rate_of_the_control_law()
    {
        // One connection, a return every 10 ms, two newcomers for each: an overload of two to one.
        await using var load = await Load.StartAsync();
        load.Arrive(20);
        var shedAfter = new List<int>();
        for (var i = 0; i < 60; i++)
        {
            load.Arrive(2);
            await load.ServeAsync(TimeSpan.FromMilliseconds(10));
            shedAfter.Add(load.Shed);
        }

        // Waits pass the target with the first return, the interval is over ten returns later: the first caller is
        // rejected then, the next 100 ms after it, then 100/sqrt(2), 100/sqrt(3) ... ms apart: 0, 100, 171, 229,
        // 279, 323, 364, 402, 438, 471 ms.
        var first = shedAfter.FindIndex(static shed => shed > 0);
        Assert.InRange(first, 9, 11);
        double[] due = [0, 100, 170.7, 228.4, 278.4, 323.1, 363.9, 401.7, 437.1];
        Assert.Equal(
            [.. Enumerable.Range(0, 45).Select(step => due.Count(at => at <= step * 10))],
            shedAfter.Skip(first).Take(45));
    }

    [Fact]
    public async Task The_last_in_the_queue_is_never_rejected_however_long_it_waited()
    {
        await using var load = await Load.StartAsync();
        for (var i = 0; i < 20; i++)
        {
            load.Arrive(1);
            await load.ServeAsync(TimeSpan.FromSeconds(1));
        }

        Assert.Equal((20, 0), (load.Served, load.Shed));
    }

    [Fact]
    public async Task Rejected_callers_get_the_reason()
    {
        await using var load = await Load.StartAsync();
        load.Arrive(50);
        while (load.Shed == 0)
        {
            await load.ServeAsync(TimeSpan.FromMilliseconds(20));
        }

        var refused = load.LastRefusal!;
        Assert.Contains("LoadShedding", refused.Message, StringComparison.Ordinal);
        Assert.True(refused.IsTransient);
        Assert.Equal(load.Shed, load.Test.Pool.GetStatistics().OverloadRejections);
    }

    /// <summary>One connection, passed from caller to caller as fake time goes on.</summary>
    private sealed class Load(TestPool test, ConnectionLease held) : IAsyncDisposable
    {
        private readonly List<Task<ConnectionLease>> _waiting = [];
        private ConnectionLease _held = held;

        public TestPool Test => test;

        public int Served { get; private set; }

        public int Shed { get; private set; }

        public PoolOverloadedException? LastRefusal { get; private set; }

        public static async Task<Load> StartAsync()
        {
            var test = await TestPool.FullAsync(1, options => options.LoadShedding = new LoadSheddingOptions());
            return new Load(test, await test.Pool.RentAsync());
        }

        public void Arrive(int callers)
        {
            for (var i = 0; i < callers; i++)
            {
                _waiting.Add(test.Pool.RentAsync().AsTask());
            }
        }

        public async Task ServeAsync(TimeSpan after)
        {
            test.Time.Advance(after);
            _held.Dispose();
            while (true)
            {
                var first = _waiting[0];
                _waiting.RemoveAt(0);
                try
                {
                    _held = await first.Soon();
                    Served++;
                    return;
                }
                catch (PoolOverloadedException exception)
                {
                    LastRefusal = exception;
                    Shed++;
                }
            }
        }

        public async ValueTask DisposeAsync()
        {
            _held.Dispose();
            await test.DisposeAsync();
            foreach (var waiter in _waiting)
            {
                try
                {
                    (await waiter.Soon()).Dispose();
                }
                catch (PoolException)
                {
                    // Turned away, or the pool was closed first.
                }
            }
        }
    }
}
