using Cenote.TestServers;
using StackExchange.Redis;

namespace Cenote.SharedBudgetTests.Engines;

/// <summary>Instances on a real PostgreSQL, with a real Redis and with the table of the database.</summary>
public sealed class EngineTests(ITestOutputHelper output)
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
    public async Task MariaDb_that_cannot_count_is_rejected_at_the_start()
    {
        await using var fleet = new BudgetFleet(18, static _ => FleetDatabase.MariaDb());

        var exception = await Assert.ThrowsAsync<NotSupportedException>(() => fleet.StartAsync(redis: null, BePatient));

        Assert.Contains("performance_schema=ON", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_instance_keeps_its_guaranteed_connections_without_redis()
    {
        const int Budget = 16;
        await using var redis = await RedisServer.StartNewAsync();
        await using var relay = Relay.Start(redis.Port);
        await using var fleet = new BudgetFleet(Budget);
        var whole = await fleet.StartAsync(redis.Configuration);
        var cutOff = await fleet.StartAsync(FormattableString.Invariant($"127.0.0.1:{relay.Port},abortConnect=false"));
        whole.Want(30);
        cutOff.Want(30);
        await Patience.SoonAsync(() => cutOff.Connections > 3 && whole.Connections > 3);

        relay.FallSilent();
        await Patience.SoonAsync(() => cutOff.Shared.GetStatistics().State == SharedBudgetState.Alone && cutOff.Connections == 1);

        // Two are kept for a third instance, one for its start, and up to four for the one that is cut off.
        await Patience.SoonAsync(() => whole.Connections >= Budget - 2 - 1 - 4 - 1);

        relay.Speak();
        await Patience.SoonAsync(() => cutOff.Connections > 3);
        Report(fleet, Budget);
    }

    [Fact]
    public async Task Redis_that_has_lost_everything_gives_nothing_twice()
    {
        const int Budget = 16;
        await using var redis = await RedisServer.StartNewAsync();
        await using var fleet = new BudgetFleet(Budget);
        var first = await fleet.StartAsync(redis.Configuration);
        var second = await fleet.StartAsync(redis.Configuration);
        first.Want(30);
        await Patience.SoonAsync(() => first.Connections > 8);

        await redis.KillAsync();
        await redis.StartAsync();
        second.Want(30);
        await Patience.SoonAsync(() => second.Connections > 4 && first.Connections > 4);
        Report(fleet, Budget);
    }

    [Fact]
    public async Task Grants_that_were_deleted_from_redis_give_nothing_twice()
    {
        await using var redis = await RedisServer.StartNewAsync();
        await DeleteAsync(redis.Configuration);
    }

    [Fact]
    public Task Grants_that_were_deleted_from_the_database_give_nothing_twice() => DeleteAsync(redis: null);

    [Fact]
    public async Task An_instance_with_other_settings_does_not_start()
    {
        await using var redis = await RedisServer.StartNewAsync();
        await using var fleet = new BudgetFleet(16);
        await fleet.StartAsync(redis.Configuration);

        var exception = await Assert.ThrowsAnyAsync<InvalidOperationException>(() => fleet.StartAsync(redis.Configuration, static options =>
        {
            BePatient(options);
            options.MaxConnections = 20;
        }));

        Assert.Contains("MaxConnections is 20 here and 16 there", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_instance_that_began_alone_has_nothing_when_it_is_rejected()
    {
        await using var redis = await RedisServer.StartNewAsync();
        await using var relay = Relay.Start(redis.Port);
        await using var fleet = new BudgetFleet(16);
        await fleet.StartAsync(redis.Configuration);
        relay.FallSilent();
        var other = await fleet.StartAsync(FormattableString.Invariant($"127.0.0.1:{relay.Port},abortConnect=false,connectTimeout=1000"), static options => options.MaxConnections = 20);
        Assert.Equal((SharedBudgetState.Alone, 2), (other.Shared.GetStatistics().State, other.Shared.GetStatistics().Guaranteed));
        other.Want(3);
        await Patience.SoonAsync(() => other.Connections == 1);

        relay.Speak();
        await Patience.SoonAsync(() => other.Connections == 0 && other.Shared.GetStatistics() is { Granted: 0, Guaranteed: 0 });

        // It asks again and again, and does not begin alone once more.
        var failures = other.Shared.GetStatistics().FailedRenewals;
        await Patience.SoonAsync(() => other.Shared.GetStatistics().FailedRenewals > failures + 10);
        Assert.Equal((0, 0), (other.Connections, other.Shared.GetStatistics().Granted));
        Assert.Contains("MaxConnections is 20 here and 16 there", other.Shared.GetStatistics().LastFailure, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_that_does_not_answer_ends_the_start()
    {
        await using var redis = await RedisServer.StartNewAsync();
        await using var fleet = new BudgetFleet(16);
        var first = await fleet.StartAsync(redis.Configuration);

        var exception = await Assert.ThrowsAsync<TimeoutException>(() => fleet.StartAsync(redis.Configuration, static options =>
        {
            options.Database = BudgetDatabase.PostgreSql(Npgsql.NpgsqlFactory.Instance, "Host=127.0.0.1;Port=1;Username=worker");
            options.StartTimeout = TimeSpan.Zero;
        }));

        Assert.Contains("does not answer this instance, though Redis does (NpgsqlException", exception.Message, StringComparison.Ordinal);
        await Patience.SoonAsync(() => first.Shared.GetStatistics() is { LiveInstances: 1, ExpiredInstances: 0 });
    }

    [Fact]
    public async Task An_instance_too_many_does_not_start_without_a_free_connection()
    {
        await using var redis = await RedisServer.StartNewAsync();
        await using var fleet = new BudgetFleet(7);
        for (var instance = 0; instance < 3; instance++)
        {
            await fleet.StartAsync(redis.Configuration, KeepGrants);
        }

        var exception = await Assert.ThrowsAsync<TimeoutException>(() => fleet.StartAsync(redis.Configuration, static options =>
        {
            KeepGrants(options);
            options.StartTimeout = TimeSpan.Zero;
        }));

        Assert.Contains("3 of 3 declared instances exist (0 of them", exception.Message, StringComparison.Ordinal);
        Report(fleet, 7);
    }

    [Fact]
    public async Task A_disposed_budget_takes_the_connections_of_open_pools_back()
    {
        const int Budget = 16;
        await using var redis = await RedisServer.StartNewAsync();
        await using var fleet = new BudgetFleet(Budget);
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
        Report(fleet, Budget);
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
            KeepGrants(options);
            options.MaxConnections = Budget;
        }
    }

    /// <summary>
    /// A grant does not end where a busy machine gives this process no time for a second. The first instance needs the
    /// time to live to start.
    /// </summary>
    private static void KeepGrants(SharedBudgetOptions options) => options.TimeToLive = TimeSpan.FromSeconds(6);

    /// <summary>An answer may take long on a busy machine.</summary>
    private static void BePatient(SharedBudgetOptions options) => (options.TimeToLive, options.RenewalInterval) = (TimeSpan.FromSeconds(40), TimeSpan.FromSeconds(1));

    private async Task DeleteAsync(string? redis)
    {
        const int Budget = 16;
        await using var fleet = new BudgetFleet(Budget);
        var first = await fleet.StartAsync(redis);
        var second = await fleet.StartAsync(redis);
        first.Want(30);
        await Patience.SoonAsync(() => first.Connections > 8);

        await (redis is null ? fleet.DeleteGrantsAsync() : fleet.DeleteGrantsAsync(redis));
        second.Want(30);
        await Patience.SoonAsync(() => second.Connections > 4 && first.Connections > 4);
        Report(fleet, Budget);
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
        Report(fleet, Budget);
    }

    private void Report(BudgetFleet fleet, int budget)
    {
        output.WriteLine(FormattableString.Invariant($"most at the server {fleet.Most} of {budget}, {fleet.Over} of {fleet.Samples} samples above it"));
        Assert.InRange(fleet.Most, 1, budget);
    }
}
