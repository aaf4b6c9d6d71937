namespace Cenote.Tests.Leasing;

/// <summary>The hot path allocates nothing.</summary>
public sealed class AllocationTests
{
    private const int Cycles = 100_000;

    [Fact]
    public async Task Renting_and_returning_allocates_nothing()
    {
        await using var pool = await NewPoolAsync();
        Measure(() => pool.Rent().Dispose());

        Assert.Equal(0, Measure(() => pool.Rent().Dispose()));
    }

    [Fact]
    public async Task Renting_and_returning_asynchronously_allocates_nothing()
    {
        await using var pool = await NewPoolAsync();
        Measure(() => Cycle(pool));

        Assert.Equal(0, Measure(() => Cycle(pool)));

        static void Cycle(ConnectionPool pool)
        {
            var rent = pool.RentAsync();
            Assert.True(rent.IsCompletedSuccessfully);
            var returning = rent.Result.DisposeAsync();
            Assert.True(returning.IsCompletedSuccessfully);
        }
    }

    private static async Task<ConnectionPool> NewPoolAsync()
    {
        var pool = new ConnectionPool(new StubProvider(new StubDatabase()), new ConnectionPoolOptions { MinSize = 1, MaxSize = 1, ResetMode = ResetMode.None });
        await pool.WaitUntilReadyAsync().Soon();
        return pool;
    }

    private static long Measure(Action cycle)
    {
        // The fewest of some rounds: a sampled lease of a new length makes its histogram grow, once.
        var fewest = long.MaxValue;
        for (var round = 0; round < 5; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < Cycles / 5; i++)
            {
                cycle();
            }

            fewest = Math.Min(fewest, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return fewest;
    }
}
