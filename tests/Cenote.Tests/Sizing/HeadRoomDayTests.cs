using Cenote.Tests.Sizing.Simulation;

namespace Cenote.Tests.Sizing;

/// <summary>
/// What head-room costs over a day, and what it saves, beside a minimum size. The figures of docs/sizing.md.
/// </summary>
public sealed class HeadRoomDayTests(ITestOutputHelper output)
{
    [Fact]
    public void Head_room_saves_most_waits_of_a_day_for_the_hours_of_a_minimum_that_does_not()
    {
        var minimum = Play("MinSize 20", options => options.MinSize = 20);
        var idle = Play("MinIdle 10", options => options.MinIdle = 10);

        Assert.InRange(idle.OpenTime / minimum.OpenTime, 0.5, 1.1);
        Assert.InRange(idle.Waits, 0, minimum.Waits / 3);
        Assert.True(idle.LongestWait < RecordedDay.Open, $"a caller waited for {idle.LongestWait}");
    }

    [Fact]
    public void A_day_without_waits_costs_half_the_hours_of_a_minimum_for_the_largest_burst()
    {
        var minimum = Play("MinSize 60", options => options.MinSize = 60);
        var idle = Play("MinIdle 20", options => options.MinIdle = 20);

        Assert.Equal(0, minimum.Waits);
        Assert.Equal(0, idle.Waits);
        Assert.InRange(idle.OpenTime / minimum.OpenTime, 0.1, 0.65);
        Assert.True(idle.MostOpen <= minimum.MostOpen + 20, $"{idle.MostOpen} connections were open at once");
    }

    [Fact]
    public void A_little_head_room_saves_most_waits_of_a_pool_without()
    {
        var none = Play("default   ", static _ => { });
        var idle = Play("MinIdle  5", options => options.MinIdle = 5);

        Assert.InRange(idle.Waits, 0, none.Waits / 2);
        Assert.InRange(idle.OpenTime / none.OpenTime, 1, 2);

        // No storm: the same connections, a little earlier.
        Assert.InRange(idle.Opened, 0, none.Opened * 1.3);
    }

    private SimulatedPool Play(string name, Action<ConnectionPoolOptions> configure)
    {
        var pool = RecordedDay.Play(options =>
        {
            (options.MinSize, options.MaxSize) = (2, 80);
            configure(options);
        });
        output.WriteLine(FormattableString.Invariant(
            $"{name}: {pool.OpenTime.TotalHours:N0} connection-hours, {pool.MostOpen} at most, {pool.Opened} opened; {pool.Waits} of {pool.Rents} callers waited, {pool.LongestWait.TotalMilliseconds:N0} ms at most"));
        return pool;
    }
}
