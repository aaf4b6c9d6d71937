using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Time.Testing;

namespace Cenote.TelemetryTests.Metrics;

/// <summary>What listening does to a pool: nothing.</summary>
public sealed class ListeningTests
{
    [Fact]
    public async Task A_closed_pool_is_not_exported()
    {
        using var collector = new Collector();
        var pool = await StubPool.UsedAsync();
        Assert.NotNull(collector.Of(pool.Name, "db.client.connection.max"));

        await pool.DisposeAsync();

        Assert.Null(collector.Of(pool.Name, "db.client.connection.max"));
        Assert.Null(collector.Of(pool.Name, "cenote.rents"));
    }

    [Fact]
    public async Task An_unreferenced_pool_is_not_kept_alive_by_listeners()
    {
        using var collector = new Collector();
        var name = $"forgotten {Guid.NewGuid():N}";
        Forget(name);

        await Patience.SoonAsync(
            () =>
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
                return collector.Of(name, "db.client.connection.max") is null;
            },
            "the pool is collected");
    }

    [Fact]
    public async Task Pools_of_one_name_are_exported_together()
    {
        using var collector = new Collector();
        var name = $"twins {Guid.NewGuid():N}";
        await using var one = await StubPool.UsedAsync(options => options.Name = name);
        // Full from the start: with room left, the caller that waits may be given a connection of its own, or not.
        await using var other = await StubPool.UsedAsync(options => (options.Name, options.MinSize, options.MaxSize) = (name, 3, 3));

        Assert.Equal(4, collector.Of(name, "db.client.connection.max")!.Value.GetSumLong());
        Assert.Equal((3, 1), (collector.Rents(name, "immediate"), collector.Rents(name, "queued")));
        Assert.Equal(4, collector.Of(name, "cenote.connection.opened")!.Value.GetSumLong());
    }

    [Fact]
    public async Task Immediate_rents_are_exported_by_upkeep_up_to_ten_thousand_a_second()
    {
        using var collector = new Collector();
        var time = new FakeTimeProvider();
        await using var pool = StubPool.New(options => options.TimeProvider = time);
        await pool.WaitUntilReadyAsync().Soon();
        Rent(pool, 500);

        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal((500, 0), Waits());

        Rent(pool, 25_000);
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal((10_500, 0), Waits());

        // What was left out is not made up for later, when it would be wrong.
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal((10_500, 0), Waits());
        Rent(pool, 7);
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal((10_507, 0), Waits());
        Assert.Equal((25_507, 0), (collector.Rents(pool.Name, "immediate"), collector.Rents(pool.Name, "queued")));

        (long Count, double Sum) Waits()
        {
            var point = collector.Of(pool.Name, "db.client.connection.wait_time")!.Value;
            return (point.GetHistogramCount(), point.GetHistogramSum());
        }
    }

    [Fact]
    public async Task Immediate_rents_never_fall_while_callers_queue()
    {
        using var collector = new Collector();
        await using var pool = StubPool.New(static options => (options.MinSize, options.MaxSize) = (1, 1));
        await pool.WaitUntilReadyAsync().Soon();
        using var enough = new CancellationTokenSource();
        var callers = Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            while (!enough.IsCancellationRequested)
            {
                (await pool.RentAsync()).Dispose();
            }
        })).ToList();

        var before = 0L;
        for (var i = 0; i < 500; i++)
        {
            Look();
        }

        // The thread pool may have had a single thread for the callers so far.
        await Patience.SoonAsync(
            () =>
            {
                Look();
                return collector.Rents(pool.Name, "queued") > 0;
            },
            "callers queue");
        await enough.CancelAsync();
        await Task.WhenAll(callers).Soon();

        void Look()
        {
            var now = collector.Rents(pool.Name, "immediate");
            Assert.InRange(now, before, long.MaxValue);
            before = now;
        }
    }

    [Fact]
    public async Task A_later_listener_does_not_get_past_measurements()
    {
        var time = new FakeTimeProvider();
        await using var pool = StubPool.New(options => options.TimeProvider = time);
        await pool.WaitUntilReadyAsync().Soon();
        Rent(pool, 500);
        time.Advance(TimeSpan.FromSeconds(1));

        using var collector = new Collector();
        Rent(pool, 3);
        time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(3, collector.Of(pool.Name, "db.client.connection.wait_time")!.Value.GetHistogramCount());
    }

    [Fact]
    public async Task A_listener_that_throws_costs_no_connection()
    {
        using var listener = new MeterListener();
        var name = $"listened to {Guid.NewGuid():N}";
        var told = 0;
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Meter.Name == PoolTelemetry.MeterName)
            {
                self.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<double>((_, _, tags, _) =>
        {
            foreach (var tag in tags)
            {
                if (Equals(tag.Value, name))
                {
                    Interlocked.Increment(ref told);
                    throw new InvalidOperationException("a mistake");
                }
            }
        });
        listener.Start();

        await using var pool = await StubPool.UsedAsync(options => options.Name = name);
        pool.Rent().Dispose();

        // The open, the wait, and three uses.
        Assert.InRange(Volatile.Read(ref told), 3, int.MaxValue);
        Assert.Equal((1, 0, 0L), (pool.GetStatistics().Counts.Idle, pool.GetStatistics().Counts.Leased, pool.GetStatistics().MaintenanceFailures));
    }

    private static void Rent(ConnectionPool pool, int count)
    {
        for (var i = 0; i < count; i++)
        {
            pool.Rent().Dispose();
        }
    }

    /// <summary>On fake time, so that no timer of the system holds the pool.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Forget(string name) =>
        GC.KeepAlive(StubPool.New(options => (options.Name, options.MinSize, options.TimeProvider) = (name, 0, new FakeTimeProvider())));
}
