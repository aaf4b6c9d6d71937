namespace Cenote.Tests.Diagnosing;

public sealed class DiagnosisTests
{
    [Fact]
    public async Task A_pool_that_serves_is_healthy_and_its_summary_has_the_counts()
    {
        await using var test = await TestPool.FullAsync(3);
        using var lease = await test.Pool.RentAsync();

        var diagnosis = test.Pool.Diagnose();

        Assert.Equal((DiagnosisLevel.Healthy, "1 of 3 connections leased, 2 idle", "test"), (diagnosis.Level, diagnosis.Summary, diagnosis.Subject));
        Assert.Empty(diagnosis.Findings);
    }

    [Fact]
    public async Task A_start_that_takes_long_is_not_an_error_until_an_attempt_has_failed()
    {
        var gate = new StubGate();
        var script = new CallScript().Always(StubCall.Open, StubStep.Hang(gate, honoursCancellation: true));
        await using var test = TestPool.Create(options => (options.MinSize, options.MaxSize, options.ConnectTimeout) = (2, 4, TimeSpan.FromSeconds(15)), script: script);

        await test.Pass(TimeSpan.FromSeconds(12), TimeSpan.FromSeconds(1));

        // Not ready, which a health check must know, but nothing to alarm anybody.
        var finding = Assert.Single(test.Pool.Diagnose().Findings);
        Assert.Equal((FindingKind.NotFilled, DiagnosisLevel.Unhealthy), (finding.Kind, finding.Level));
        Assert.Contains("no attempt has failed", finding.Evidence, StringComparison.Ordinal);
        Assert.DoesNotContain(test.Logger.Collector.GetSnapshot(), static record => record.Level >= Microsoft.Extensions.Logging.LogLevel.Warning);
        Assert.DoesNotContain(test.Pool.GetEvents(), static happened => happened.Kind == PoolEventKind.DiagnosisChanged);

        await test.PassUntil(() => test.Logger.Collector.GetSnapshot().Any(static record => record.Id.Id == 51));
        Assert.True(test.Pool.GetStatistics().OpenFailures > 0);
        script.Heal(StubCall.Open);
        gate.Release();
    }

    [Fact]
    public async Task A_slow_start_that_succeeds_is_not_said_at_all()
    {
        var gate = new StubGate();
        var script = new CallScript().Always(StubCall.Open, StubStep.Hang(gate));
        await using var test = TestPool.Create(options => (options.MinSize, options.MaxSize, options.ConnectTimeout) = (2, 4, TimeSpan.FromMinutes(5)), script: script);
        await test.Pass(TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(1));

        script.Heal(StubCall.Open);
        gate.Release();
        await test.When(static counts => counts.Idle == 2);
        await test.Pass(TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(1));

        Assert.Equal(DiagnosisLevel.Healthy, test.Pool.Diagnose().Level);
        Assert.DoesNotContain(test.Logger.Collector.GetSnapshot(), static record => record.Id.Id is 51 or 52);
    }

    [Fact]
    public async Task Callers_that_wait_make_it_saturated_and_the_holders_line_is_named()
    {
        await using var test = await TestPool.FullAsync(1);
        var lease = await test.Pool.RentAsync();
        var waiting = test.Pool.RentAsync().AsTask();
        test.Time.Advance(TimeSpan.FromSeconds(2));

        var diagnosis = test.Pool.Diagnose();

        Assert.Equal(DiagnosisLevel.Degraded, diagnosis.Level);
        Assert.StartsWith("saturated: 1 waiting, longest 2.0 s, 1 of 1 connections leased, held mostly by DiagnosisTests.cs:", diagnosis.Summary, StringComparison.Ordinal);
        Assert.Equal(FindingKind.Saturated, diagnosis.Findings[0].Kind);
        lease.Dispose();
        (await waiting.Soon()).Dispose();
        Assert.Equal(DiagnosisLevel.Healthy, test.Pool.Diagnose().Level);
    }

