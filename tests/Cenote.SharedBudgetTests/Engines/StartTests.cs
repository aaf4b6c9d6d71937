using Cenote.TestServers;

namespace Cenote.SharedBudgetTests.Engines;

/// <summary>Instances that do not start, or start alone, on real databases.</summary>
public sealed class StartTests(ITestOutputHelper output)
{
    [Fact]
    public async Task MariaDb_that_cannot_count_is_rejected_at_the_start()
    {
        await using var fleet = new BudgetFleet(18, static _ => FleetDatabase.MariaDb());

        var exception = await Assert.ThrowsAsync<NotSupportedException>(() => fleet.StartAsync(redis: null, BudgetFleet.BePatient));

        Assert.Contains("performance_schema=ON", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_instance_with_other_settings_does_not_start()
    {
        await using var redis = await RedisServer.StartNewAsync();
        await using var fleet = new BudgetFleet(16);
        await fleet.StartAsync(redis.Configuration);

        var exception = await Assert.ThrowsAnyAsync<InvalidOperationException>(() => fleet.StartAsync(redis.Configuration, static options =>
        {
            BudgetFleet.BePatient(options);
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
            await fleet.StartAsync(redis.Configuration, BudgetFleet.KeepGrants);
        }

        var exception = await Assert.ThrowsAsync<TimeoutException>(() => fleet.StartAsync(redis.Configuration, static options =>
        {
            BudgetFleet.KeepGrants(options);
            options.StartTimeout = TimeSpan.Zero;
        }));

        Assert.Contains("3 of 3 declared instances exist (0 of them", exception.Message, StringComparison.Ordinal);
        fleet.StaysWithinItsBudget(output);
    }
}
