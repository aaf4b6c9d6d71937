using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;

namespace Cenote.EntityFrameworkCoreTests;

/// <summary>Creating and deleting a database whose pool is there before it and after it.</summary>
public sealed class DatabaseLifeTests
{
    [Theory, ClassData<EveryDatabase>]
    public async Task A_database_is_created_deleted_and_created_again_under_its_pool(Db kind)
    {
        await using var database = new TestDatabase(kind);
        await using var context = database.Context();
        for (var i = 0; i < 2; i++)
        {
            Assert.True(await context.Database.EnsureCreatedAsync(Stop));
            Assert.False(await context.Database.EnsureCreatedAsync(Stop));
            Assert.True(await context.Database.CanConnectAsync(Stop));
            context.Add(new Product { Name = "cup" });
            await context.SaveChangesAsync(Stop);
            Assert.Equal(1, await context.Products.CountAsync(Stop));
            context.ChangeTracker.Clear();
            Assert.True(await context.Database.EnsureDeletedAsync(Stop));
            Assert.False(await context.Database.EnsureDeletedAsync(Stop));
        }

        Assert.True(context.Database.EnsureCreated());
        Assert.False(context.Database.EnsureCreated());
        Assert.Empty(context.Products);
        Assert.True(context.Database.CanConnect());
        Assert.True(context.Database.EnsureDeleted());
        Assert.False(context.Database.EnsureDeleted());
        await database.AssertAllReturnedAsync();
    }

    [Theory, ClassData<PostgreSqlDatabases>]
    public async Task A_missing_database_refuses_connections_until_it_has_been_created(Db kind)
    {
        await using var database = new TestDatabase(kind, configure: options => options.MaxOpenRetries = 0);
        await using var context = database.Context();
        for (var i = 0; i < 8; i++)
        {
            Assert.False(await context.Database.CanConnectAsync(Stop));
        }

        Assert.True(await context.Database.EnsureCreatedAsync(Stop));
        Assert.True(await context.Database.CanConnectAsync(Stop));
        Assert.Empty(await context.Products.ToListAsync(Stop));
    }

    [Theory, ClassData<EveryDatabase>]
    public async Task A_health_check_opens_no_connection_beside_the_pools(Db kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, maxSize: 1);
        var lease = await database.Pool.RentAsync(Stop);
        await using var context = new ShopContext(database.Plainly().UseConnectionPool(database.Pool).Options);
        var check = context.Database.CanConnectAsync(Stop);
        if (kind == Db.Sqlite)
        {
            // EF Core opens the file itself, reading only: no server is asked.
            Assert.True(await check);
        }
        else
        {
            Assert.False(check.IsCompleted);
            lease.Dispose();
            Assert.True(await check);
        }

