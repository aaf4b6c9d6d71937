namespace Cenote.Tests.Leasing.Lanes;

/// <summary>What diagnosis, events and logs say about lanes.</summary>
public sealed class LaneReportTests
{
    private static readonly Lane s_batch = new("batch");

    [Fact]
    public async Task A_lane_at_its_maximum_is_the_cause_why_its_callers_wait()
    {
        await using var test = await TestPool.FullAsync(4, static options => options.Lanes = [new() { Name = "interactive" }, new() { Name = "batch", MaxSize = 1 }]);
        var held = await test.Pool.RentAsync(s_batch).Soon();
        var waiting = Enumerable.Range(0, 5).Select(_ => test.Pool.RentAsync(s_batch).AsTask()).ToList();

        var diagnosis = test.Pool.Diagnose();

        var finding = Assert.Single(diagnosis.Findings, static finding => finding.Kind == FindingKind.LaneFull);
        Assert.Equal("lane 'batch' has its maximum of 1 connection, and 5 callers wait", finding.Summary);
        Assert.Contains("interactive: 0 in use, 0 waiting", finding.Evidence, StringComparison.Ordinal);
        Assert.EndsWith(finding.Summary, diagnosis.Summary, StringComparison.Ordinal);
        Assert.Contains("Lanes: interactive: 0 in use", diagnosis.Findings[0].Evidence, StringComparison.Ordinal);
        Assert.Equal([false, true], test.Pool.GetStatistics().Lanes.Select(static lane => lane.IsFull));
        held.Dispose();
        await LaneLoad.ReturnAllAsync(waiting);
        Assert.Equal(DiagnosisLevel.Healthy, test.Pool.Diagnose().Level);
    }

    [Fact]
    public async Task Reserves_of_other_lanes_are_the_cause_where_they_are_unused()
    {
        await using var test = await TestPool.FullAsync(4, static options => options.Lanes = [new() { Name = "interactive", Reserve = 2 }, new() { Name = "batch" }]);
        var waiting = Enumerable.Range(0, 8).Select(_ => test.Pool.RentAsync(s_batch).AsTask()).ToList();

        var finding = Assert.Single(test.Pool.Diagnose().Findings, static finding => finding.Kind == FindingKind.LaneFull);

        Assert.Equal("lane 'batch' has 2 connections, and 6 callers wait; 2 are reserved for interactive", finding.Summary);
        await LaneLoad.ReturnAllAsync(waiting);
    }

    [Fact]
    public async Task A_lane_without_limits_in_a_full_pool_is_not_the_cause()
    {
        await using var test = await TestPool.FullAsync(2, static options => options.Lanes = [new() { Name = "interactive" }, new() { Name = "batch" }]);
        var waiting = Enumerable.Range(0, 8).Select(_ => test.Pool.RentAsync(s_batch).AsTask()).ToList();

        Assert.Equal([FindingKind.Saturated], test.Pool.Diagnose().Findings.Select(static finding => finding.Kind));
        await LaneLoad.ReturnAllAsync(waiting);
    }

    [Fact]
    public async Task A_timeout_advises_what_its_lane_needs()
    {
        await using var test = await TestPool.FullAsync(4, static options =>
        {
            options.Lanes = [new() { Name = "interactive", Reserve = 1 }, new() { Name = "batch", MaxSize = 1 }, new() { Name = "other", MaxWaiters = 1 }];
            options.AcquireTimeout = TimeSpan.FromSeconds(1);
        });
        Lane other = new("other");
        List<ConnectionLease> held = [await test.Pool.RentAsync(s_batch).Soon(), await test.Pool.RentAsync(other).Soon(), await test.Pool.RentAsync(other).Soon()];
        Task<ConnectionLease>[] late = [test.Pool.RentAsync(s_batch).AsTask(), test.Pool.RentAsync(other).AsTask()];
        var refusal = Assert.Throws<PoolOverloadedException>(() => test.Pool.Rent(other));
        test.Time.Advance(TimeSpan.FromSeconds(1));
        var capped = await Assert.ThrowsAsync<PoolTimeoutException>(() => late[0]);
        var reserved = await Assert.ThrowsAsync<PoolTimeoutException>(() => late[1]);

        Assert.EndsWith(" Lane 'batch' has its MaxSize of 1: raise it, or send less work into the lane at once.", capped.Message, StringComparison.Ordinal);
        const string Reserves = " The reserves of other lanes keep 1 connections from lane 'other': lower the Reserve of interactive, raise MaxSize, or send less work into the lane at once.";
        Assert.EndsWith(Reserves, reserved.Message, StringComparison.Ordinal);
        Assert.EndsWith(Reserves, refusal.Message, StringComparison.Ordinal);

        held.Add(await test.Pool.RentAsync().Soon());
        var last = test.Pool.RentAsync().AsTask();
        test.Time.Advance(TimeSpan.FromSeconds(1));
        var full = await Assert.ThrowsAsync<PoolTimeoutException>(() => last);
        Assert.EndsWith("look for a holder that never returns, or raise MaxSize.", full.Message, StringComparison.Ordinal);
        held.ForEach(static lease => lease.Dispose());
    }