    [Fact]
    public async Task The_pool_is_too_small_when_short_uses_keep_all_connections_busy()
    {
        await using var test = await TestPool.FullAsync(4);
        var load = new Load(test);
        await load.Run(seconds: 15, holders: 1, use: TimeSpan.FromMilliseconds(100));
        await load.Run(seconds: 70, holders: 4, use: TimeSpan.FromMilliseconds(100));

        var small = await load.FindWhileSaturated(FindingKind.PoolTooSmall);

        Assert.Contains("of 4 connections are always busy", small.Summary, StringComparison.Ordinal);
        Assert.Contains("40 rents a second", small.Evidence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task When_uses_take_twice_as_long_as_in_a_quiet_pool_the_database_is_slow()
    {
        await using var test = await TestPool.FullAsync(4);
        var load = new Load(test);
        await load.Run(seconds: 15, holders: 1, use: TimeSpan.FromMilliseconds(100));
        await load.Run(seconds: 70, holders: 4, use: TimeSpan.FromMilliseconds(250));

        var slow = await load.FindWhileSaturated(FindingKind.DatabaseSaturated);

        Assert.StartsWith("the database is slow: a lease takes ", slow.Summary, StringComparison.Ordinal);
    }

    [Fact]
    public async Task When_a_half_of_the_connections_is_kept_by_long_uses_those_are_named()
    {
        await using var test = await TestPool.FullAsync(4);
        var load = new Load(test);
        await load.Run(seconds: 15, holders: 1, use: TimeSpan.FromMilliseconds(100));
        var reports = await test.RentAsync(2);
        await load.Run(seconds: 10, holders: 2, use: TimeSpan.FromMilliseconds(100));

        var slow = await load.FindWhileSaturated(FindingKind.SlowQueries);

        Assert.Contains("2 of 4 connections are held longer than 1 s, mostly by TestPool.cs:", slow.Summary, StringComparison.Ordinal);
        Array.ForEach(reports, lease => lease.Dispose());
    }

    [Fact]
    public async Task Holders_that_wait_for_a_second_connection_are_found_out()
    {
        await using var test = await TestPool.FullAsync(2);
        var outer = new[] { await test.Pool.RentAsync(), await test.Pool.RentAsync() };
        var inner = new[]
        {
            test.Pool.RentAsync().AsTask(),
            test.Pool.RentAsync().AsTask(),
        };
        await test.Pass(TimeSpan.FromSeconds(8), TimeSpan.FromSeconds(1));

        var diagnosis = test.Pool.Diagnose();

        var finding = diagnosis.Findings[0];
        Assert.Equal((FindingKind.NestedRentDeadlock, DiagnosisLevel.Unhealthy), (finding.Kind, diagnosis.Level));
        Assert.StartsWith("stands still for ", diagnosis.Summary, StringComparison.Ordinal);
        Assert.Contains("Held by DiagnosisTests.cs:", finding.Evidence, StringComparison.Ordinal);
        Assert.Contains("requested by DiagnosisTests.cs:", finding.Evidence, StringComparison.Ordinal);
        Array.ForEach(outer, lease => lease.Dispose());
        Array.ForEach(await Task.WhenAll(inner).Soon(), lease => lease.Dispose());
        Assert.Empty(test.Pool.Diagnose().Findings);
    }

    [Theory]
    [InlineData(1, NestedRentBehavior.Allow)]
    [InlineData(2, NestedRentBehavior.Warn)]
    [InlineData(2, NestedRentBehavior.Throw)]
    public async Task Holders_that_are_only_slow_are_not_said_to_wait_for_a_second_connection(int waiters, NestedRentBehavior nestedRents)
    {
        await using var test = await TestPool.FullAsync(2, options => options.NestedRentBehavior = nestedRents);
        var holders = await Task.WhenAll(Task.Run(() => test.Pool.RentAsync().AsTask()), Task.Run(() => test.Pool.RentAsync().AsTask()));
        var waiting = new Task<ConnectionLease>[waiters];
        for (var i = 0; i < waiters; i++)
        {
            waiting[i] = Task.Run(() => test.Pool.RentAsync().AsTask());
        }

        await test.When(counts => counts.Waiting == waiters);
        await test.Pass(TimeSpan.FromSeconds(8), TimeSpan.FromSeconds(1));

        var diagnosis = test.Pool.Diagnose();

        Assert.Equal((FindingKind.Saturated, DiagnosisLevel.Degraded), (diagnosis.Findings[0].Kind, diagnosis.Level));
        Assert.DoesNotContain(diagnosis.Findings, finding => finding.Kind == FindingKind.NestedRentDeadlock);
        Array.ForEach(holders, lease => lease.Dispose());
        Array.ForEach(await Task.WhenAll(waiting).Soon(), lease => lease.Dispose());
    }

    /// <summary>
    /// By the source files alone, the pool would be deadlocked. A report that is not about all holders changes nothing,
    /// such as one of sessions that wait for their clients to read, nor does a lock that one of the holders may have.
    /// </summary>
    [Theory]
    [InlineData(SessionState.Running, 0, FindingKind.Saturated)]
    [InlineData(SessionState.Running, 1, FindingKind.Saturated)]
    [InlineData(SessionState.Idle, 0, FindingKind.NestedRentDeadlock)]
    [InlineData(SessionState.IdleInTransaction, 1, FindingKind.NestedRentDeadlock)]
    [InlineData(SessionState.IdleInTransaction, 2, FindingKind.Saturated)]
    [InlineData(SessionState.Unknown, 0, FindingKind.NestedRentDeadlock)]
    [InlineData(SessionState.Unknown, 1, FindingKind.NestedRentDeadlock)]
    [InlineData(SessionState.WaitingForClient, 0, FindingKind.NestedRentDeadlock)]
    public async Task Holders_that_run_statements_do_not_wait_for_a_second_connection(SessionState reported, int locked, FindingKind found)
    {
        await using var test = await TestPool.FullAsync(3, static options => options.ServerDiagnosis = true, static database => new ActivityProvider(database));
        ConnectionLease[] held = [await test.Pool.RentAsync().Soon(), await test.Pool.RentAsync().Soon(), await test.Pool.RentAsync().Soon()];
        Task<ConnectionLease>[] waiting = [test.Pool.RentAsync().AsTask(), test.Pool.RentAsync().AsTask(), test.Pool.RentAsync().AsTask()];
        for (var second = 0; second < 8; second++)
        {
            StubReport.Publish(test.Pool, reported, seconds: 5, locked);
            await test.Pass(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(found, test.Pool.Diagnose().Findings[0].Kind);
        Array.ForEach(held, static lease => lease.Dispose());
        Array.ForEach(await Task.WhenAll(waiting).Soon(), static lease => lease.Dispose());
    }

    [Fact]
    public async Task Flows_that_asked_for_a_second_connection_are_named_when_all_stall()
    {
        await using var test = await TestPool.FullAsync(2, options => options.NestedRentBehavior = NestedRentBehavior.Warn);
        var bothHold = new TaskCompletionSource();
        var holding = 0;
        async Task RunAsync()
        {
            using var outer = await test.Pool.RentAsync(callerFilePath: "Outer.cs", callerLineNumber: 1);
            if (Interlocked.Increment(ref holding) == 2)
            {
                bothHold.SetResult();
            }

            await bothHold.Task;
            using var inner = await test.Pool.RentAsync(TimeSpan.FromSeconds(20), callerFilePath: "Inner.cs", callerLineNumber: 2);
        }

        var flows = new[] { Task.Run(RunAsync), Task.Run(RunAsync) };
        await test.When(counts => counts.Waiting == 2);
        await test.Pass(TimeSpan.FromSeconds(8), TimeSpan.FromSeconds(1));

        var finding = test.Pool.Diagnose().Findings[0];

        Assert.Equal(FindingKind.NestedRentDeadlock, finding.Kind);
        Assert.Contains("Held by Outer.cs:1", finding.Evidence, StringComparison.Ordinal);
        Assert.Contains("requested by Inner.cs:2", finding.Evidence, StringComparison.Ordinal);
        await test.Pass(TimeSpan.FromSeconds(14), TimeSpan.FromSeconds(1));
        Assert.All(await Task.WhenAll(flows.Select(async flow => await Record.ExceptionAsync(() => flow.Soon()))), exception => Assert.True(exception is null or PoolTimeoutException, exception?.ToString()));
    }

    [Fact]
    public async Task A_suspected_leak_is_named_with_its_line()
    {
        await using var test = await TestPool.FullAsync(2, options => options.LeakDetection.Threshold = TimeSpan.FromSeconds(5));
        using var lease = await test.Pool.RentAsync();
        await test.Pass(TimeSpan.FromSeconds(8), TimeSpan.FromSeconds(1));

        var finding = Assert.Single(test.Pool.Diagnose().Findings);

        Assert.Equal((FindingKind.LeakSuspected, DiagnosisLevel.Degraded), (finding.Kind, finding.Level));
        Assert.Contains("by DiagnosisTests.cs:", finding.Summary, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Connections_that_are_closed_all_the_time_are_churn_with_the_main_reason()
    {
        await using var test = await TestPool.FullAsync(2);
        for (var i = 0; i < 12; i++)
        {
            await test.Pass(TimeSpan.FromSeconds(1));
            var lease = await test.Pool.RentAsync().Soon();
            lease.RetireOnReturn();
            lease.Dispose();
            await test.When(counts => counts.Idle == 2);
        }

        await test.StatisticsAre(statistics => statistics.ConnectionsClosed == 12);
        var finding = Assert.Single(test.Pool.Diagnose().Findings);

        Assert.Equal(FindingKind.ConnectionChurn, finding.Kind);
        Assert.Contains("12 RequestedByHolder", finding.Evidence, StringComparison.Ordinal);
        Assert.Contains("RetireOnReturn", finding.Recommendation, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_was_done_by_hand_is_said_first()
    {
        await using var test = await TestPool.FullAsync(1);

        test.Pool.Suspend();
        Assert.Equal((FindingKind.Suspended, DiagnosisLevel.Unhealthy), WorstOf(test.Pool));
        test.Pool.Resume();
        test.Pool.IsolateCircuit();
        Assert.Equal((FindingKind.CircuitIsolated, DiagnosisLevel.Unhealthy), WorstOf(test.Pool));
        test.Pool.CloseCircuit();
        await test.Pool.DisposeAsync();
        Assert.Equal((FindingKind.Closed, DiagnosisLevel.Unhealthy), WorstOf(test.Pool));
    }

    [Fact]
    public async Task A_lasting_diagnosis_is_logged_once_and_is_an_event_and_so_is_its_end()
    {
        await using var test = await TestPool.FullAsync(1);
        var lease = await test.Pool.RentAsync();
        var waiting = test.Pool.RentAsync().AsTask();
        await test.Pass(TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(1));
        lease.Dispose();
        var second = await waiting.Soon();
        second.Dispose();
        await test.Pass(TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(1));

        var logged = Assert.Single(test.Logger.Collector.GetSnapshot(), record => record.Id.Id == 51);
        Assert.Contains("Saturated: saturated: 1 waiting", logged.Message, StringComparison.Ordinal);
        Assert.Single(test.Logger.Collector.GetSnapshot(), record => record.Id.Id == 52);
        Assert.Equal(
            [PoolEventLevel.Warning, PoolEventLevel.Information],
            test.Pool.GetEvents().Where(happened => happened.Kind == PoolEventKind.DiagnosisChanged).Select(happened => happened.Level));
    }

    [Fact]
    public async Task A_diagnosis_that_time_alone_ends_is_logged_as_over_at_rest()
    {
        await using var test = await TestPool.FullAsync(2, static options => options.ValidationInterval = Timeout.InfiniteTimeSpan);
        for (var i = 0; i < 20; i++)
        {
            await test.Pass(TimeSpan.FromSeconds(1));
            var lease = await test.Pool.RentAsync().Soon();
            lease.RetireOnReturn();
            lease.Dispose();
            await test.When(counts => counts.Idle == 2);
        }

        await test.Pass(TimeSpan.FromSeconds(35), TimeSpan.FromSeconds(1));
        Assert.Equal(FindingKind.ConnectionChurn, Assert.Single(test.Pool.Diagnose().Findings).Kind);
        Assert.Single(test.Logger.Collector.GetSnapshot(), record => record.Id.Id == 51);
        Assert.DoesNotContain(test.Logger.Collector.GetSnapshot(), record => record.Id.Id == 52);

        await test.Pass(TimeSpan.FromSeconds(85), TimeSpan.FromSeconds(1));
        Assert.Single(test.Logger.Collector.GetSnapshot(), record => record.Id.Id == 52);
        Assert.True(test.Pool.Engine.Maintenance.IsAtRest);
    }

    [Fact]
    public async Task A_pool_at_the_edge_does_not_fill_the_log()
    {
        await using var test = await TestPool.FullAsync(1);
        for (var i = 0; i < 10; i++)
        {
            var lease = await test.Pool.RentAsync();
            var waiting = test.Pool.RentAsync().AsTask();
            await test.Pass(TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(1));
            lease.Dispose();
            (await waiting.Soon()).Dispose();
            await test.Pass(TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(1));
        }

        Assert.DoesNotContain(test.Logger.Collector.GetSnapshot(), record => record.Id.Id is 51 or 52);
    }

    [Fact]
    public async Task Options_that_cannot_work_are_refused()
    {
        await using var test = TestPool.Create();

        Assert.Throws<ArgumentException>(() => test.Pool.Diagnose(new DiagnosisOptions { SaturatedWaitThreshold = TimeSpan.FromSeconds(-1) }));
        Assert.Throws<ArgumentException>(() => test.Pool.Diagnose(new DiagnosisOptions { SaturatedUtilizationThreshold = 1.1 }));
    }

    private static (FindingKind, DiagnosisLevel) WorstOf(ConnectionPool pool) => (pool.Diagnose().Findings[0].Kind, pool.Diagnose().Level);

    /// <summary>So many holders, one after the other, each for the same fake time.</summary>
    private sealed class Load(TestPool test)
    {
        internal async Task Run(int seconds, int holders, TimeSpan use)
        {
            for (var time = TimeSpan.Zero; time < TimeSpan.FromSeconds(seconds); time += use)
            {
                var leases = await test.RentAsync(holders);
                test.Time.Advance(use);
                Array.ForEach(leases, lease => lease.Dispose());
            }
        }

        /// <summary>The finding of the kind once every connection is out and callers wait.</summary>
        internal async Task<Finding> FindWhileSaturated(FindingKind kind)
        {
            var leases = await test.RentAsync(test.Counts.Idle);
            var waiting = Enumerable.Range(0, 5).Select(_ => test.Pool.RentAsync().AsTask()).ToList();
            test.Time.Advance(TimeSpan.FromMilliseconds(50));
            var diagnosis = test.Pool.Diagnose();
            Array.ForEach(leases, lease => lease.Dispose());
            foreach (var rent in waiting)
            {
                (await rent.Soon()).Dispose();
            }

            Assert.Equal(FindingKind.Saturated, diagnosis.Findings[0].Kind);
            var finding = Assert.Single(diagnosis.Findings, finding => finding.Kind == kind);
            Assert.EndsWith(finding.Summary, diagnosis.Summary, StringComparison.Ordinal);
            Assert.Equal(2, diagnosis.Findings.Count);
            return finding;
        }
    }
}
