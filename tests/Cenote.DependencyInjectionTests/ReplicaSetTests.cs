using System.Data.Common;
using Microsoft.Extensions.Configuration;

namespace Cenote.DependencyInjectionTests;

/// <summary>Replica sets as services: a writer and its readers on a file of SQLite.</summary>
public sealed class ReplicaSetTests : IDisposable
{
    private const int PoolClosed = 2;
    private const string Set = "Cenote:ReplicaSets:orders";

    private readonly string _directory = Directory.CreateTempSubdirectory("cenote-sets-").FullName;
    private readonly IConfigurationRoot _configuration = new ConfigurationBuilder().AddInMemoryCollection().Build();

    public ReplicaSetTests()
    {
        _configuration["ConnectionStrings:orders:db1"] = $"Data Source={_directory}/orders.db";
        _configuration["ConnectionStrings:orders:db2"] = $"Data Source={_directory}/orders.db";
    }

    public void Dispose() => TemporaryFolder.Delete(_directory);

    [Fact]
    public async Task Servers_come_from_the_configuration_and_their_pools_are_in_the_registry()
    {
        Configure((":Servers:db1:Role", "primary"), (":Servers:db2:Weight", "3"), (":Pools:MaxSize", "7"), (":Servers:db2:Pool:MaxSize", "4"), (":MaxLag", "00:00:03"), (":PrimaryTimeout", "00:01:00"));
        await using var services = Build(set => set.ConfigurePools(static pool => pool.UseSqlite().WithSize(0, 2)));

        var set = services.GetRequiredKeyedService<ReplicaSet>("orders");

        Assert.Same(set, services.GetRequiredKeyedService<ReplicaSet>("orders"));
        Assert.Equal(["db1 1", "db2 3"], [.. set.Servers.Select(static server => FormattableString.Invariant($"{server.Name} {server.Weight}"))]);
        var registry = services.GetRequiredService<PoolRegistry>();
        Assert.Equal(["orders/db1", "orders/db2"], registry.Names);
        Assert.All(set.Servers, server => Assert.Same(server.Pool, registry[server.Pool.Name]));
        Assert.Equal([7, 4], [.. set.Servers.Select(static server => server.Pool.GetStatistics().MaxSize)]);
        await using var connection = await services.GetRequiredKeyedService<DbDataSource>("orders").OpenConnectionAsync(Stop);
        Assert.Equal("orders/db1", Assert.IsType<PooledConnection>(connection).Pool.Name);
    }

    [Fact]
    public async Task Configuration_replaces_role_and_weight_of_the_code()
    {
        Configure((":Servers:DB2:Role", "Primary"), (":Servers:DB1:Role", "Replica"), (":Servers:db1:Weight", "5"));
        await using var services = Build(static set => set.ConfigurePools(static pool => pool.UseSqlite().WithSize(0, 2)).AddPrimary("db1").AddReplica("db2"));

        var set = services.GetRequiredKeyedService<ReplicaSet>("orders");

        Assert.Equal(["db1 Replica 5", "db2 Primary 1"], [.. set.Servers.Select(static server => FormattableString.Invariant($"{server.Name} {server.DeclaredRole} {server.Weight}"))]);
    }

    [Fact]
    public async Task One_exception_lists_every_problem_of_the_section()
    {
        Configure(
            (":MaxLags", "x"), (":MaxSize", "3"), (":Name", "other"), (":ConnectionString", "Host=h;Password=sesame"), (":ProbeInterval", "5"),
            (":Strategy", "Fastest"), (":Servers:db1:Role", "Leader"), (":Servers:db1:MaxSize", "3"), (":Servers:db1:Wait", "3"), (":Servers:db3", "Host=h"));
        await using var services = Build(static set => set.ConfigurePools(static pool => pool.UseSqlite()));

        var problems = Assert.Throws<ReplicaSetOptionsException>(() => services.GetRequiredKeyedService<ReplicaSet>("orders")).Problems;

        Assert.Collection(
            problems.Order(StringComparer.Ordinal),
            problem => Assert.Equal($"{Set}:ConnectionString is not a setting of a replica set. Connection strings are in ConnectionStrings:orders:SERVER.", problem),
            problem => Assert.StartsWith($"{Set}:MaxLags is not a setting of a replica set. Did you mean MaxLag? The settings are AcquireTimeout, ", problem, StringComparison.Ordinal),
            problem => Assert.Equal($"{Set}:MaxSize is a setting of a pool. Move it to {Set}:Pools:MaxSize.", problem),
            problem => Assert.Equal($"{Set}:Name can only be set in code, where the set is registered. Remove it.", problem),
            problem => Assert.StartsWith($"{Set}:ProbeInterval is '5'. It must be ", problem, StringComparison.Ordinal),
            problem => Assert.Equal($"{Set}:Servers:db1:MaxSize is a setting of a pool. Move it to {Set}:Servers:db1:Pool:MaxSize, or for all servers to {Set}:Pools:MaxSize.", problem),
            problem => Assert.Equal($"{Set}:Servers:db1:Role is 'Leader'. It must be one of Primary, Replica.", problem),
            problem => Assert.Equal($"{Set}:Servers:db1:Wait is not a setting of a server. The settings are Role, Weight and Pool.", problem),
            problem => Assert.Equal($"{Set}:Servers:db3 is a text. It must be a section with settings of the server.", problem),
            problem => Assert.Equal($"{Set}:Strategy is 'Fastest'. It must be one of LeastLoaded, PowerOfTwoChoices, Random, RoundRobin.", problem));
    }

