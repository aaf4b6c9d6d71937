using Cenote.Tests.Diagnosing;

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
        const SessionState reported = SessionState.IdleInTransaction;
        await using var test = await StartAsync(most, reserve, reported);
        ConnectionLease[] outer = [await test.Pool.RentAsync(s_batch).Soon(), await test.Pool.RentAsync(s_batch).Soon()];
        Task<ConnectionLease>[] inner = [test.Pool.RentAsync(s_batch).AsTask(), test.Pool.RentAsync(s_batch).AsTask()];
        await PassAsync(test, seconds: 8, reported);

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

    /// <summary>As many callers wait at another line as hold, and none is served: nothing but slow reports.</summary>
    /// <param name="reported">What the server reports; <see langword="null"/> where it is not queried.</param>
    /// <param name="seconds">For how long, by the server.</param>
    [Theory]
    [InlineData(SessionState.Running, 5.0)]
    [InlineData(SessionState.Unknown, 5.0)]
    [InlineData(SessionState.WaitingForClient, 5.0)]
    [InlineData(SessionState.Idle, 1.5)]
    [InlineData(SessionState.Idle, null)]
    [InlineData(null, null)]
    public async Task A_lane_whose_holders_may_run_statements_is_only_slow(SessionState? reported, double? seconds)
    {
        await using var test = await StartAsync(most: 2, reserve: 0, reported);
        ConnectionLease[] held = [await test.Pool.RentAsync(s_batch).Soon(), await test.Pool.RentAsync(s_batch).Soon()];
        Task<ConnectionLease>[] waiting = [test.Pool.RentAsync(s_batch).AsTask(), test.Pool.RentAsync(s_batch).AsTask()];
        await PassAsync(test, seconds: 8, reported, seconds);

        Assert.Equal([FindingKind.Saturated, FindingKind.SlowQueries], test.Pool.Diagnose().Findings.Select(static finding => finding.Kind));
        Array.ForEach(held, static lease => lease.Dispose());
        await LaneLoad.ReturnAllAsync(waiting);
    }

    /// <summary>The slow lane stands still for longer than the one whose holders wait for each other.</summary>
    [Fact]
    public async Task A_deadlocked_lane_is_found_beside_one_that_is_only_slow()
    {
        await using var test = await TestPool.FullAsync(5, static options =>
        {
            options.Lanes = [new() { Name = "web" }, new() { Name = "interactive", MaxSize = 2 }, new() { Name = "batch", MaxSize = 2 }];
            options.NestedRentBehavior = NestedRentBehavior.Warn;
        });
        ConnectionLease[] slow = [await RentElsewhereAsync(test.Pool, s_batch).Soon(), await RentElsewhereAsync(test.Pool, s_batch).Soon()];
        Task<ConnectionLease>[] waiting = [RentElsewhereAsync(test.Pool, s_batch), RentElsewhereAsync(test.Pool, s_batch)];
        await test.When(static counts => counts.Waiting == 2);
        await PassAsync(test, seconds: 2);
        Lane interactive = new("interactive");
        var bothHold = new TaskCompletionSource();
        Task[] flows = [Task.Run(NestAsync), Task.Run(NestAsync)];
        await test.When(static counts => counts.Leased == 4);
        bothHold.SetResult();
        await test.When(static counts => counts.Waiting == 4);
        await PassAsync(test, seconds: 8);

        var finding = Assert.Single(test.Pool.Diagnose().Findings, static finding => finding.Kind != FindingKind.Saturated);

        Assert.Equal(FindingKind.NestedRentDeadlock, finding.Kind);
        Assert.StartsWith("lane 'interactive' stands still for ", finding.Summary, StringComparison.Ordinal);
        Assert.Contains("Held by Outer.cs:1", finding.Evidence, StringComparison.Ordinal);
        await test.Pass(TimeSpan.FromSeconds(14), TimeSpan.FromSeconds(1));
        Assert.All(await Task.WhenAll(flows.Select(static async flow => await Record.ExceptionAsync(() => flow.Soon()))), static exception => Assert.True(exception is null or PoolTimeoutException, exception?.ToString()));
        Array.ForEach(slow, static lease => lease.Dispose());
        await LaneLoad.ReturnAllAsync(waiting);

        async Task NestAsync()
        {
            using var scope = interactive.BeginScope();
            using var outer = await test.Pool.RentAsync(callerFilePath: "Outer.cs", callerLineNumber: 1);
            await bothHold.Task;
            using var inner = await test.Pool.RentAsync(TimeSpan.FromSeconds(20), callerFilePath: "Inner.cs", callerLineNumber: 2);
        }
    }

    /// <param name="waiters">The callers that wait, beside two that hold.</param>
    /// <param name="moves">Whether a connection of the lane is passed on meanwhile.</param>
    [Theory]
    [InlineData(1, false)]
    [InlineData(3, true)]
    public async Task A_lane_that_is_only_slow_does_not_seem_to_stand_still(int waiters, bool moves)
    {
        await using var test = await StartAsync(most: 2, reserve: 0, SessionState.Idle);
        ConnectionLease[] held = [await test.Pool.RentAsync(s_batch).Soon(), await test.Pool.RentAsync(s_batch).Soon()];
        var waiting = Enumerable.Range(0, waiters).Select(_ => test.Pool.RentAsync(s_batch).AsTask()).ToList();
        await PassAsync(test, seconds: 4, SessionState.Idle);
        if (moves)
        {
            held[0].Dispose();
            held[0] = await waiting[0].Soon();
            waiting.RemoveAt(0);
        }

        await PassAsync(test, seconds: 4, SessionState.Idle);

        Assert.Equal([FindingKind.Saturated, FindingKind.SlowQueries], test.Pool.Diagnose().Findings.Select(static finding => finding.Kind));
        Array.ForEach(held, static lease => lease.Dispose());
        await LaneLoad.ReturnAllAsync(waiting);
    }

    private static Task<TestPool> StartAsync(int? most, int reserve, SessionState? reported) => TestPool.FullAsync(
        4,
        options =>
        {
            options.Lanes = [new() { Name = "interactive", Reserve = reserve }, new() { Name = "batch", MaxSize = most }];
            options.ServerDiagnosis = reported is not null;
        },
        static database => new ActivityProvider(database));

    /// <summary>Rents in a flow of its own.</summary>
    private static Task<ConnectionLease> RentElsewhereAsync(ConnectionPool pool, Lane lane) => Task.Run(() => pool.RentAsync(lane).AsTask());

    /// <summary>
    /// Lets time pass in which a caller of the other lane is served each second, and the server reports the same of
    /// each lease. The pool does not query it soon after a report.
    /// </summary>
    private static async Task PassAsync(TestPool test, int seconds, SessionState? reported = null, double? since = 5)
    {
        for (var second = 0; second < seconds; second++)
        {
            if (reported is { } state)
            {
                StubReport.Publish(test.Pool, state, since);
            }

            await test.Pass(TimeSpan.FromSeconds(1));
            (await test.Pool.RentAsync().Soon()).Dispose();
        }
    }
}
