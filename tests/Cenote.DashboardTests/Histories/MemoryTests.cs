namespace Cenote.DashboardTests.Histories;

/// <summary>Alone in the process: others allocate meanwhile.</summary>
[CollectionDefinition(nameof(MemoryTests), DisableParallelization = true)]
[Collection(nameof(MemoryTests))]
public sealed class MemoryTests(ITestOutputHelper output)
{
    [Fact]
    public void A_full_day_with_every_close_reason_takes_at_most_150_kilobytes()
    {
        // What other tests have left may be freed meanwhile: the middle one of three, each over many pools.
        var each = Enumerable.Range(0, 3).Select(_ => Measure()).Order().ElementAt(1);

        output.WriteLine($"{each} bytes a pool");
        Assert.InRange(each, 50_000, 150_000);
    }

    private static long Measure()
    {
        const int Histories = 60;
        FullHistory.Of(90_000);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var histories = Enumerable.Range(0, Histories).Select(_ => FullHistory.Of(90_000)).ToArray();
        var after = GC.GetTotalMemory(forceFullCollection: true);
        GC.KeepAlive(histories);
        return (after - before) / Histories;
    }
}
