using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Cenote.HostingTests;

/// <summary>Health checks of the application that rent a connection.</summary>
public sealed class HealthLaneTests
{
    [Fact]
    public async Task A_check_that_rents_uses_its_reserve_while_the_pool_is_flooded()
    {
        await using var database = await TestDatabase.CreateAsync(Db.Sqlite);
        await using var app = await HostedApp.Create(
            database.CreateProvider,
            pool: static options => (options.AcquireTimeout, options.Lanes) = (TimeSpan.FromMinutes(5), [new() { Name = "interactive" }, new() { Name = "Health", Reserve = 1 }]),
            services: static services => services.AddHealthChecks().AddCheck<Query>("before", tags: ["ready"]),
            lateServices: static services => services.AddHealthChecks().AddCheck<Query>("after", HealthStatus.Degraded, ["ready"], TimeSpan.FromMinutes(1))).StartAsync();
        var flood = Enumerable.Range(0, 200).Select(_ => app.Pool.RentAsync().AsTask()).ToList();
        await Patience.SoonAsync(() => app.Pool.GetStatistics().Counts.Waiting == 197);

        for (var round = 0; round < 3; round++)
        {
            var (status, text) = await app.AskAsync("/ready").Soon();
            Assert.Equal(200, status);
            Assert.Contains("before: Healthy: in lane health", text, StringComparison.Ordinal);
            Assert.Contains("after: Healthy: in lane health", text, StringComparison.Ordinal);
        }

        // The two checks run at once, and wait for each other at most.
        Assert.Equal(6, app.Pool.GetStatistics().Lanes[1].Rents);
        Assert.Equal(197, app.Pool.GetStatistics().Counts.Waiting);
        await Task.WhenAll(flood.Select(static async rent => await (await rent).DisposeAsync())).Soon();
    }

    [Fact]
    public async Task A_check_uses_the_default_lane_of_a_pool_without_a_lane_for_it()
    {
        await using var database = await TestDatabase.CreateAsync(Db.Sqlite);
        await using var app = await HostedApp.Create(
            database.CreateProvider,
            pool: static options => options.Lanes = [new() { Name = "interactive" }],
            services: static services => services.AddHealthChecks().AddCheck<Query>("query", tags: ["ready"])).StartAsync();

        var (_, text) = await app.AskAsync("/ready").Soon();

        Assert.Contains("query: Healthy", text, StringComparison.Ordinal);
        Assert.Equal(1, app.Pool.GetStatistics().Lanes[0].Rents);
    }

    [Fact]
    public async Task A_check_keeps_its_name_failure_status_tags_and_times()
    {
        await using var database = await TestDatabase.CreateAsync(Db.Sqlite);
        await using var app = HostedApp.Create(database.CreateProvider, services: static services => services.AddHealthChecks()
            .Add(new HealthCheckRegistration("own", static _ => new Query(null!), HealthStatus.Degraded, ["a", "b"], TimeSpan.FromSeconds(7)) { Delay = TimeSpan.FromSeconds(3), Period = TimeSpan.FromSeconds(9) }));

        // Options that are created again get the same registrations.
        var factory = app.App.Services.GetRequiredService<Microsoft.Extensions.Options.IOptionsFactory<HealthCheckServiceOptions>>();
        var first = Assert.Single(factory.Create("").Registrations, static check => check.Name == "own");
        var again = Assert.Single(factory.Create("").Registrations, static check => check.Name == "own");

        Assert.Equal(5, factory.Create("").Registrations.Count);
        Assert.Equal((HealthStatus.Degraded, TimeSpan.FromSeconds(7), TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(9)), (first.FailureStatus, first.Timeout, first.Delay, first.Period));
        Assert.Equal("a b", string.Join(" ", first.Tags.Order(StringComparer.Ordinal)));
        Assert.NotSame(first, again);
    }

    private sealed class Query(PoolRegistry registry) : IHealthCheck
    {
        public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
        {
            await using var connection = await registry["orders"].OpenConnectionAsync(cancellationToken);
            await using var command = connection.CreateCommand();
            command.CommandText = "SELECT 1";
            await command.ExecuteScalarAsync(cancellationToken);
            return HealthCheckResult.Healthy($"in lane {Lane.Current}");
        }
    }
}
