namespace Cenote.ReadReplicasTests.Routing;

/// <summary>What it costs to be routed.</summary>
public sealed class AllocationTests
{
    private const int Cycles = 20_000;

    public static TheoryData<string> Strategies => [nameof(ReplicaStrategy.RoundRobin), nameof(ReplicaStrategy.Random), nameof(ReplicaStrategy.LeastLoaded), nameof(ReplicaStrategy.PowerOfTwoChoices)];

    [Theory]
    [MemberData(nameof(Strategies))]
    public async Task Renting_for_reading_allocates_nothing(string strategy)
    {
        await using var test = await TestSet.CreateAsync(configure: options => options.Strategy = StrategyOf(strategy));
        var set = test.Set;

        Assert.Equal(0, MeasurePerCycle(() => set.RentRead().Dispose()));
        Assert.Equal(0, MeasurePerCycle(() =>
        {
            var rent = set.RentReadAsync();
            Assert.True(rent.IsCompletedSuccessfully);
            rent.Result.Dispose();
        }));
    }

    [Fact]
    public async Task Renting_for_writing_allocates_nothing()
    {
        await using var test = await TestSet.CreateAsync();
        var set = test.Set;

        Assert.Equal(0, MeasurePerCycle(() => set.RentWrite().Dispose()));
    }

    // A connection without a route takes 64 bytes. Its route, for the next opening, is in an object of 96.
    [Fact]
    public async Task A_connection_costs_what_it_costs_without_routing_and_96_bytes()
    {
        await using var test = await TestSet.CreateAsync();
        var set = test.Set;
        var pool = set.Servers[0].Pool;

        Assert.Equal(MeasurePerCycle(() => pool.OpenConnection().Dispose()) + 96, MeasurePerCycle(() => set.OpenReadConnection().Dispose()));
    }

    private static IReplicaStrategy StrategyOf(string name) => name switch
    {
        nameof(ReplicaStrategy.RoundRobin) => ReplicaStrategy.RoundRobin(),
        nameof(ReplicaStrategy.Random) => ReplicaStrategy.Random(),
        nameof(ReplicaStrategy.LeastLoaded) => ReplicaStrategy.LeastLoaded(),
        _ => ReplicaStrategy.PowerOfTwoChoices(),
    };

    /// <summary>The least of three, rounded: the runtime itself allocates on the thread now and then.</summary>
    private static long MeasurePerCycle(Action cycle) => Enumerable.Range(0, 3).Min(_ => MeasureOnce(cycle));

    private static long MeasureOnce(Action cycle)
    {
        for (var i = 0; i < 1000; i++)
        {
            cycle();
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < Cycles; i++)
        {
            cycle();
        }

        return (GC.GetAllocatedBytesForCurrentThread() - before) / Cycles;
    }
}
