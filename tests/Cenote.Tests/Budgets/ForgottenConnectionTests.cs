using System.Data.Common;
using System.Runtime.CompilerServices;

namespace Cenote.Tests.Budgets;

/// <summary>
/// The permits of connections that their users have forgotten, and dedicated connections without one.
/// </summary>
public sealed class ForgottenConnectionTests
{
    [Fact]
    public async Task A_dedicated_connection_that_is_not_disposed_of_gives_its_permit_back()
    {
        var budget = new ConnectionBudget("server", 1);
        await using var pool = NewPool(budget);
        await ForgetAsync(pool);
        await UntilCollectedAsync(() => budget.GetStatistics().Connections == 0);
        (await pool.RentAsync().AsTask().Soon()).Dispose();
    }

    [Fact]
    public async Task The_drivers_connection_alone_keeps_the_permit()
    {
        var budget = new ConnectionBudget("server", 1);
        await using var pool = NewPool(budget);
        var connection = await KeepDriversAsync(pool);
        for (var i = 0; i < 3; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        // What a finalizer has queued is done before this.
        await Task.Run(static () => { });
        Assert.Equal(1, budget.GetStatistics().Connections);
        GC.KeepAlive(connection);
        connection = null;
        await UntilCollectedAsync(() => budget.GetStatistics().Connections == 0);
    }

    [Fact]
    public async Task A_closed_pool_whose_lease_is_forgotten_does_not_stay_in_memory()
    {
        var budget = new ConnectionBudget("server", 1);
        var desk = await CloseWithLeaseAsync(budget);
        await UntilCollectedAsync(() => !desk.IsAlive);
        await UntilCollectedAsync(() => budget.GetStatistics() is { Connections: 0, Pools: 0 });
    }

    [Fact]
    public async Task A_closed_pool_is_shown_with_its_connections_until_they_are_returned()
    {
        await using var test = new BudgetedPools(2);
        var lease = await test["a"].RentAsync().AsTask().Soon();
        await test.DisposeAsync("a");
        var share = Assert.Single(test.Budget.GetShares());
        Assert.Equal(("a", 1, 0), (share.PoolName, share.Connections, share.IdleConnections));
        lease.Dispose();
        await test.Statistics(static budget => budget is { Connections: 0, Pools: 0 });
    }

    [Fact]
    public async Task A_wait_for_a_dedicated_connection_is_an_event_and_its_timeout_names_the_budget()
    {
        await using var test = new BudgetedPools(1);
        var pool = test.Add("a", options => (options.MaxSize, options.AcquireTimeout) = (1, TimeSpan.FromSeconds(3)));

        // The pool is at its maximum, so that its callers do not wait for the budget.
        using var held = await pool.RentAsync().AsTask().Soon();
        var late = pool.OpenDedicatedConnectionAsync().AsTask();
        Assert.Contains(pool.GetEvents(), static happened => happened.Kind == PoolEventKind.BudgetExhausted);
        await test.Time.PassUntilAsync(() => late.IsCompleted, TimeSpan.FromSeconds(1), () => "still waiting");
        var exception = await Assert.ThrowsAsync<PoolTimeoutException>(() => late);
        Assert.Contains("had no dedicated connection within 3 s", exception.Message, StringComparison.Ordinal);
        Assert.Contains("The pool waits for its budget: budget 'server'", exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("raise MaxSize", exception.Message, StringComparison.Ordinal);
    }

    // The stub server does not notice that a client is gone, so these pools are not checked at their end.
    private static ConnectionPool NewPool(ConnectionBudget budget) =>
        new(new StubProvider(new StubDatabase()), new ConnectionPoolOptions { Name = "a", Budget = budget });

    private static Task UntilCollectedAsync(Func<bool> holds) => Patience.SoonAsync(() =>
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return new ValueTask<bool>(holds());
    });

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task ForgetAsync(ConnectionPool pool) =>
        Assert.NotNull((await pool.OpenDedicatedConnectionAsync().AsTask().Soon()).Connection);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task<DbConnection?> KeepDriversAsync(ConnectionPool pool) =>
        (await pool.OpenDedicatedConnectionAsync().AsTask().Soon()).Connection;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task<WeakReference> CloseWithLeaseAsync(ConnectionBudget budget)
    {
        var pool = NewPool(budget);
        Assert.True((await pool.RentAsync()).IsActive);
        await pool.DisposeAsync().AsTask().Soon();
        return new WeakReference(pool.Engine.Desk);
    }
}
