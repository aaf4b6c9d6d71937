namespace Cenote.Tests.Budgets;

public sealed class ConnectionBudgetTests
{
    [Fact]
    public async Task Pools_together_open_no_more_than_the_budget()
    {
        await using var test = new BudgetedPools(2);
        var first = await test["a"].RentAsync().Soon();
        var second = await test["b"].RentAsync().Soon();
        var third = await test.WaitAsync("c");

        Assert.Equal(2, test.Server.Sessions);
        Assert.Equal(1, test.Budget.GetStatistics().WaitingPools);
        first.Dispose();
        (await third.Soon()).Dispose();
        second.Dispose();

        Assert.Equal(2, test.Server.PeakSessions);
        Assert.Equal(1, test["a"].GetStatistics().ConnectionsClosedByReason[CloseReason.BudgetReclaimed]);
    }

    [Fact]
    public async Task One_idle_connection_of_another_pool_makes_room()
    {
        await using var test = new BudgetedPools(3);
        foreach (var name in new[] { "a", "b", "c" })
        {
            await test.UseAsync(name);
        }

        (await test["d"].RentAsync().Soon()).Dispose();
        Assert.Equal(2, test.CountsOf("a").Total + test.CountsOf("b").Total + test.CountsOf("c").Total);
        Assert.Equal(1, test.Budget.GetStatistics().Reclaimed);
    }

    [Fact]
    public async Task An_idle_connection_used_a_moment_ago_is_not_the_first_to_go()
    {
        await using var test = new BudgetedPools(2);
        await test.UseAsync("a");
        await test.UseAsync("b");

        // Each look at the idle connections shows which ones were used since the last: the time does not move here.
        for (var i = 0; i < 3; i++)
        {
            (await test["c"].RentAsync().Soon()).Dispose();
            await test.UseAsync("a");
        }

        Assert.False(test["a"].GetStatistics().ConnectionsClosedByReason.TryGetValue(CloseReason.BudgetReclaimed, out var closed) && closed > 1);
    }

    [Fact]
    public async Task Waiting_pools_take_turns_and_callers_of_one_pool_keep_their_order()
    {
        await using var test = new BudgetedPools(1);
        var held = await test["a"].RentAsync().Soon();
        List<(string Pool, Task<ConnectionLease> Rent)> waiting = [];
        foreach (var name in new[] { "a", "a", "b", "b", "c" })
        {
            waiting.Add((name, await test.WaitAsync(name)));
        }

        List<string> served = [];
        for (var lease = held; ; )
        {
            lease.Dispose();
            if (waiting.Count == 0)
            {
                break;
            }

            var next = await Task.WhenAny(waiting.Select(static caller => caller.Rent)).Soon();
            var caller = waiting.Find(caller => caller.Rent == next);
            Assert.Equal(waiting.Find(other => other.Pool == caller.Pool), caller);
            waiting.Remove(caller);
            served.Add(caller.Pool);
            lease = await next;
        }

        // No pool is served twice while another one waits.
        Assert.Equal(["b", "c", "a", "b", "a"], served);
    }

    [Fact]
    public async Task A_pool_with_more_gives_a_connection_up_while_its_own_callers_wait()
    {
        await using var test = new BudgetedPools(2);
        var first = await test["a"].RentAsync().Soon();
        var second = await test["a"].RentAsync().Soon();
        var own = await test.WaitAsync("a");
        var other = await test.WaitAsync("b");

        first.Dispose();
        using var moved = await other.Soon();

        Assert.False(own.IsCompleted);
        second.Dispose();
        (await own.Soon()).Dispose();
    }

