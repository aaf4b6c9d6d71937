namespace Cenote.DashboardTests.Sampling;

public sealed class LaneTests
{
    [Fact]
    public async Task A_pool_shows_what_each_lane_has_and_who_waits_in_it()
    {
        await using var site = await new DashboardSite().StartAsync();
        var pool = site.AddPool("orders", static options =>
        {
            options.MaxSize = 4;
            options.Lanes = [new() { Name = "interactive", Weight = 3, Reserve = 1 }, new() { Name = "batch", MaxSize = 1 }];
        });
        var batch = new Lane("batch");
        var held = await pool.RentAsync(batch).AsTask().Soon();
        var waiting = pool.RentAsync(batch).AsTask();
        site.Tick();

        var lanes = (await site.PoolAsync("orders")).Lanes!;
        Assert.Equal(
            [("interactive", 3, 1, null, 0, false, 0, 0L), ("batch", 1, 0, 1, 1, true, 1, 1L)],
            lanes.Select(static lane => (lane.Name, lane.Weight, lane.Reserve, lane.MaxSize, lane.InUse, lane.IsFull, lane.Waiting, lane.Rents)));
        Assert.Null(lanes[0].WaitP99Seconds);
        Assert.Equal(0, lanes[1].WaitP99Seconds);
        held.Dispose();
        (await waiting.Soon()).Dispose();
    }

    [Fact]
    public async Task A_pool_without_lanes_has_none()
    {
        await using var site = await new DashboardSite().StartAsync();
        site.AddPool("orders");
        site.Tick();
        Assert.Empty((await site.PoolAsync("orders")).Lanes!);
    }
}
