using Cenote.TestServers;

namespace Cenote.SharedBudgetTests.Engines;

/// <summary>
/// Instances that share what there is, on real databases, with a real Redis and with the table of the database.
/// </summary>
public sealed class ShareTests(ITestOutputHelper output)
{
    [Fact]
    public async Task Instances_share_a_budget_through_redis()
    {
        await using var redis = await RedisServer.StartNewAsync();
        await ShareAsync(redis.Configuration);
    }

    [Fact]
    public Task Instances_share_a_budget_through_postgresql() => ShareAsync(redis: null);

    [Fact]
    public async Task Instances_share_a_budget_through_mariadb()
    {
        await using var server = await MariaDbServer.StartNewAsync("--performance-schema=ON");
        await ShareAsync(redis: null, _ => FleetDatabase.MariaDb(server));
    }

    [Fact]
    public async Task A_disposed_budget_takes_the_connections_of_open_pools_back()
    {
        await using var redis = await RedisServer.StartNewAsync();
        await using var fleet = new BudgetFleet(16);
        var first = await fleet.StartAsync(redis.Configuration);
        var second = await fleet.StartAsync(redis.Configuration);
        var held = await first.Pool.RentAsync(TestContext.Current.CancellationToken);
        var returned = await first.Pool.RentAsync(TestContext.Current.CancellationToken);
        returned.Dispose();

        await first.Shared.DisposeAsync();
        await Patience.SoonAsync(() => first.Connections == 1);
        using (var none = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken))
        {
            var waiting = first.Pool.RentAsync(none.Token).AsTask();
            second.Want(30);
            await Patience.SoonAsync(() => second.Connections > 8);
            Assert.False(waiting.IsCompleted);
            await none.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        }

        held.Dispose();
        await Patience.SoonAsync(() => first.Connections == 0);
        fleet.StaysWithinItsBudget(output);
    }

    [Fact]
    public async Task Two_budgets_of_one_name_leave_each_other_alone()
    {
        const int Budget = 16;
        await using var production = await RedisServer.StartNewAsync();
        await using var staging = await RedisServer.StartNewAsync();
        await using var fleet = new BudgetFleet(2 * Budget);
        var first = await fleet.StartAsync(production.Configuration, ShareHalf);
        first.Want(3);
        await Patience.SoonAsync(() => first.Connections == 3);

        var second = await fleet.StartAsync(staging.Configuration, ShareHalf);
        second.Want(30);
        await Patience.SoonAsync(() => second.Shared.GetStatistics().Renewals > 20);

        Assert.Equal((1, 0), (second.Shared.GetStatistics().LiveInstances, second.Shared.GetStatistics().ExpiredInstances));
        Assert.Equal((0, 0), (first.Shared.GetStatistics().EndedSessions, second.Shared.GetStatistics().EndedSessions));
        Assert.Equal(3, first.Connections);

        static void ShareHalf(SharedBudgetOptions options)
        {
            BudgetFleet.KeepGrants(options);
            options.MaxConnections = Budget;
        }
    }

    private async Task ShareAsync(string? redis, Func<string, FleetDatabase>? choose = null)
    {
        const int Budget = 18;
        await using var fleet = new BudgetFleet(Budget, choose);
        var first = await fleet.StartAsync(redis);
        var second = await fleet.StartAsync(redis);
        var third = await fleet.StartAsync(redis);

        // One alone has all but what is kept for the others: their guaranteed ones.
        first.Want(30);
        await Patience.SoonAsync(() => first.Connections >= Budget - 4 - 2);

        // All want more than there is: equal parts.
        second.Want(30);
        third.Want(30);
        await Patience.SoonAsync(() => new[] { first, second, third }.All(static member => member.Connections is 4 or 5));

        // What one no longer wants moves.
        second.Want(0);
        third.Want(0);
        await Patience.SoonAsync(() => first.Connections >= Budget - 4 - 2);
        fleet.StaysWithinItsBudget(output);
    }
}