    [Fact]
    public async Task A_pool_keeps_its_turn_for_a_multiple_of_the_duration_of_an_open()
    {
        await using var test = new BudgetedPools(1);
        test.Play("a", StubCall.Open, 1, StubStep.Take(TimeSpan.FromMilliseconds(100), test.Time));
        var rent = test["a"].RentAsync().AsTask();
        await test.DatabaseOf("a").OpenStarted(1).Soon();
        test.Time.Advance(TimeSpan.FromMilliseconds(100));
        var held = await rent.Soon();
        var other = await test.WaitAsync("b");

        for (var i = 0; i < 2; i++)
        {
            var own = await test.WaitAsync("a");
            held.Dispose();
            held = await own.Soon();
        }

        Assert.False(other.IsCompleted);
        test.Time.Advance(TimeSpan.FromSeconds(1));
        var last = await test.WaitAsync("a");
        held.Dispose();
        (await other.Soon()).Dispose();
        (await last.Soon()).Dispose();
    }

    [Fact]
    public async Task Guaranteed_connections_are_kept_free()
    {
        await using var test = new BudgetedPools(3);
        var quiet = test.Add("quiet", options => options.GuaranteedSize = 1);
        var busy = test["busy"];
        var leases = new[] { await busy.RentAsync().Soon(), await busy.RentAsync().Soon() };
        var third = await test.WaitAsync("busy");

        // At once, although others wait.
        (await quiet.RentAsync().Soon()).Dispose();
        Assert.False(third.IsCompleted);

        // A guaranteed connection stays, idle or not.
        Assert.Equal(1, test.CountsOf("quiet").Idle);
        foreach (var lease in leases)
        {
            lease.Dispose();
        }

        (await third.Soon()).Dispose();
    }

    [Fact]
    public async Task An_idle_pool_costs_no_connection()
    {
        await using var test = new BudgetedPools(5);
        for (var i = 0; i < 50; i++)
        {
            Assert.Equal(0, test[$"tenant {i}"].GetStatistics().MinSize);
        }

        await test.Time.StepAsync(TimeSpan.FromMinutes(1));
        Assert.Equal(0, test.Server.PeakSessions);
    }

    [Fact]
    public async Task Too_many_guaranteed_connections_are_refused_with_all_pools_named()
    {
        await using var test = new BudgetedPools(10);
        test.Add("orders", options => options.GuaranteedSize = 4);
        test.Add("billing", options => options.MinSize = 5);

        var refused = Assert.Throws<PoolOptionsException>(() => test.Add("reports", options => options.MinSize = 2));
        var problem = Assert.Single(refused.Problems);
        Assert.Equal(
            "Budget 'server' has no room for the guaranteed size of this pool, which is 2 (the larger of GuaranteedSize and MinSize): it has 10 connections, and guarantees 9 of them to its pools ('billing' 5, 'orders' 4). Lower the guaranteed sizes, or raise the budget.",
            problem);
        Assert.Throws<PoolOptionsException>(() => test["orders"].Resize(6, 10));
        Assert.Throws<ArgumentOutOfRangeException>(() => test.Budget.Resize(8));
        Assert.Equal((10, 9, 2), (test.Budget.MaxConnections, test.Budget.GetStatistics().GuaranteedConnections, test.Budget.GetStatistics().Pools));

        test["orders"].Resize(5, 10);
        Assert.Equal(10, test.Budget.GetStatistics().GuaranteedConnections);
    }

    [Fact]
    public async Task A_smaller_budget_closes_idle_connections_now_and_others_as_they_are_returned()
    {
        await using var test = new BudgetedPools(4, staysWithin: false);
        var leases = new[] { await test["a"].RentAsync().Soon(), await test["a"].RentAsync().Soon(), await test["b"].RentAsync().Soon() };
        await test.UseAsync("c");

        test.Budget.Resize(1);
        await test.Statistics(static budget => budget.Connections == 3);
        leases[0].Dispose();
        leases[2].Dispose();
        await test.Statistics(static budget => budget.Connections == 1);
        var waiting = await test.WaitAsync("b");
        test.Budget.Resize(2);
        (await waiting.Soon()).Dispose();
        leases[1].Dispose();
        Assert.True(test.Server.Sessions <= 2);
    }

