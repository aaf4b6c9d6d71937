using Cenote.TestServers;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;

namespace Cenote.EntityFrameworkCoreTests.Replicas;

/// <summary>The shop on a primary (<c>db1</c>) with a real streaming replica (<c>db2</c>).</summary>
internal sealed class ReplicatedShop : IAsyncDisposable
{
    private ReplicatedShop(PostgreSqlServer primary, PostgreSqlServer replica, ReplicaSet set) => (Primary, Replica, Set) = (primary, replica, set);

    internal PostgreSqlServer Primary { get; }

    internal PostgreSqlServer Replica { get; }

    internal ReplicaSet Set { get; }

    /// <summary>The servers that contexts opened connections to.</summary>
    internal ServerRecorder Opened { get; } = new();

    internal static async Task<ReplicatedShop> StartAsync(Action<ReplicaSetOptions>? configure = null, int poolSize = 4)
    {
        var primary = await PostgreSqlServer.StartPrimaryAsync();
        await primary.ExecuteAsync("GRANT CREATE ON SCHEMA public TO worker");
        var replica = await primary.StartReplicaAsync();
        var set = new ReplicaSetBuilder("shop")
            .ConfigurePools(pool => pool.WithSize(0, poolSize).Configure(static options => options.MaxOpenRetries = 0))
            .AddPrimary("db1", pool => pool.UsePostgreSql(Text(primary)))
            .AddReplica("db2", pool => pool.UsePostgreSql(Text(replica)))
            .Configure(options =>
            {
                options.ProbeInterval = TimeSpan.FromMilliseconds(100);
                options.ProbeTimeout = TimeSpan.FromMinutes(1); // the most that there is
                options.PrimaryTimeout = Patience.Limit;
                options.SlowStartDuration = TimeSpan.Zero;
                options.MaxLag = Timeout.InfiniteTimeSpan;
                configure?.Invoke(options);
            })
            .Build();
        var shop = new ReplicatedShop(primary, replica, set);
        await set.WaitUntilReadyAsync(Stop).Soon();
        await using (var context = shop.Context())
        {
            await context.GetService<IRelationalDatabaseCreator>().CreateTablesAsync(Stop);
            Assert.Equal("db1", shop.Opened.Take().Split(' ').Distinct(StringComparer.Ordinal).Single());
        }

        await shop.CatchUpAsync();
        return shop;
    }

    internal DbContextOptionsBuilder<ShopContext> Options(ReplicaQueries queries = ReplicaQueries.InReadScope) =>
        new DbContextOptionsBuilder<ShopContext>().UseNpgsql().UseReplicaSet(Set, queries).AddInterceptors(Opened);

    internal ShopContext Context(ReplicaQueries queries = ReplicaQueries.InReadScope) => new(Options(queries).Options);

    internal async Task AddProductAsync(string name)
    {
        await using var context = Context();
        context.Add(new Product { Name = name });
        await context.SaveChangesAsync(Stop);
        Assert.Equal("db1", Opened.Take());
    }

    /// <summary>Waits until the replica has what the primary has, and serves.</summary>
    internal async Task CatchUpAsync()
    {
        var token = await Set.GetTokenAsync(Stop);
        await Patience.SoonAsync(async () =>
        {
            await using var connection = await Set.OpenReadConnectionAsync(token, Stop);
            return connection.Pool.Name == "shop/db2";
        });
    }

    public async ValueTask DisposeAsync()
    {
        await Set.DisposeAsync();
        await Replica.DisposeAsync();
        await Primary.DisposeAsync();
    }

    private static string Text(PostgreSqlServer server) =>
        new NpgsqlConnectionStringBuilder(server.ConnectionString(server.Port)) { CommandTimeout = 60 }.ConnectionString;
}