        lease.Dispose();
        Assert.Equal(1, database.Pool.GetStatistics().ConnectionsOpened);
    }

    [Theory, ClassData<EveryDatabase>]
    public async Task Without_a_connection_string_of_its_own_a_context_works_with_the_pools(Db kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind);
        await using var context = new ShopContext(database.Nameless().UseConnectionPool(database.Pool).Options);
        Assert.Empty(await context.Products.ToListAsync(Stop));
        Assert.Equal(database.Pool.ConnectionString, context.Database.GetConnectionString());
        Assert.True(await context.Database.CanConnectAsync(Stop));
        await database.AssertAllReturnedAsync();
    }

    [Theory, ClassData<EveryDatabase>]
    public async Task Database_is_created_and_deleted_without_a_connection_string_of_its_own(Db kind)
    {
        await using var database = new TestDatabase(kind);
        await using var context = new ShopContext(database.Nameless().UseConnectionPool(database.Pool).Options);
        for (var i = 0; i < 2; i++)
        {
            Assert.False(await context.Database.CanConnectAsync(Stop));
            Assert.True(await context.Database.EnsureCreatedAsync(Stop));
            Assert.False(await context.Database.EnsureCreatedAsync(Stop));
            Assert.True(await context.Database.CanConnectAsync(Stop));
            Assert.True(await context.GetService<IRelationalDatabaseCreator>().HasTablesAsync(Stop));
            Assert.True(await context.Database.EnsureDeletedAsync(Stop));
            Assert.False(await context.Database.EnsureDeletedAsync(Stop));
        }

        Assert.False(context.Database.CanConnect());
        Assert.True(context.Database.EnsureCreated());
        Assert.False(context.Database.EnsureCreated());
        Assert.True(context.Database.CanConnect());
        Assert.True(context.GetService<IRelationalDatabaseCreator>().HasTables());
        Assert.Empty(context.Products);
        Assert.True(context.Database.EnsureDeleted());
        Assert.False(context.Database.EnsureDeleted());
        await database.AssertAllReturnedAsync();
    }

    [Theory, ClassData<PostgreSqlDatabases>]
    public async Task Database_is_created_with_the_credentials_that_the_pool_asks_for(Db kind)
    {
        var known = new NpgsqlConnectionStringBuilder(RealServers.PostgreSql);
        var name = "ef_" + Guid.NewGuid().ToString("N");
        var asked = 0;
        var options = new ConnectionPoolOptions
        {
            MinSize = 0,
            SessionReset = kind == Db.PostgreSqlOwnReset ? SessionReset.ByPool : SessionReset.ByDriver,
            CredentialsProvider = _ =>
            {
                asked++;
                return new(new DatabaseCredentials(known.Username!, known.Password!));
            },
        };
        await using var pool = new ConnectionPool(
            new PostgreSqlProvider(new NpgsqlConnectionStringBuilder { Host = known.Host, Port = known.Port, Database = name }.ConnectionString), options);
        await using var context = new ShopContext(new DbContextOptionsBuilder<ShopContext>().UseNpgsql().UseConnectionPool(pool).Options);
        Assert.True(await context.Database.EnsureCreatedAsync(Stop));
        Assert.Empty(await context.Products.ToListAsync(Stop));
        Assert.DoesNotContain(known.Password!, context.Database.GetConnectionString(), StringComparison.Ordinal);
        Assert.True(context.Database.EnsureDeleted());
        Assert.True(asked > 0);
    }

    [Theory]
    [InlineData("Port=1")]
    [InlineData("Host=127.0.0.10")]
    public async Task A_database_of_the_same_name_on_another_server_is_not_deleted(string other)
    {
        await using var database = new TestDatabase(Db.PostgreSqlDriverReset);
        var here = new NpgsqlConnectionStringBuilder(database.ConnectionString) { Host = "127.0.0.1" }.ConnectionString;
        var there = new NpgsqlConnectionStringBuilder(here + ";" + other).ConnectionString;
        await using var pool = new ConnectionPool(new PostgreSqlProvider(here), new ConnectionPoolOptions { MinSize = 0 });
        await using var context = new ShopContext(new DbContextOptionsBuilder<ShopContext>().UseNpgsql(there).UseConnectionPool(pool).Options);

        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => context.Database.EnsureDeletedAsync(Stop));

        Assert.Contains("connects to", refused.Message, StringComparison.Ordinal);
    }

    [Theory, ClassData<EveryDatabase>]
    public async Task A_connection_string_that_leads_elsewhere_than_the_pool_creates_nothing(Db kind)
    {
        await using var database = new TestDatabase(kind);
        await using var other = new TestDatabase(kind);
        await using var context = new ShopContext(database.Plainly().UseConnectionPool(other.Pool).Options);

        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => context.Database.EnsureCreatedAsync(Stop));

        Assert.Contains("connects to", refused.Message, StringComparison.Ordinal);
        Assert.Contains(other.Pool.Provider.Database, refused.Message, StringComparison.Ordinal);
        await using var plain = new ShopContext(database.Plainly().Options);
        Assert.False(await plain.Database.CanConnectAsync(Stop));
    }
}
