using Cenote.Budgets;
using Cenote.Tests.Budgets;

namespace Cenote.Tests.Leasing.Lanes;

/// <summary>Reserves of pools whose budget has no more connections for them.</summary>
public sealed class LaneBudgetTests
{
    private static readonly Lane s_interactive = new("interactive");
    private static readonly Lane s_batch = new("batch");

    [Fact]
    public async Task A_reserve_is_held_back_while_the_budget_has_no_more()
    {
        await using var test = new BudgetedPools(6);
        var orders = AddLaned(test, "orders");
        var held = await HoldAsync(test["other"], 3);
        var flood = Flood(orders, 10);
        await test.When("orders", static counts => counts is { Leased: 1, Idle: 2, Opening: 0 });

        Assert.Equal([0, 1], InUse(orders));
        await HasItsReserveAsync(orders);

        // The other pool gives its connections up, and batch work uses them.
        held.ForEach(static lease => lease.Dispose());
        await test.When("orders", static counts => counts is { Leased: 4, Idle: 2 });
        Assert.Equal([0, 4], InUse(orders));
        await HasItsReserveAsync(orders);
        await LaneLoad.ReturnAllAsync(flood);
        Assert.Equal([0, 0], InUse(orders));
    }

    /// <summary>
    /// Each pool has idle connections in reserve and callers that wait for more: none is taken for another pool that
    /// has as many, or for its own pool.
    /// </summary>
    [Theory]
    [InlineData(8)]
    [InlineData(9)]
    public async Task Pools_take_no_reserved_connections_from_each_other_without_end(int connections)
    {
        await using var test = new BudgetedPools(connections);
        var (a, b) = (AddLaned(test, "a"), AddLaned(test, "b"));
        var (floodOfA, floodOfB) = (Flood(a, 30), Flood(b, 30));
        await test.Statistics(budget => budget.Connections == connections);
        await Task.WhenAll(LaneLoad.ReturnAllAsync(floodOfA), LaneLoad.ReturnAllAsync(floodOfB)).Soon();

        // One at most for each lease.
        Assert.InRange(test.Budget.GetStatistics().Reclaimed, 0, 60);

        // A lane lets go of a connection that makes room for another pool when its close begins, on another thread.
        await Patience.SoonAsync(() => new[] { a, b }.SelectMany(InUse).All(static inUse => inUse == 0));
    }

    [Fact]
    public async Task A_pool_without_connections_gets_some_of_those_in_reserve()
    {
        await using var test = new BudgetedPools(8);
        var orders = AddLaned(test, "orders");
        var flood = Flood(orders, 20);
        await test.When("orders", static counts => counts is { Leased: 6, Idle: 2 });

        (await test["other"].RentAsync().Soon()).Dispose();

        Assert.True(test.Budget.GetStatistics().Reclaimed > 0);
        await LaneLoad.ReturnAllAsync(flood);
    }

    /// <summary>
    /// The pool has one more than is guaranteed: those in reserve are idle, and no batch lease ends meanwhile.
    /// </summary>
    [Fact]
    public async Task A_pool_without_connections_does_not_wait_for_a_lease_of_others()
    {
        const int Rents = 20;
        await using var test = new BudgetedPools(4);
        var orders = AddLaned(test, "orders");
        var flood = Flood(orders, 20);
        await test.When("orders", static counts => counts is { Leased: 2, Idle: 2, Opening: 0 });

        var lease = await test["other"].RentAsync().Soon();

        Assert.Equal((1L, 2), (test.Budget.GetStatistics().Reclaimed, test.CountsOf("orders").Leased));
        lease.Dispose();
        for (var i = 1; i < Rents; i++)
        {
            (await test["other"].RentAsync().Soon()).Dispose();
        }

        // To the other pool and back, at most once for each of its leases.
        Assert.InRange(test.Budget.GetStatistics().Reclaimed, 1, 2 * Rents);
        await LaneLoad.ReturnAllAsync(flood);
    }

    /// <summary>The pool has two more than are guaranteed, both idle. One stays while the other closes.</summary>
    [Fact]
    public async Task One_waiting_caller_gets_one_connection_in_reserve_however_slow_the_close()
    {
        await using var test = new BudgetedPools(5);
        var gate = new StubGate();
        await using var released = new GateRelease(gate);
        var orders = AddLaned(test, "orders");
        test.Play("orders", StubCall.Close, 1, StubStep.Hang(gate));
        var flood = Flood(orders, 20);
        await test.When("orders", static counts => counts is { Leased: 3, Idle: 2, Opening: 0 });

        var rent = test["other"].RentAsync().AsTask();
        await test.When("orders", static counts => counts.Idle < 2);
        gate.Release();
        var lease = await rent.Soon();

        Assert.Equal((1L, 1), (test.Budget.GetStatistics().Reclaimed, test.CountsOf("orders").Idle));
        lease.Dispose();
        await LaneLoad.ReturnAllAsync(flood);
    }

