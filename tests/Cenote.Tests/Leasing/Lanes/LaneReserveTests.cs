namespace Cenote.Tests.Leasing.Lanes;

/// <summary>Reserves where the pool has, or can have, fewer connections than its maximum.</summary>
public sealed class LaneReserveTests
{
    private static readonly Lane s_interactive = new("interactive");
    private static readonly Lane s_batch = new("batch");
    private static readonly LaneOptions[] s_lanes = [new() { Name = "interactive", Reserve = 2 }, new() { Name = "batch" }];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task No_lane_starves_while_the_limit_is_not_above_the_reserves(int limit)
    {
        await using var test = await TestPool.FullAsync(4, static options => options.Lanes = [new() { Name = "interactive", Reserve = 3, Weight = 3 }, new() { Name = "batch" }]);
        test.Pool.Resize(1, limit);
        await test.When(counts => counts.Total == limit);
        var load = new LaneLoad(test, limit, s_interactive, s_batch);
        await load.ServeAsync(100, static _ => TimeSpan.FromMilliseconds(5));

        Assert.InRange(load.ServedOf(s_interactive), 72, 78);
        await load.EndAsync();
    }

    [Fact]
    public async Task A_reserve_holds_where_the_server_refuses_more_connections()
    {
        await using var test = TestPool.Create(static options => (options.MaxSize, options.Lanes) = (10, s_lanes));
        var held = new List<ConnectionLease>();
        for (var i = 0; i < 4; i++)
        {
            held.Add(await test.Pool.RentAsync(s_batch).Soon());
        }

        test.Script.Always(StubCall.Open, StubStep.Fail(FailureKind.TooManyConnections));
        var flood = Enumerable.Range(0, 10).Select(_ => test.Pool.RentAsync(s_batch).AsTask()).ToArray();
        await test.When(static counts => counts is { Waiting: 10, Opening: 0 });
        held.ForEach(static lease => lease.Dispose());

        await HasItsReserveAsync(test.Pool);
        test.Script.Always(StubCall.Open, StubStep.Succeed);
        await test.Pump(LaneLoad.ReturnAllAsync(flood));
    }

    /// <summary>Two of four connections are left to the lane with the reserve, and idle.</summary>
    private static async Task HasItsReserveAsync(ConnectionPool pool)
    {
        Assert.Equal([0, 2], pool.GetStatistics().Lanes.Select(static lane => lane.InUse));
        Assert.Equal((2, 8), (pool.GetStatistics().Counts.Idle, pool.GetStatistics().Counts.Waiting));
        for (var i = 0; i < 3; i++)
        {
            var (first, second) = (pool.RentAsync(s_interactive).AsTask(), pool.RentAsync(s_interactive).AsTask());
            Assert.True(first.IsCompletedSuccessfully && second.IsCompletedSuccessfully);
            (await first).Dispose();
            (await second).Dispose();
        }
    }
}
