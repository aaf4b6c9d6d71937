using Cenote.Tests.Sizing.Simulation;

namespace Cenote.Tests.Sizing;

/// <summary>When head-room opens connections: the real desk in virtual time, with opens that take their time.</summary>
public sealed class HeadRoomSpikeTests
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(2);

    [Fact]
    public void A_spike_of_fifty_callers_opens_before_they_wait()
    {
        var (time, pool) = Start(minIdle: 10, Long, open: TimeSpan.FromMilliseconds(15));
        var kept = pool.Counts.Total;

        Spike(time, pool, Long, apart: TimeSpan.FromMilliseconds(2));

        Assert.Equal(0, pool.Waits);
        Assert.InRange(pool.MostOpen, 50, kept + 50);
        Assert.InRange(pool.Counts.Total, kept, kept + 50);
    }

    [Fact]
    public void The_same_spike_makes_callers_wait_without_head_room()
    {
        var (time, pool) = Start(minIdle: 0, Long, open: TimeSpan.FromMilliseconds(15), minSize: 10);

        Spike(time, pool, Long, apart: TimeSpan.FromMilliseconds(2));

        Assert.InRange(pool.Waits, 10, 50);
    }

    // HikariCP's spike test: fifty callers at once, uses of 2 ms, opens of 150 ms, five connections.
    [Fact]
    public void A_spike_of_short_uses_leaves_hardly_more_connections_than_before()
    {
        var (time, pool) = Start(minIdle: 5, Short, open: TimeSpan.FromMilliseconds(150));
        var kept = pool.Counts.Total;

        Spike(time, pool, Short, apart: TimeSpan.Zero);
        time.RunUntil(time.Now + TimeSpan.FromSeconds(2));

        Assert.InRange(pool.Counts.Total, kept, kept + 4);
        Assert.True(pool.LongestWait < TimeSpan.FromMilliseconds(45), $"the last caller waited for {pool.LongestWait}");
    }

    [Fact]
    public void Connections_that_are_missing_for_a_moment_are_not_opened()
    {
        var (time, pool) = Start(minIdle: 5, Short, open: TimeSpan.FromMilliseconds(150));
        var kept = pool.Counts.Total;

        for (var i = 0; i < 1000; i++)
        {
            Spike(time, pool, Short, apart: TimeSpan.Zero, callers: 3);
            time.RunUntil(time.Now + TimeSpan.FromMilliseconds(110));
        }

        Assert.Equal(kept, pool.Counts.Total);
    }

    [Fact]
    public void Connections_that_stay_missing_for_as_long_as_an_open_are_opened()
    {
        var (time, pool) = Start(minIdle: 5, Short, open: TimeSpan.FromMilliseconds(150));
        var kept = pool.Counts.Total;

        // Their uses are long, against what was usual.
        Spike(time, pool, TimeSpan.FromSeconds(10), apart: TimeSpan.Zero, callers: 4);
        time.RunUntil(time.Now + TimeSpan.FromMilliseconds(600));

        Assert.Equal(kept + 4, pool.Counts.Total);
        Assert.Equal(5, pool.Counts.Idle);
    }

    [Fact]
    public void Head_room_costs_what_peaks_need_and_no_more_after_the_idle_time()
    {
        var (time, pool) = Start(minIdle: 10, Long, open: TimeSpan.FromMilliseconds(20));
        Spike(time, pool, Long, apart: TimeSpan.FromMilliseconds(2));

        time.RunUntil(time.Now + TimeSpan.FromMinutes(11));

        Assert.Equal(10, pool.Counts.Total);
    }

    private static (VirtualTime Time, SimulatedPool Pool) Start(int minIdle, TimeSpan use, TimeSpan open, int minSize = 0)
    {
        var time = new VirtualTime();
        var pool = new SimulatedPool(time, options => (options.MinSize, options.MinIdle, options.MaxSize) = (minSize, minIdle, 100), open);
        time.RunUntil(TimeSpan.FromSeconds(5));

        // What a use takes is known.
        for (var i = 0; i < 20; i++)
        {
            Spike(time, pool, use, apart: TimeSpan.Zero, callers: 1);
            time.RunUntil(time.Now + (use * 2));
        }

        Assert.Equal(0, pool.Waits);
        return (time, pool);
    }

    private static void Spike(VirtualTime time, SimulatedPool pool, TimeSpan use, TimeSpan apart, int callers = 50)
    {
        for (var caller = 0; caller < callers; caller++)
        {
            time.Schedule(apart * caller, () => pool.Come(() => use));
        }

        time.RunUntil(time.Now + (apart * callers));
    }
}