    [Fact]
    public async Task One_exception_lists_the_problems_of_all_pools_with_their_server()
    {
        Configure((":Servers:db1:Role", "Primary"), (":Servers:db1:Pool:MaxSize", "0"), (":Servers:db2:Pool:MaxSizes", "1"));
        await using var services = Build(static set => set.ConfigurePools(static pool => pool.UseSqlite()));

        var problems = Assert.Throws<ReplicaSetOptionsException>(() => services.GetRequiredKeyedService<ReplicaSet>("orders")).Problems;

        Assert.Collection(
            problems,
            problem => Assert.StartsWith("Server 'db1': MaxSize is 0.", problem, StringComparison.Ordinal),
            problem => Assert.StartsWith($"Server 'db2': {Set}:Servers:db2:Pool:MaxSizes is not a setting of a pool. Did you mean MaxSize?", problem, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Every_server_without_a_connection_string_is_told_the_key()
    {
        await using var services = Build(static set => set.ConfigurePools(static pool => pool.UseSqlite()).AddPrimary("db8").AddReplica("db9"));

        var problems = Assert.Throws<ReplicaSetOptionsException>(() => services.GetRequiredKeyedService<ReplicaSet>("orders")).Problems;

        Assert.Collection(
            problems,
            static problem => Assert.Contains("ConnectionStrings:orders:db8", problem, StringComparison.Ordinal),
            static problem => Assert.Contains("ConnectionStrings:orders:db9", problem, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_set_without_servers_is_told_where_they_belong()
    {
        _configuration["Cenote:ReplicaSets:order:Servers:db1:Role"] = "Primary";
        await using var services = Build(static set => set.ConfigurePools(static pool => pool.UseSqlite()));

        var problems = Assert.Throws<ReplicaSetOptionsException>(() => services.GetRequiredKeyedService<ReplicaSet>("orders")).Problems;

        Assert.EndsWith($"or in {Set}:Servers.", Assert.Single(problems), StringComparison.Ordinal);
        Assert.Single(services.Logs(), static record => record.Id.Id == 78);
    }

    [Fact]
    public async Task A_failed_construction_leaves_no_pool_to_the_next_one()
    {
        Configure((":Servers:db2:Pool:MaxSize", "0"));
        await using var services = Build();
        Assert.Throws<ReplicaSetOptionsException>(() => services.GetRequiredKeyedService<ReplicaSet>("orders"));
        Assert.Empty(services.GetRequiredService<PoolRegistry>().Names);

        Configure((":Servers:db2:Pool:MaxSize", "3"), (":Servers:db1:Pool:MaxSize", "4"));
        var set = services.GetRequiredKeyedService<ReplicaSet>("orders");

        Assert.Equal([4, 3], [.. set.Servers.Select(static server => server.Pool.GetStatistics().MaxSize)]);
    }

    [Fact]
    public async Task A_pool_with_the_name_of_a_server_is_not_taken_for_its_own()
    {
        await using var services = Containers.New(_configuration)
            .AddConnectionPool("orders/db1", static pool => pool.UseStub())
            .AddReplicaSet("orders", static set => set.ConfigurePools(static pool => pool.UseSqlite()).AddPrimary("db1"))
            .BuildServiceProvider();

        var problems = Assert.Throws<ReplicaSetOptionsException>(() => services.GetRequiredKeyedService<ReplicaSet>("orders")).Problems;

        Assert.Contains("'orders/db1' already exists", Assert.Single(problems), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_running_set_and_its_pools_follow_the_configuration()
    {
        Configure((":Strategy", "RoundRobin"), (":Servers:db2:Weight", "1"));
        await using var services = Build();
        var set = services.GetRequiredKeyedService<ReplicaSet>("orders");
        var strategy = set.Strategy;

        Reload((":MaxLag", "00:00:05"), (":Pools:MaxSize", "9"), (":Servers:db2:Pool:MaxSize", "6"));

        Assert.Equal("Set orders is reconfigured: MaxLag from 10 s to 5 s", Assert.Single(services.Logs(), static record => record.Id.Id == 135).Message);
        Assert.Equal([9, 6], [.. set.Servers.Select(static server => server.Pool.GetStatistics().MaxSize)]);
        Assert.Same(strategy, set.Strategy);

        Reload((":Strategy", "LeastLoaded"), (":MaxReadsOnPrimary", "3"), (":RevokeLeasesAfter", "00:01:00"));

        Assert.Equal(
            "Set orders is reconfigured: Strategy from RoundRobinStrategy to LeastLoadedStrategy, MaxReadsOnPrimary from none to 3, RevokeLeasesAfter from none to 1 min",
            services.Logs().Last(static record => record.Id.Id == 135).Message);
    }

    [Fact]
    public async Task An_invalid_change_is_refused_as_a_whole_and_logged_once()
    {
        await using var services = Build();
        services.GetRequiredKeyedService<ReplicaSet>("orders");

        Reload((":MaxLag", "00:00:05"), (":FailureThreshold", "0"));
        Reload((":MaxLag", "00:00:06"));

        var refusal = Assert.Single(services.Logs(), static record => record.Id.Id == 75);
        Assert.Contains("FailureThreshold is 0", refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(services.Logs(), static record => record.Id.Id == 135);

        Reload((":FailureThreshold", "3"));
        Assert.Equal("Set orders is reconfigured: FailureThreshold from 2 to 3, MaxLag from 10 s to 6 s", Assert.Single(services.Logs(), static record => record.Id.Id == 135).Message);
    }

    [Fact]
    public async Task Other_servers_need_a_restart_and_are_logged_once()
    {
        await using var services = Build();
        var set = services.GetRequiredKeyedService<ReplicaSet>("orders");

        Reload((":Servers:db3:Weight", "2"));
        Reload((":MaxLag", "00:00:06"));

        Assert.Single(services.Logs(), static record => record.Id.Id == 77);
        Assert.Equal(2, set.Servers.Count);
    }

    [Fact]
    public async Task Container_closes_the_set_and_then_its_pools()
    {
        var services = Build();
        var set = services.GetRequiredKeyedService<ReplicaSet>("orders");
        var pools = set.Servers.Select(static server => server.Pool).ToList();

        var logs = services.GetRequiredService<Microsoft.Extensions.Logging.Testing.FakeLogCollector>();
        await services.DisposeAsync();

        Assert.All(pools, static pool => Assert.True(Containers.IsClosed(pool)));
        await Assert.ThrowsAsync<ReplicaSetClosedException>(async () => await set.RentWriteAsync(Stop));
        var closed = logs.GetSnapshot().Select(static record => record.Id.Id).ToList();
        Assert.InRange(closed.IndexOf(133), 0, closed.IndexOf(PoolClosed));
    }

    [Fact]
    public async Task A_section_without_a_set_is_a_warning()
    {
        _configuration["Cenote:ReplicaSets:order:MaxLag"] = "00:00:05";
        await using var services = Build();
        services.GetRequiredKeyedService<ReplicaSet>("orders");

        Assert.Contains("Did you mean orders?", Assert.Single(services.Logs(), static record => record.Id.Id == 78).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("orders", "ORDERS")]
    [InlineData("default", "default")]
    public void A_name_that_a_pool_or_set_has_is_refused(string first, string second)
    {
        var services = new ServiceCollection().AddReplicaSet(first, static _ => { });

        Assert.Throws<ArgumentException>(() => services.AddReplicaSet(second, static _ => { }));
        Assert.Throws<ArgumentException>(() => services.AddConnectionPool(second, static _ => { }));
        Assert.Throws<ArgumentException>(() => new ServiceCollection().AddConnectionPool(second, static _ => { }).AddReplicaSet(first, static _ => { }));
    }

    [Theory]
    [InlineData("")]
    [InlineData("a:b")]
    public void A_name_that_cannot_be_one_is_refused(string name) =>
        Assert.Throws<ArgumentException>(() => new ServiceCollection().AddReplicaSet(name, static _ => { }));

    [Fact]
    public async Task Another_name_in_code_is_refused()
    {
        await using var services = Build(static set => set.AddPrimary("db1").Configure(static options => options.Name = "other"));

        var problems = Assert.Throws<ReplicaSetOptionsException>(() => services.GetRequiredKeyedService<ReplicaSet>("orders")).Problems;

        Assert.Equal("Name is 'other', but the set is registered as 'orders'. Leave Name as it is.", Assert.Single(problems));
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private ServiceProvider Build() =>
        Build(static set => set.ConfigurePools(static pool => pool.UseSqlite().WithSize(0, 2)).AddPrimary("db1").AddReplica("db2"));

    private ServiceProvider Build(Action<ReplicaSetBuilder> configure) =>
        Containers.New(_configuration).AddReplicaSet("orders", configure).BuildServiceProvider(new ServiceProviderOptions { ValidateOnBuild = true, ValidateScopes = true });

    private void Configure(params ReadOnlySpan<(string Key, string Value)> settings)
    {
        foreach (var (key, value) in settings)
        {
            _configuration[Set + key] = value;
        }
    }

    private void Reload(params ReadOnlySpan<(string Key, string Value)> settings)
    {
        Configure(settings);
        _configuration.Reload();
    }
}
