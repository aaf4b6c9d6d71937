namespace Cenote.SharedBudgetTests.Simulation;

/// <summary>
/// Many instances in fake time against the real rules. The lab: CENOTE_SHARED_RUNS, CENOTE_SHARED_INSTANCES,
/// CENOTE_SHARED_SEED.
/// </summary>
[Collection(nameof(RunsAlone))]
public sealed class SimulationTests(ITestOutputHelper output)
{
    [Fact]
    public void The_server_never_has_more_sessions_than_the_budget()
    {
        var (runs, instances, first) = (Read("CENOTE_SHARED_RUNS", 400), Read("CENOTE_SHARED_INSTANCES", 0), Read("CENOTE_SHARED_SEED", 1));
        var (used, allowed) = (0L, 0L);
        // More worlds at once than cores would only take the caches from each other.
        Parallel.For(first, first + runs, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, seed =>
        {
            var world = new SimulatedWorld(seed, instances > 0 ? instances : 2 + (seed % 7));
            world.Run(instances > SimulatedWorld.LargeWorld ? LengthOfLarge(seed) : Length(seed));
            Assert.False(
                world.HasFailed,
                FormattableString.Invariant($"Seed {seed}: {world.Describe()}"));
            Interlocked.Add(ref used, world.Use.Used);
            Interlocked.Add(ref allowed, world.Use.Allowed);
        });

        output.WriteLine(FormattableString.Invariant($"{runs} runs from seed {first}; {100.0 * used / allowed:0} % of the budget used on average"));
        Assert.True(used > allowed / 10, "The instances hardly used the budget, so that the runs show nothing.");
    }

    [Theory]
    [InlineData(PlantedFault.UsesExpiredGrants, 123)]
    [InlineData(PlantedFault.OffersWhatItUses, 2345)]
    [InlineData(PlantedFault.TrustsALostTable, 2)]
    [InlineData(PlantedFault.TrustsADeletedTable, 68)]
    [InlineData(PlantedFault.TrustsTheClockOfTheStore, 5)]
    [InlineData(PlantedFault.IgnoresStrangers, 107)]
    [InlineData(PlantedFault.ForgetsItsOwnSession, 766)]
    [InlineData(PlantedFault.GivesPlacesBeforeTheCount, 92)]
    [InlineData(PlantedFault.KeepsGuaranteedForever, 4437)]
    [InlineData(PlantedFault.CountsAfterSilence, 1202)]
    [InlineData(PlantedFault.EndsAfterAFreeze, 1126)]
    public void A_broken_rule_is_found(PlantedFault fault, int first)
    {
        // From a seed that is known to find it, as long as the rules stay as they are.
        for (var seed = first; seed < first + 5_000; seed++)
        {
            var world = new SimulatedWorld(seed, 2 + (seed % 7), fault);
            world.Run(Length(seed));
            if (world.HasFailed)
            {
                output.WriteLine(FormattableString.Invariant($"{fault}: {world.Most} sessions of {world.Settings.MaxConnections}, {world.WronglyEnded} ended wrongly, with seed {seed}"));
                return;
            }
        }

        Assert.Fail($"{fault} was not found.");
    }

    /// <summary>Shows that the runs of a thousand instances can fail.</summary>
    [Theory]
    [InlineData(PlantedFault.UsesExpiredGrants, 4)]
    [InlineData(PlantedFault.TrustsTheClockOfTheStore, 5)]
    public void A_broken_rule_is_found_among_a_thousand_instances(PlantedFault fault, int first)
    {
        for (var seed = first; seed < first + 100; seed++)
        {
            var world = new SimulatedWorld(seed, 1000, fault);
            world.Run(LengthOfLarge(seed));
            if (world.HasFailed)
            {
                output.WriteLine(FormattableString.Invariant($"{fault}: {world.MostAllowed} of {world.Settings.MaxConnections} allowed, {world.WronglyEnded} ended wrongly, with seed {seed}"));
                return;
            }
        }

        Assert.Fail($"{fault} was not found.");
    }

    [Fact]
    public void Instances_start_again_after_all_were_killed() => Parallel.For(1, 101, static seed =>
    {
        var world = new SimulatedWorld(seed, 1 + (seed % 5));
        world.Run(5_000);
        world.KillAll();
        for (var until = 6_000; !world.HasSessions && !world.HasFailed && until < 60_000; until += 1_000)
        {
            world.Run(until);
        }

        Assert.True(world.HasSessions && !world.HasFailed, FormattableString.Invariant($"Seed {seed}: {world.Describe()}"));
    });

    /// <summary>Some runs are so long that places are lost.</summary>
    private static int Length(int seed) => seed % 5 == 0 ? 60_000 : 20_000;

    /// <summary>Some events a run, also in those of four times to live.</summary>
    private static int LengthOfLarge(int seed) => seed % 20 == 0 ? 20_000 : 6_000;

    private static int Read(string variable, int standard) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out var number) ? number : standard;
}