    [Fact]
    public async Task A_new_guarantee_is_honoured_as_connections_come_back()
    {
        await using var test = new BudgetedPools(2);
        var leases = new[] { await test["a"].RentAsync().Soon(), await test["a"].RentAsync().Soon() };
        var own = await test.WaitAsync("a");
        test.Add("b", options => options.MinSize = 1);

        leases[0].Dispose();
        await test.When("b", counts => counts.Idle == 1);
        Assert.False(own.IsCompleted);
        leases[1].Dispose();
        (await own.Soon()).Dispose();
    }

    [Fact]
    public async Task A_closed_pool_gives_its_connections_to_the_others()
    {
        await using var test = new BudgetedPools(2);
        await test.UseAsync("a");
        var late = await test["a"].RentAsync().Soon();
        var second = await test["a"].RentAsync().Soon();
        var waiting = await test.WaitAsync("b");

        var closing = test.DisposeAsync("a");
        Assert.False(waiting.IsCompleted);
        late.Dispose();
        (await waiting.Soon()).Dispose();
        Assert.Equal(2, test.Budget.GetStatistics().Connections);
        second.Dispose();
        await closing;
        await test.Statistics(static budget => budget is { Pools: 1, Connections: 1 });
    }

    [Fact]
    public async Task A_failed_open_gives_its_permit_to_the_next_pool()
    {
        await using var test = new BudgetedPools(1);
        var gate = new StubGate();
        test.Play("a", StubCall.Open, 1, StubStep.Hang(gate).ThenFail());
        var failing = test["a"].RentAsync().AsTask();
        await test.DatabaseOf("a").OpenStarted(1).Soon();
        var waiting = await test.WaitAsync("b");

        gate.Release();
        await Assert.ThrowsAsync<ConnectionOpenException>(() => failing.Soon());
        (await waiting.Soon()).Dispose();
    }

    [Fact]
    public async Task A_hanging_open_keeps_its_permit_until_it_ends()
    {
        await using var test = new BudgetedPools(1);
        var gate = new StubGate();
        test.Add("a", options => options.ConnectTimeout = TimeSpan.FromSeconds(1));
        test.Play("a", StubCall.Open, 1, StubStep.Hang(gate, honoursCancellation: false));
        var failing = test["a"].RentAsync().AsTask();
        await test.DatabaseOf("a").OpenStarted(1).Soon();
        var waiting = await test.WaitAsync("b");
        await test.Time.PassUntilAsync(() => failing.IsCompleted, TimeSpan.FromMilliseconds(250), () => "still opening");
        await Assert.ThrowsAsync<ConnectionOpenException>(() => failing);

        // The server may still accept it.
        Assert.Equal((false, 1), (waiting.IsCompleted, test.Budget.GetStatistics().Connections));
        gate.Release();
        (await waiting.Soon()).Dispose();
    }

    [Fact]
    public async Task A_connection_whose_permit_a_hanging_open_shares_is_not_closed()
    {
        await using var test = new BudgetedPools(2, staysWithin: false);
        var gate = new StubGate();
        await using var released = new GateRelease(gate);
        test.Add("a", static options => (options.ConnectTimeout, options.MaxOpenRetries) = (TimeSpan.FromSeconds(1), 10));
        test.Play("a", StubCall.Open, 1, StubStep.Hang(gate, honoursCancellation: false));
        var second = test["a"].RentAsync().AsTask();
        await test.DatabaseOf("a").OpenStarted(1).Soon();

        // On a loaded machine, a later attempt may take too long, too.
        await test.Time.PassUntilAsync(() => second.IsCompleted, TimeSpan.FromMilliseconds(100), () => "still opening");
        (await second).Dispose();
        await test.When("a", static counts => counts.Idle == 1);
        await test.Time.StepAsync(TimeSpan.FromSeconds(1));
        await test.UseAsync("c");

        // The one of a is idle for longer, and would not make room.
        (await test["b"].RentAsync().AsTask().Soon()).Dispose();
        Assert.Equal((1, 0), (test.CountsOf("a").Idle, test.CountsOf("c").Total));
    }

