using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;

namespace Cenote.Tests.Leasing;

/// <summary>A caller that blocks leaves the processor to others, whatever it waits for.</summary>
public sealed class BlockingWaitTests
{
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

    [Fact]
    public async Task A_caller_whose_deadline_passes_while_its_connection_is_on_its_way_does_not_spin()
    {
        using var pool = new ConnectionPool(
            new StubProvider(new StubDatabase()), new ConnectionPoolOptions { Name = nameof(BlockingWaitTests), MinSize = 0, MaxSize = 1 });

        // On a busy machine the deadline may pass before the connection is on its way: such a round shows nothing.
        for (var timeout = TimeSpan.FromMilliseconds(100); ; timeout *= 2)
        {
            Assert.True(timeout < Patience.Limit);
            if (await MeasureAsync(pool, timeout) is var (its, mine))
            {
                Assert.True(its < mine / 4, $"the blocked thread used {its / 1e6} ms of processor time, this one {mine / 1e6} ms");
                return;
            }
        }
    }

    private static async Task<(long Its, long Mine)?> MeasureAsync(ConnectionPool pool, TimeSpan timeout)
    {
        var held = await pool.RentAsync();
        using var handOver = new HeldHandOver(pool.Name);
        var watch = Stopwatch.StartNew();
        var waiting = Patience.OnOwnThread(() =>
        {
            var before = ProcessorTime();
            pool.Rent(timeout).Dispose();
            return ProcessorTime() - before;
        });
        while (pool.GetStatistics().Counts.Waiting == 0 && !waiting.IsCompleted)
        {
            await Task.Yield();
        }

        // The thread that serves the caller has taken it out of the queue, and stands still before it says so.
        var returning = Patience.OnOwnThread(() =>
        {
            held.Dispose();
            return true;
        });
        await Task.WhenAny(handOver.Begun, waiting).Soon();
        var mine = waiting.IsCompleted ? 0 : Burn(TimeSpan.FromMilliseconds(200), until: () => watch.Elapsed > timeout);
        handOver.LetGo();
        await returning.Soon();
        try
        {
            return (await waiting.Soon(), mine);
        }
        catch (PoolTimeoutException)
        {
            return null;
        }
    }

    /// <summary>Uses up so much processor time: how long that takes does not matter.</summary>
    private static long Burn(TimeSpan time, Func<bool> until)
    {
        while (!until())
        {
            Thread.Yield();
        }

        var before = ProcessorTime();
        while (true)
        {
            var used = ProcessorTime() - before;
            if (used >= time.TotalNanoseconds)
            {
                return used;
            }
        }
    }

    /// <summary>The nanoseconds that this thread has run for.</summary>
    private static long ProcessorTime() =>
        long.Parse(File.ReadAllText("/proc/thread-self/schedstat").Split(' ')[0], CultureInfo.InvariantCulture);

    /// <summary>
    /// Holds up the thread that hands a connection over: between the caller's leaving the queue and its being told, the
    /// wait is measured.
    /// </summary>
    private sealed class HeldHandOver : IDisposable
    {
        private readonly MeterListener _listener = new();
        private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly ManualResetEventSlim _mayGoOn = new();

        public HeldHandOver(string poolName)
        {
            _listener.InstrumentPublished = static (instrument, listener) =>
            {
                if (instrument.Name == "db.client.connection.wait_time")
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            };
            _listener.SetMeasurementEventCallback<double>((_, _, tags, _) =>
            {
                foreach (var tag in tags)
                {
                    if (poolName.Equals(tag.Value))
                    {
                        _begun.TrySetResult();
                        _mayGoOn.Wait(Patience.Limit);
                    }
                }
            });
            _listener.Start();
        }

        public Task Begun => _begun.Task;

        public void LetGo() => _mayGoOn.Set();

        public void Dispose()
        {
            LetGo();
            _listener.Dispose();
        }
    }
}
