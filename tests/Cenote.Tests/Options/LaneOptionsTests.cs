namespace Cenote.Tests.Options;

public sealed class LaneOptionsTests
{
    [Fact]
    public void Every_problem_of_the_lanes_is_listed_with_its_value_and_fix()
    {
        var refusal = Refuse(new ConnectionPoolOptions
        {
            Lanes =
            [
                new() { Name = "interactive", Weight = 0, Reserve = 8, MaxSize = 4 },
                new() { Name = "Interactive", Weight = 1_001, Reserve = 9 },
                new() { Name = "a b" },
                new() { Name = "batch", MaxSize = 0, MaxWaiters = 0, LoadShedding = new() { TargetDelay = TimeSpan.FromSeconds(1), Interval = TimeSpan.FromMilliseconds(2) } },
            ],
            DefaultLane = "nightly",
        });

        Assert.Equal(
            [
                "Lanes[interactive].Weight is 0. It must be 1 to 1,000.",
                "Lanes[interactive].Reserve is 8, larger than its MaxSize, which is 4. Lower Reserve or raise MaxSize.",
                "Lanes[Interactive].Weight is 1001. It must be 1 to 1,000.",
                "Lanes[2].Name is not a name of a lane. Use 1 to 63 ASCII letters, digits, hyphens, underscores and periods.",
                "Lanes[batch].MaxSize is 0. It must be 1 to 10,000.",
                "Lanes[batch].MaxWaiters is 0. It must be 1 to 1,000,000.",
                "Lanes[batch].LoadShedding.TargetDelay is 1 s, longer than Interval, which is 2 ms. Shorten Lanes[batch].LoadShedding.TargetDelay or lengthen Interval.",
                "Lanes has 2 lanes with the name 'interactive'. Case does not matter. Give each lane its own name.",
                "The reserves of Lanes are 17 connections together, more than MaxSize, which is 10. Lower them or raise MaxSize.",
                "DefaultLane is 'nightly', but the lanes are interactive, Interactive, ?, batch. Use one of them, or leave it null for the first.",
            ],
            refusal.Problems);
    }

    [Fact]
    public void Reserves_leave_a_connection_to_the_lanes_without_one()
    {
        var refusal = Refuse(new ConnectionPoolOptions { MaxSize = 4, Lanes = [new() { Name = "a", Reserve = 4 }, new() { Name = "b" }] });

        Assert.Equal(
            "The reserves of Lanes are 4 connections together, which is MaxSize, so lanes without a reserve would get none. Lower them, raise MaxSize, or give each lane a reserve.",
            Assert.Single(refusal.Problems));
    }

    [Theory]
    [InlineData(0, 2, 0, "Budget 'server' guarantees 0 connections to the pool (the larger of GuaranteedSize and MinSize), so other pools could have the reserved ones. Set GuaranteedSize to 3 or more, one for the lanes without a reserve, or lower the reserves.")]
    [InlineData(0, 2, 2, "Budget 'server' guarantees 2 connections to the pool (the larger of GuaranteedSize and MinSize), so other pools could have the reserved ones. Set GuaranteedSize to 3 or more, one for the lanes without a reserve, or lower the reserves.")]
    [InlineData(1, 2, 2, "Budget 'server' guarantees 2 connections to the pool (the larger of GuaranteedSize and MinSize), so other pools could have the reserved ones. Set GuaranteedSize to 3 or more, or lower the reserves.")]
    [InlineData(0, 2, 3, null)]
    [InlineData(1, 2, 3, null)]
    [InlineData(0, 0, 0, null)]
    public void Reserves_are_within_what_the_budget_guarantees(int batch, int interactive, int guaranteed, string? problem)
    {
        var options = new ConnectionPoolOptions
        {
            Budget = new ConnectionBudget("server", 10),
            GuaranteedSize = guaranteed,
            Lanes = [new() { Name = "interactive", Reserve = interactive }, new() { Name = "batch", Reserve = batch }],
        };

        if (problem is null)
        {
            new ConnectionPool(new StubProvider(new StubDatabase()), options).Dispose();
        }
        else
        {
            Assert.Equal($"The reserves of Lanes are {batch + interactive} connections together, but {problem}", Assert.Single(Refuse(options).Problems));
        }
    }

    [Fact]
    public async Task Reserves_may_take_the_whole_size_where_each_lane_has_one()
    {
        await using var pool = new ConnectionPool(
            new StubProvider(new StubDatabase()), new ConnectionPoolOptions { MaxSize = 4, Lanes = [new() { Name = "a", Reserve = 3 }, new() { Name = "b", Reserve = 1 }] });
        await using var first = await pool.OpenConnectionAsync(new Lane("b"));
    }

    [Fact]
    public void Missing_lanes_and_too_many_are_refused()
    {
        Assert.StartsWith("Lanes, or one of them, is null.", Assert.Single(Refuse(new ConnectionPoolOptions { Lanes = null! }).Problems), StringComparison.Ordinal);
        Assert.StartsWith("Lanes, or one of them, is null.", Assert.Single(Refuse(new ConnectionPoolOptions { Lanes = [null!] }).Problems), StringComparison.Ordinal);
        Assert.Equal(
            "Lanes has 17 lanes. It must have 16 at most.",
            Assert.Single(Refuse(new ConnectionPoolOptions { Lanes = [.. Enumerable.Range(0, 17).Select(static i => new LaneOptions { Name = $"lane-{i}" })] }).Problems));
        Assert.Equal(
            "DefaultLane is 'batch', but the pool has no lanes. Add the lane to Lanes, or remove DefaultLane.",
            Assert.Single(Refuse(new ConnectionPoolOptions { DefaultLane = "batch" }).Problems));
    }

    [Fact]
    public async Task A_builder_adds_lanes_that_the_settings_show()
    {
        await using var pool = new ConnectionPoolBuilder()
            .UseProvider(new StubProvider(new StubDatabase()))
            .WithLane("interactive", static lane => (lane.Weight, lane.Reserve) = (8, 2))
            .WithLane("batch", static lane => (lane.MaxSize, lane.MaxWaiters, lane.LoadShedding) = (4, 100, new LoadSheddingOptions()))
            .Build();

        Assert.Equal(
            "interactive weight 8, reserve 2; batch weight 1, max size 4, max waiters 100, target delay 5 ms, interval 100 ms",
            Assert.Single(pool.GetSettings(), static setting => setting.Name == "Lanes").Value);
    }

    [Fact]
    public async Task A_pool_keeps_its_lanes_when_the_options_change_later()
    {
        var lane = new LaneOptions { Name = "batch" };
        await using var pool = new ConnectionPool(new StubProvider(new StubDatabase()), new ConnectionPoolOptions { Lanes = [lane] });
        (lane.Name, lane.Weight) = ("other", 5);

        var kept = Assert.Single(pool.GetStatistics().Lanes);
        Assert.Equal(("batch", 1), (kept.Name, kept.Weight));
    }

    private static PoolOptionsException Refuse(ConnectionPoolOptions options) =>
        Assert.Throws<PoolOptionsException>(() => new ConnectionPool(new StubProvider(new StubDatabase()), options));
}