    [Fact]
    public async Task A_minimum_whose_guarantee_other_connections_use_takes_nothing_from_callers()
    {
        await using var test = new BudgetedPools(3);
        test.Add("minimum", static options => options.MinSize = 2);
        await test.When("minimum", static counts => counts.Idle == 2);
        await using var dedicated = await test["minimum"].OpenDedicatedConnectionAsync().AsTask().Soon();
        using var held = await test["busy"].RentAsync().AsTask().Soon();
        for (var i = 0; i < 5; i++)
        {
            await test.Time.StepAsync(TimeSpan.FromSeconds(1));
        }

        Assert.Equal((1, 0), (test.CountsOf("minimum").Total, test.Budget.GetStatistics().WantedConnections));
        Assert.DoesNotContain(test["minimum"].GetEvents(), static happened => happened.Kind == PoolEventKind.BudgetExhausted);
    }

    [Fact]
    public async Task A_hanging_reset_keeps_its_permit_until_it_ends()
    {
        await using var test = new BudgetedPools(1);
        var gate = new StubGate();
        var pool = test.Add("a", options => options.ValidationTimeout = TimeSpan.FromSeconds(1));
        test.Play("a", StubCall.Clear, 1, StubStep.Hang(gate, honoursCancellation: false));
        (await pool.RentAsync().Soon()).Dispose();
        await test.Time.PassUntilAsync(() => test.CountsOf("a").Total == 0, TimeSpan.FromMilliseconds(500), () => $"{test.CountsOf("a")}");

        Assert.Equal(1, test.Budget.GetStatistics().Connections);
        var waiting = await test.WaitAsync("b");
        gate.Release();
        await test.Time.PassUntilAsync(() => waiting.IsCompleted, TimeSpan.FromMilliseconds(500), () => $"{test.Budget}");
        (await waiting.Soon()).Dispose();
    }

