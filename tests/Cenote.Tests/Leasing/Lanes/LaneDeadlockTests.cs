namespace Cenote.Tests.Leasing.Lanes;

/// <summary>Holders of a lane that wait for a second connection, while the other lanes are served.</summary>
public sealed class LaneDeadlockTests
{
    private static readonly Lane s_batch = new("batch");

    [Theory]
    [InlineData(2, 0)]
    [InlineData(null, 2)]
    public async Task A_lane_whose_holders_wait_for_each_other_is_found_out(int? most, int reserve)
    {
        await using var test = await StartAsync(most, reserve);
        ConnectionLease[] outer = [await test.Pool.RentAsync(s_batch).Soon(), await test.Pool.RentAsync(s_batch).Soon()];
        Task<ConnectionLease>[] inner = [test.Pool.RentAsync(s_batch).AsTask(), test.Pool.RentAsync(s_batch).AsTask()];
        await PassAsync(test, seconds: 8);

        var diagnosis = test.Pool.Diagnose();

        var finding = Assert.Single(diagnosis.Findings, static finding => finding.Kind != FindingKind.Saturated);
        Assert.Equal((FindingKind.NestedRentDeadlock, DiagnosisLevel.Degraded), (finding.Kind, diagnosis.Level));
        Assert.Matches("^lane 'batch' stands still for [678] s: holders seem to wait for a second connection$", finding.Summary);
        Assert.EndsWith(finding.Summary, diagnosis.Summary, StringComparison.Ordinal);
        Assert.Contains("2 connections are leased, which is all that lane 'batch' may have, 2 callers wait, and none was returned for", finding.Evidence, StringComparison.Ordinal);
        Assert.Contains("Held by LaneDeadlockTests.cs:", finding.Evidence, StringComparison.Ordinal);
        Assert.Contains("requested by LaneDeadlockTests.cs:", finding.Evidence, StringComparison.Ordinal);
        Array.ForEach(outer, static lease => lease.Dispose());
        await LaneLoad.ReturnAllAsync(inner);
        Assert.Empty(test.Pool.Diagnose().Findings);
    }

    /// <param name="waiters">The callers that wait, beside two that hold.</param>
    /// <param name="moves">Whether a connection of the lane is passed on meanwhile.</param>
    [Theory]
    [InlineData(1, false)]
    [InlineData(3, true)]
    public async Task A_lane_that_is_only_slow_does_not_seem_to_stand_still(int waiters, bool moves)
    {
        await using var test = await StartAsync(most: 2, reserve: 0);
        ConnectionLease[] held = [await test.Pool.RentAsync(s_batch).Soon(), await test.Pool.RentAsync(s_batch).Soon()];
        var waiting = Enumerable.Range(0, waiters).Select(_ => test.Pool.RentAsync(s_batch).AsTask()).ToList();
        await PassAsync(test, seconds: 4);
        if (moves)
        {
            held[0].Dispose();
            held[0] = await waiting[0].Soon();
            waiting.RemoveAt(0);
        }

        await PassAsync(test, seconds: 4);

        Assert.Equal([FindingKind.Saturated, FindingKind.SlowQueries], test.Pool.Diagnose().Findings.Select(static finding => finding.Kind));
        Array.ForEach(held, static lease => lease.Dispose());
        await LaneLoad.ReturnAllAsync(waiting);
    }

    private static Task<TestPool> StartAsync(int? most, int reserve) => TestPool.FullAsync(
        4, options => options.Lanes = [new() { Name = "interactive", Reserve = reserve }, new() { Name = "batch", MaxSize = most }]);

    /// <summary>Lets time pass in which a caller of the other lane is served each second.</summary>
    private static async Task PassAsync(TestPool test, int seconds)
    {
        for (var second = 0; second < seconds; second++)
        {
            await test.Pass(TimeSpan.FromSeconds(1));
            (await test.Pool.RentAsync().Soon()).Dispose();
        }
    }
}