    /// <summary>
    /// Both waiting pools have no connection beyond their guarantees. The one with connections has waited for longer.
    /// </summary>
    [Fact]
    public async Task A_pool_without_connections_comes_before_one_whose_guarantee_is_in_use()
    {
        await using var test = new BudgetedPools(7);
        var (a, b) = (AddLaned(test, "a"), AddLaned(test, "b"));
        var floodOfA = Flood(a, 20);
        await test.When("a", static counts => counts is { Leased: 2, Idle: 2, Opening: 0 });
        var floodOfB = Flood(b, 20);
        await test.When("b", static counts => counts is { Leased: 1, Idle: 2, Opening: 0 });

        var lease = await test["other"].RentAsync().Soon();

        Assert.Equal((2, 1), (test.CountsOf("a").Leased, test.CountsOf("b").Leased));
        lease.Dispose();
        await Task.WhenAll(LaneLoad.ReturnAllAsync(floodOfA), LaneLoad.ReturnAllAsync(floodOfB)).Soon();
    }

    /// <summary>The size of the budget follows the grant a little later than the grant ends.</summary>
    [Fact]
    public async Task A_reserve_is_among_the_open_connections_when_a_grant_is_over()
    {
        var limit = new Limit { Permits = 6 };
        var budget = new ConnectionBudget("server", limit);
        budget.Ledger.Apply(6);
        await using var test = TestPool.Create(options =>
        {
            (options.MaxSize, options.Budget, options.GuaranteedSize) = (10, budget, 3);
            options.Lanes = [new() { Name = "interactive", Reserve = 2 }, new() { Name = "batch" }];
        });
        (await HoldAsync(test.Pool, 3)).ForEach(static lease => lease.Dispose());
        await test.When(static counts => counts is { Idle: 3, Total: 3 });

        limit.Permits = 0;
        var first = await test.Pool.RentAsync(s_batch).Soon();
        var second = test.Pool.RentAsync(s_batch).AsTask();

        Assert.False(second.IsCompleted);
        await HasItsReserveAsync(test.Pool);
        first.Dispose();
        (await second.Soon()).Dispose();
    }

    [Fact]
    public async Task A_size_that_guarantees_no_reserve_is_refused_later_too()
    {
        await using var test = new BudgetedPools(8);
        var pool = test.Add("orders", static options =>
            (options.MinSize, options.Lanes) = (4, [new() { Name = "interactive", Reserve = 2 }, new() { Name = "batch" }]));

        var refused = Assert.Throws<PoolOptionsException>(() => pool.Resize(2, 8));

        Assert.StartsWith("The reserves of Lanes are 2 connections together, but Budget 'server' guarantees 2 connections", Assert.Single(refused.Problems), StringComparison.Ordinal);
        Assert.Equal((4, 10), (pool.GetStatistics().MinSize, pool.GetStatistics().MaxSize));
        pool.Resize(3, 8);
        Assert.Equal(3, Assert.Single(test.Budget.GetShares()).GuaranteedSize);
    }

    [Fact]
    public async Task A_dedicated_connection_gets_the_place_of_an_idle_one_of_its_own_pool()
    {
        await using var test = new BudgetedPools(4);
        var orders = test.Add("orders");
        (await HoldAsync(orders, 4)).ForEach(static lease => lease.Dispose());
        await test.When("orders", static counts => counts.Idle == 4);

        await using var dedicated = await orders.OpenDedicatedConnectionAsync().AsTask().Soon();

        Assert.Equal(4, test.Budget.GetStatistics().Connections);
    }

    private static ConnectionPool AddLaned(BudgetedPools test, string name) => test.Add(name, static options =>
        (options.GuaranteedSize, options.Lanes) = (3, [new() { Name = "interactive", Reserve = 2 }, new() { Name = "batch" }]));

    private static async Task<List<ConnectionLease>> HoldAsync(ConnectionPool pool, int count)
    {
        List<ConnectionLease> held = [];
        for (var i = 0; i < count; i++)
        {
            held.Add(await pool.RentAsync().Soon());
        }

        return held;
    }

    private static Task<ConnectionLease>[] Flood(ConnectionPool pool, int count) => [.. Enumerable.Range(0, count).Select(_ => pool.RentAsync(s_batch).AsTask())];

    private static IEnumerable<int> InUse(ConnectionPool pool) => pool.GetStatistics().Lanes.Select(static lane => lane.InUse);

    private static async Task HasItsReserveAsync(ConnectionPool pool)
    {
        for (var i = 0; i < 3; i++)
        {
            var (first, second) = (pool.RentAsync(s_interactive).AsTask(), pool.RentAsync(s_interactive).AsTask());
            Assert.True(first.IsCompletedSuccessfully && second.IsCompletedSuccessfully);
            (await first).Dispose();
            (await second).Dispose();
        }
    }

    private sealed class Limit : IPermitLimit
    {
        private int _permits;

        public int Permits
        {
            get => Volatile.Read(ref _permits);
            set => Volatile.Write(ref _permits, value);
        }

        public int Guaranteeable => 6;

        public int MaxOpening => 6;

        public int Read() => Permits;
    }
}
