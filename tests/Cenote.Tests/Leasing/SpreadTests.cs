using Cenote.Leasing;

namespace Cenote.Tests.Leasing;

/// <summary>Where searches for a connection begin.</summary>
public sealed class SpreadTests
{
    private static readonly int Two = Math.Min(2, Environment.ProcessorCount);

    [Fact]
    public async Task Rents_that_meet_on_one_slot_spread_and_come_together_again_when_it_is_quiet()
    {
        await using var test = await TestPool.FullAsync(8);
        var desk = test.Pool.Engine.Desk;
        Assert.Equal(1, desk.Spread);

        var threads = Enumerable.Range(0, 2).Select(_ => Patience.OnOwnThread(() =>
        {
            var watch = System.Diagnostics.Stopwatch.StartNew();
            while (desk.Spread < Two && watch.Elapsed < Patience.Limit)
            {
                test.Pool.Rent().Dispose();
            }

            return 0;
        }));
        await Task.WhenAll(threads);
        Assert.True(desk.Spread >= Two, $"spread {desk.Spread}");

        await test.Pass(TimeSpan.FromSeconds(1 + Environment.ProcessorCount), TimeSpan.FromSeconds(1));
        Assert.Equal(1, desk.Spread);
    }

    [Fact]
    public async Task The_spread_follows_the_leases_in_use_at_once_and_never_exceeds_cores_or_slots()
    {
        await using var test = await TestPool.FullAsync(2);
        var desk = test.Pool.Engine.Desk;
        var leases = await test.RentAsync(2);

        await test.Pass(TimeSpan.FromSeconds(1));
        Assert.Equal(Two, desk.Spread);

        desk.Spread = int.MaxValue;
        Assert.Equal(Math.Min(Environment.ProcessorCount, 2), desk.Spread);
        Array.ForEach(leases, static lease => lease.Dispose());
    }

    [Fact]
    public async Task A_thread_that_found_its_last_connection_high_up_finds_one_in_a_smaller_pool()
    {
        await using var large = await TestPool.FullAsync(8);
        await using var small = await TestPool.FullAsync(2);
        large.Pool.Engine.Desk.Spread = 2;
        small.Pool.Engine.Desk.Spread = 2;
        var slots = await Patience.OnOwnThread(() =>
        {
            var held = Enumerable.Range(0, 8).Select(_ => large.Pool.Rent()).ToList();
            var lease = small.Pool.Rent();
            var found = (held[7].Slot!.Id, lease.Slot!.Id);
            lease.Dispose();
            held.ForEach(static one => one.Dispose());
            return found;
        });

        Assert.Equal((7, 0), slots);
    }

    [Fact]
    public async Task A_thread_stays_away_from_held_slots_and_comes_back_now_and_then()
    {
        const long Measured = 15L << SlotWord.VersionShift;
        await using var test = await TestPool.FullAsync(8);
        var desk = test.Pool.Engine.Desk;
        desk.Spread = 2;
        desk.SampleMask = Measured;
        desk.BeginCount(isQuiet: false);
        var isSpread = Environment.ProcessorCount > 1;
        var found = await Patience.OnOwnThread(() =>
        {
            // Brings the thread to the lowest slot.
            PreferredSlot.Remember(0);
            var held = new[] { test.Pool.Rent(), test.Pool.Rent() };
            var slots = new List<int> { RentAndReturn() };
            Array.ForEach(held, static lease => lease.Dispose());
            while (slots.Count < 40 && slots[^1] != 0)
            {
                slots.Add(RentAndReturn());
            }

            return slots;
        });

        Assert.Equal((2, 0), (found[0], found[^1]));
        Assert.InRange(found.Count, isSpread ? 8 : 2, isSpread ? 18 : 2);

        int RentAndReturn()
        {
            using var lease = test.Pool.Rent();
            return lease.Slot!.Id;
        }
    }
}