    [Fact]
    public async Task The_first_waiting_callers_are_those_of_every_lane()
    {
        await using var test = await TestPool.FullAsync(1, static options => options.Lanes = [new() { Name = "interactive" }, new() { Name = "batch" }]);
        var held = await test.Pool.RentAsync().Soon();
        var first = test.Pool.RentAsync(s_batch).AsTask();
        var second = test.Pool.RentAsync().AsTask();
        var third = test.Pool.RentAsync().AsTask();

        var sites = test.Pool.Engine.Desk.DescribeWaiters(3);

        Assert.Equal([sites[0].LineNumber, sites[0].LineNumber + 1, sites[0].LineNumber + 2], sites.Select(static site => site.LineNumber));
        Assert.Equal([sites[0]], test.Pool.Engine.Desk.DescribeWaiters(1));
        held.Dispose();
        await LaneLoad.ReturnAllAsync([first, second, third]);
    }

    [Fact]
    public async Task A_sizing_policy_sees_no_caller_that_its_lane_keeps_waiting()
    {
        var policy = new Recorder();
        await using var test = TestPool.Create(options => (options.SizingPolicy, options.Lanes) = (policy, [new() { Name = "interactive" }, new() { Name = "batch", MaxSize = 1 }]));
        var held = await test.Pool.RentAsync(s_batch).Soon();
        var waiting = Enumerable.Range(0, 5).Select(_ => test.Pool.RentAsync(s_batch).AsTask()).ToList();

        await test.PassUntil(() => policy.Last is { Leased: 1 });

        Assert.Equal(0, policy.Last!.Value.Waiting);
        held.Dispose();
        await LaneLoad.ReturnAllAsync(waiting);
    }

    [Fact]
    public async Task Events_and_logs_of_callers_name_their_lane()
    {
        await using var test = await TestPool.FullAsync(1, static options =>
        {
            options.Lanes = [new() { Name = "interactive" }, new() { Name = "batch", MaxWaiters = 2 }];
            options.SlowAcquireThreshold = TimeSpan.FromMilliseconds(200);
        });
        var held = await test.Pool.RentAsync().Soon();
        Task<ConnectionLease> late;
        using (s_batch.BeginScope())
        {
            late = test.Pool.RentAsync(TimeSpan.FromSeconds(1)).AsTask();
        }

        var slow = test.Pool.RentAsync(s_batch).AsTask();
        Assert.Throws<PoolOverloadedException>(() => test.Pool.Rent(s_batch));
        test.Time.Advance(TimeSpan.FromSeconds(2));
        await Assert.ThrowsAsync<PoolTimeoutException>(() => late);
        held.Dispose();
        (await slow.Soon()).Dispose();

        var texts = test.Pool.GetEvents().ToLookup(static happened => happened.Kind, static happened => happened.Message);
        Assert.Contains("rejected a caller in lane batch: ", Assert.Single(texts[PoolEventKind.Overloaded]), StringComparison.Ordinal);
        Assert.Contains("got no connection in lane batch within 1 s", Assert.Single(texts[PoolEventKind.AcquireTimedOut]), StringComparison.Ordinal);
        Assert.EndsWith("waited 2.0 s for a connection in lane batch", Assert.Single(texts[PoolEventKind.AcquiredSlowly]), StringComparison.Ordinal);
        var logs = test.Logger.Collector.GetSnapshot().Select(static record => record.Message).ToList();
        Assert.Contains(logs, static text => text.StartsWith("Acquire timeout of pool test: no connection in lane batch within 1 s", StringComparison.Ordinal));
        Assert.Contains(logs, static text => text.StartsWith("Pool test rejected callers in lane batch: ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_optional_lane_is_ignored_where_a_pool_does_not_have_it()
    {
        var health = new Lane("health") { IsOptional = true };
        await using var with = await TestPool.FullAsync(1, static options => options.Lanes = [new() { Name = "interactive" }, new() { Name = "health" }]);
        await using var without = await TestPool.FullAsync(1, static options => options.Lanes = [new() { Name = "interactive" }]);
        await using var none = await TestPool.FullAsync(1);
        foreach (var test in new[] { with, without, none })
        {
            test.Pool.Rent(health).Dispose();
            using (health.BeginScope())
            {
                (await test.Pool.RentAsync().Soon()).Dispose();
                Assert.True(test.Pool.TryRent(out var lease));
                lease.Dispose();
            }
        }

        Assert.Equal([0, 3], with.Pool.GetStatistics().Lanes.Select(static lane => lane.Rents));
        Assert.Equal([3], without.Pool.GetStatistics().Lanes.Select(static lane => lane.Rents));
        Assert.Equal(3, none.Pool.GetStatistics().Rents);
    }

    private sealed class Recorder : ISizingPolicy
    {
        private volatile Tuple<SizingObservation>? _last;

        public bool RecommendsOnly => true;

        internal SizingObservation? Last => _last?.Item1;

        public SizingDecision? Decide(in SizingObservation observation)
        {
            _last = Tuple.Create(observation);
            return null;
        }
    }
}
