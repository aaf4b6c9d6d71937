using CsCheck;

namespace Cenote.Tests.Storms;

/// <summary>
/// Property-based concurrent runs. A failure prints CsCheck's seed (set the environment variable CsCheck_Seed to it)
/// and the storm.
/// </summary>
public sealed class StormTests
{
    private static readonly Gen<StormOptions> AnyStorm =
        from seed in Gen.Int
        from sizes in Gen.Select(Gen.Int[0, 3], Gen.Int[1, 6])
        from actors in Gen.Int[2, 12]
        from steps in Gen.Int[5, 40]
        from way in Gen.Int[0, 4]
        from faults in Gen.Select(Gen.Int[0, 20], Gen.Int[0, 10])
        from resizes in Gen.Bool
        select new StormOptions(
            seed,
            Math.Min(sizes.Item1, sizes.Item2),
            sizes.Item2,
            actors,
            steps,
            way == 0 ? SessionReset.ByDriver : SessionReset.ByPool,
            way is 1 or 2,
            way == 1 ? ResetMode.None : ResetMode.Full,
            faults.Item1,
            faults.Item2,
            resizes,
            Disposes: false,
            ShortTimeouts: false,
            Breaks: false);

    [Fact]
    public void A_pool_keeps_its_promises_while_everything_fails_at_once() => Play(AnyStorm, 150);

    [Fact]
    public void A_pool_keeps_its_promises_under_load_alone() =>
        Play(AnyStorm.Select(storm => storm with { FailPercent = 0, HangPercent = 0, StepsEach = 100 }), 50);

    [Fact]
    public void A_pool_keeps_its_promises_while_everything_takes_too_long() =>
        Play(AnyStorm.Select(storm => storm with { ShortTimeouts = true, FailPercent = storm.FailPercent / 2, HangPercent = 5 }), 100);

    [Fact]
    public void A_pool_keeps_its_promises_while_its_circuit_opens_and_closes() =>
        Play(AnyStorm.Select(storm => storm with { Breaks = true, FailPercent = 20 + (2 * storm.FailPercent) }), 120);

    [Fact]
    public void A_pool_disposed_in_a_storm_fails_its_callers_and_leaves_nothing_open() =>
        Play(AnyStorm.Select(storm => storm with { Disposes = true }), 120);

    private static void Play(Gen<StormOptions> storms, int count) =>
        storms.Sample(storm => new Storm(storm).Run(), iter: count, threads: 1, print: storm => storm.ToString());
}