    [Fact]
    public async Task A_pool_whose_caller_has_left_does_not_take_another_ones_connection()
    {
        await using var test = new BudgetedPools(1);
        var held = await test["a"].RentAsync().Soon();
        using var source = new CancellationTokenSource();
        var leaving = test["b"].RentAsync(source.Token).AsTask();
        await test.Statistics(static budget => budget.WaitingPools == 1);

        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => leaving.Soon());
        await test.Statistics(static budget => budget is { WaitingPools: 0, WantedConnections: 0 });
        held.Dispose();
        Assert.Equal(1, test.CountsOf("a").Idle);
    }

    [Fact]
    public async Task A_timeout_says_that_the_budget_is_used_up()
    {
        await using var test = new BudgetedPools(1);
        using var held = await test["a"].RentAsync().Soon();
        var pool = test.Add("b", options => options.AcquireTimeout = TimeSpan.FromSeconds(2));
        var waiting = await test.WaitAsync("b");

        var finding = Assert.Single(pool.Diagnose().Findings, finding => finding.Kind == FindingKind.BudgetExhausted);
        Assert.Equal("waits for budget 'server': its pools have 1 of 1 connections, this one 0", finding.Summary);
        await test.Time.PassUntilAsync(() => waiting.IsCompleted, TimeSpan.FromMilliseconds(500), () => "still waiting");
        var exception = await Assert.ThrowsAsync<PoolTimeoutException>(() => waiting);
        Assert.Contains("The pool waits for its budget: budget 'server': 1 of 1 connections in use by 2 pools", exception.Message, StringComparison.Ordinal);
        Assert.Contains("; this pool has 0 of them, 'a' has 1.", exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("MaxSize", exception.Message, StringComparison.Ordinal);
        await test.Statistics(static budget => budget.WaitingPools == 0);
        Assert.DoesNotContain(pool.Diagnose().Findings, finding => finding.Kind == FindingKind.BudgetExhausted);
    }

    [Fact]
    public async Task A_wait_for_the_budget_is_an_event_and_counted()
    {
        await using var test = new BudgetedPools(2);
        var first = await test["a"].RentAsync().Soon();
        await test.UseAsync("c");
        var second = await test["b"].RentAsync().Soon();
        var waiting = await test.WaitAsync("b");

        var happened = Assert.Single(test["b"].GetEvents(), static happened => happened.Kind == PoolEventKind.BudgetExhausted);
        Assert.Equal(
            (PoolEventLevel.Warning, "callers wait for budget 'server': 2 of 2 connections in use by 3 pools, 0 guaranteed; 1 pools wait for 1; this pool has 0, 'a' has 1, 'c' has 1"),
            (happened.Level, happened.Message));
        first.Dispose();
        (await waiting.Soon()).Dispose();
        second.Dispose();

        await test.When("b", static counts => counts.Idle == 2);
        var shares = test.Budget.GetShares();
        Assert.Equal("a b c", string.Join(' ', shares.Select(static share => share.PoolName)));
        Assert.Equal((2, 2, 2L), (shares[1].Connections, shares[1].IdleConnections, shares[1].Waits));
        Assert.Equal((0, 0, 0L), (shares[0].Connections, shares[0].IdleConnections, shares[0].Waits));
    }

    [Fact]
    public async Task Head_room_takes_what_is_free_and_no_callers_connection()
    {
        await using var test = new BudgetedPools(3);
        test.Add("ready", static options => options.MinIdle = 2);
        await test.When("ready", static counts => counts.Idle == 2);
        var leases = new List<ConnectionLease>();
        for (var i = 0; i < 3; i++)
        {
            leases.Add(await test["a"].RentAsync().Soon());
        }

        // The head-room has made room, and waits for nothing: the next returned connection stays where it is.
        for (var i = 0; i < 5; i++)
        {
            await test.Time.StepAsync(TimeSpan.FromSeconds(1));
        }

        Assert.Equal((0, 0), (test.CountsOf("ready").Total, test.Budget.GetStatistics().WantedConnections));
        Assert.DoesNotContain(test["ready"].GetEvents(), static happened => happened.Kind == PoolEventKind.BudgetExhausted);
        leases.ForEach(static lease => lease.Dispose());
        await test.When("a", static counts => counts.Idle == 3);
        Assert.Equal(0, test.CountsOf("ready").Total);

        // What the other pool closes is free, and becomes head-room again.
        test["a"].Clear();
        await test.Time.PassUntilAsync(() => test.CountsOf("ready").Idle == 2, TimeSpan.FromSeconds(1), () => $"{test.Budget}");
    }

    [Fact]
    public async Task A_replacement_stays_within_the_budget()
    {
        await using var test = new BudgetedPools(1);
        test.Add("a", options => (options.MaxLifetime, options.LifetimeJitter) = (TimeSpan.FromMinutes(1), 0));
        await test.UseAsync("a");

        await test.Time.PassUntilAsync(() => test.DatabaseOf("a").Opened == 2, TimeSpan.FromSeconds(1), () => $"{test.Budget}");
        await test.When("a", counts => counts is { Idle: 1, Total: 1 });
    }

    [Fact]
    public async Task No_permit_is_lost_when_a_pool_is_cleared_suspended_and_drained()
    {
        await using var test = new BudgetedPools(2);
        var pool = test["a"];
        var lease = await pool.RentAsync().Soon();
        var other = await test["b"].RentAsync().Soon();
        pool.Clear();
        var waiting = await test.WaitAsync("b");
        pool.Suspend();
        lease.Dispose();
        (await waiting.Soon()).Dispose();
        other.Dispose();
        await pool.DrainAsync().Soon();
        Assert.Equal(0, test.CountsOf("a").Total);
        pool.Resume();
        (await pool.RentAsync().Soon()).Dispose();
    }

    [Fact]
    public async Task A_suspended_pool_does_not_wait_for_the_budget()
    {
        await using var test = new BudgetedPools(1);
        using var held = await test["a"].RentAsync().Soon();
        var waiting = await test.WaitAsync("b");
        test["b"].Suspend();
        Assert.Equal(0, test.Budget.GetStatistics().WaitingPools);

        test["b"].Resume();
        Assert.Equal(1, test.Budget.GetStatistics().WaitingPools);
        held.Dispose();
        (await waiting.Soon()).Dispose();
    }

    [Fact]
    public async Task Dedicated_connections_count_and_wait_their_turn()
    {
        await using var test = new BudgetedPools(1);
        var held = await test["a"].RentAsync().Soon();
        var dedicated = test["b"].OpenDedicatedConnectionAsync().AsTask();
        await test.Statistics(static budget => budget.WantedConnections == 1);
        var third = await test.WaitAsync("c");

        held.Dispose();
        var connection = await dedicated.Soon();
        Assert.False(third.IsCompleted);
        await connection.DisposeAsync();
        await connection.DisposeAsync();
        (await third.Soon()).Dispose();
    }

    [Fact]
    public async Task A_dedicated_connection_is_not_waited_for_beyond_the_acquire_timeout()
    {
        await using var test = new BudgetedPools(1);
        using var held = await test["a"].RentAsync().Soon();
        var pool = test.Add("b", options => options.AcquireTimeout = TimeSpan.FromSeconds(3));
        var late = pool.OpenDedicatedConnectionAsync().AsTask();
        await test.Time.PassUntilAsync(() => late.IsCompleted, TimeSpan.FromSeconds(1), () => "still waiting");
        var exception = await Assert.ThrowsAsync<PoolTimeoutException>(() => late);
        Assert.Contains("budget 'server'", exception.Message, StringComparison.Ordinal);

        using var source = new CancellationTokenSource();
        var cancelled = pool.OpenDedicatedConnectionAsync(source.Token).AsTask();
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled.Soon());
        var closed = pool.OpenDedicatedConnectionAsync().AsTask();
        await test.DisposeAsync("b");
        await Assert.ThrowsAsync<PoolClosedException>(() => closed.Soon());
        Assert.Equal(0, test.Budget.GetStatistics().WantedConnections);
    }

    [Fact]
    public async Task A_dedicated_connection_that_fails_to_open_gives_its_permit_back()
    {
        await using var test = new BudgetedPools(1);
        test.Play("a", StubCall.Open, 1, StubStep.Fail());
        await Assert.ThrowsAnyAsync<Exception>(() => test["a"].OpenDedicatedConnectionAsync().AsTask().Soon());
        await test.Statistics(static budget => budget.Connections == 0);
    }

    [Fact]
    public async Task The_demand_of_a_budget_is_what_its_pools_would_use()
    {
        await using var test = new BudgetedPools(2);
        test.Add("guaranteed", options => options.GuaranteedSize = 1);
        await test.UseAsync("idle");
        Assert.Equal(1, test.Budget.CountWanted());
        var held = await test["a"].RentAsync().Soon();
        var waiting = await test.WaitAsync("a");
        Assert.Equal(3, test.Budget.CountWanted());
        held.Dispose();
        (await waiting.Soon()).Dispose();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(100_001)]
    public void A_size_out_of_range_is_refused(int size) => Assert.Throws<ArgumentOutOfRangeException>(() => new ConnectionBudget("server", size));

    [Fact]
    public void A_guaranteed_size_needs_a_budget_and_room_in_the_pool()
    {
        var problems = Assert.Throws<PoolOptionsException>(() => new ConnectionPool(new StubProvider(new StubDatabase()), new ConnectionPoolOptions { GuaranteedSize = 11 })).Problems;

        Assert.Equal(
            ["GuaranteedSize is 11, larger than MaxSize, which is 10. Lower GuaranteedSize or raise MaxSize.", "GuaranteedSize is 11, but the pool has no Budget that could guarantee it. Set Budget, or set MinSize to keep connections open."],
            problems);
    }
}
