using Microsoft.Extensions.Time.Testing;

namespace Cenote.TelemetryTests.Metrics;

/// <summary>
/// A lease allocates nothing, with or without a listener. Not in parallel: other tests would tier up the same code
/// meanwhile.
/// </summary>
[CollectionDefinition(nameof(AllocationTests), DisableParallelization = true)]
[Collection(nameof(AllocationTests))]
public sealed class AllocationTests
{
    private const int Cycles = 100_000;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Renting_and_returning_allocates_nothing(bool isListenedTo)
    {
        using var collector = isListenedTo ? new Collector() : null;
        using var recorder = isListenedTo ? new Traces.Recorder() : null;
        using var request = recorder?.Begin();
        await using var pool = StubPool.New(static options => (options.ResetMode, options.TimeProvider) = (ResetMode.None, new FakeTimeProvider()));
        await pool.WaitUntilReadyAsync().Soon();

        // A quiet pool measures each lease, which is the dearest it gets: on fake time no tick of upkeep ever thins
        // that.
        Assert.Equal(0, LeastOfThree(() => pool.Rent().Dispose()));
        Assert.Equal(0, LeastOfThree(() =>
        {
            var rent = pool.RentAsync();
            Assert.True(rent.IsCompletedSuccessfully);
            var back = rent.Result.DisposeAsync();
            Assert.True(back.IsCompletedSuccessfully);
        }));

        if (collector is not null)
        {
            Assert.True(collector.Of(pool.Name, "db.client.connection.use_time")!.Value.GetHistogramCount() > 6 * Cycles);
        }
    }

    /// <summary>
    /// Bytes of the cheapest round: what the runtime itself allocates now and then does not come every time.
    /// </summary>
    private static long LeastOfThree(Action cycle)
    {
        var least = long.MaxValue;
        for (var round = 0; round < 4; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < Cycles; i++)
            {
                cycle();
            }

            least = round == 0 ? least : Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return least;
    }
}
