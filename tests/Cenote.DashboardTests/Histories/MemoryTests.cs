namespace Cenote.DashboardTests.Histories;

/// <summary>Alone in the process: others allocate meanwhile.</summary>
[CollectionDefinition(nameof(MemoryTests), DisableParallelization = true)]
[Collection(nameof(MemoryTests))]
public sealed class MemoryTests(ITestOutputHelper output)
{
    [Fact]
    public void A_full_day_of_a_pool_that_closes_for_every_reason_takes_no_more_than_150_kilobytes()
    {
        var least = Enumerable.Range(0, 3).Min(_ => Measure());

        output.WriteLine($"{least} bytes a pool");
        Assert.InRange(least, 50_000, 150_000);
    }

    private static long Measure()
    {
        const int Histories = 20;
        FullHistory.Of(90_000);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var histories = Enumerable.Range(0, Histories).Select(_ => FullHistory.Of(90_000)).ToArray();
        var after = GC.GetTotalMemory(forceFullCollection: true);
        GC.KeepAlive(histories);
        return (after - before) / Histories;
    }
}
