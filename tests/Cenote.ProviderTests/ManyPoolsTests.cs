using Cenote.ProviderTests.Oracle;
using Cenote.ProviderTests.PostgreSql;
using Microsoft.Extensions.Time.Testing;

namespace Cenote.ProviderTests;

/// <summary>An application that constructs a pool for each call.</summary>
public sealed class ManyPoolsTests
{
    [Fact]
    public async Task Forty_calls_with_a_pool_each_are_warned_of_once()
    {
        await using var database = await OwnDatabase.CreateAsync();
        List<ConnectionPool> pools = [];
        for (var call = 0; call < 40; call++)
        {
            var pool = new ConnectionPool(new PostgreSqlProvider(database.ConnectionString));
            pools.Add(pool);
            Assert.Equal(1, await pool.ScalarAsync<int>("SELECT 1"));
        }

        await database.WaitForSessionsAsync(80);
        var warning = Assert.Single(Warnings(pools));
        Assert.Contains($" live pools of this process connect to postgresql at {pools[0].Provider.Address}, for example pool {pools[0].Name}, constructed ", warning.Message, StringComparison.Ordinal);
        foreach (var pool in pools)
        {
            await pool.DisposeAsync();
        }
    }

    public static TheoryData<string> Providers() => new("postgresql", "mysql", "sqlserver", "oracle", "sqlite");

    /// <summary>No connection is opened: what counts is what the connection strings say.</summary>
    [Theory]
    [MemberData(nameof(Providers))]
    public async Task Users_tell_pools_apart_and_passwords_do_not(string provider)
    {
        var users = await CountAsync(Create(provider, "app", "a"), Create(provider, "app", "a"), Create(provider, "reports", "a"), Create(provider, "reports", "a"));
        var passwords = await CountAsync(Create(provider, "app", "a"), Create(provider, "app", "b"), Create(provider, "app", "c"), Create(provider, "app", "d"));

        // SQLite has no users: its files differ instead.
        Assert.Equal((0, 1), (users, passwords));
    }

    private static async Task<int> CountAsync(params DatabaseProvider[] providers)
    {
        var time = new FakeTimeProvider();
        var pools = providers.Select(provider => new ConnectionPool(provider, new ConnectionPoolOptions { Name = "shop", MinSize = 0, TimeProvider = time })).ToList();
        var count = Warnings(pools).Count();
        foreach (var pool in pools)
        {
            await pool.DisposeAsync();
        }

        return count;
    }

    private static DatabaseProvider Create(string provider, string user, string password) => provider switch
    {
        "postgresql" => new PostgreSqlProvider($"Host=db;Database=shop;Username={user};Password={password}"),
        "mysql" => new MySqlProvider($"Server=db;Database=shop;User ID={user};Password={password}"),
        "sqlserver" => new SqlServerProvider($"Server=db;Database=shop;User ID={user};Password={password}"),
        "oracle" => new OracleProvider(new FakeOracleFactory(new FakeOracleDatabase()), $"Data Source=db/shop;User Id={user};Password={password}"),
        _ => new SqliteProvider($"Data Source={user}.db"),
    };

    private static IEnumerable<PoolEvent> Warnings(List<ConnectionPool> pools) =>
        pools.SelectMany(static pool => pool.GetEvents()).Where(static happened => happened.Kind == PoolEventKind.ManyPoolsFound);
}
