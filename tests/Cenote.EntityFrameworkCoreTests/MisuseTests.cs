using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;

namespace Cenote.EntityFrameworkCoreTests;

/// <summary>What cannot work is refused before anything is done, in words that say what to do.</summary>
public sealed class MisuseTests
{
    [Fact]
    public async Task A_pool_before_a_database_is_refused()
    {
        await using var database = new TestDatabase(Db.Sqlite);
        var refused = Assert.Throws<InvalidOperationException>(() => new DbContextOptionsBuilder<ShopContext>().UseConnectionPool(database.Pool));
        Assert.Contains("UseSqlite", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pool_over_another_driver_is_refused()
    {
        await using var lite = await TestDatabase.CreateAsync(Db.Sqlite);
        await using var server = new TestDatabase(Db.PostgreSqlDriverReset);
        var refused = Assert.Throws<InvalidOperationException>(() => lite.Plainly().UseConnectionPool(server.Pool));

        Assert.Contains("Microsoft.EntityFrameworkCore.Sqlite", refused.Message, StringComparison.Ordinal);
        Assert.Contains("postgresql", refused.Message, StringComparison.Ordinal);
        Assert.Contains("Npgsql", refused.Message, StringComparison.Ordinal);
    }

    // Not known before it is found. CanConnect takes what EF Core's provider throws for a database that cannot be
    // reached.
    [Fact]
    public async Task A_named_pool_over_another_driver_is_refused_when_it_is_found()
    {
        await using var lite = await TestDatabase.CreateAsync(Db.Sqlite);
        await using var server = new TestDatabase(Db.PostgreSqlDriverReset);
        await using var services = new ServiceCollection().AddKeyedSingleton("other", server.Pool).BuildServiceProvider();
        await using var context = new ShopContext(lite.Plainly().UseConnectionPool("other").UseApplicationServiceProvider(services).Options);

        await Assert.ThrowsAsync<InvalidOperationException>(() => context.Products.ToListAsync(Stop));
        await Assert.ThrowsAsync<InvalidOperationException>(() => context.Database.CanConnectAsync(Stop));
        Assert.Throws<InvalidOperationException>(() => context.Database.CanConnect());
        await Assert.ThrowsAsync<InvalidOperationException>(() => context.Database.EnsureCreatedAsync(Stop));
        Assert.Equal(0, server.Pool.GetStatistics().Rents);
    }

    [Fact]
    public async Task A_connection_beside_the_pool_is_refused()
    {
        await using var database = new TestDatabase(Db.Sqlite);
        await using var connection = new SqliteConnection(database.ConnectionString);
        var options = new DbContextOptionsBuilder<ShopContext>().UseSqlite(connection);
        var refused = Assert.Throws<InvalidOperationException>(() => options.UseConnectionPool(database.Pool));
        Assert.Contains("both a connection and the pool 'shop'", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Services_that_EF_Core_does_not_build_itself_are_refused()
    {
        await using var database = new TestDatabase(Db.Sqlite);
        await using var services = new ServiceCollection().AddEntityFrameworkSqlite().BuildServiceProvider();
        var options = database.OnPool().UseInternalServiceProvider(services).Options;
        var refused = Assert.Throws<InvalidOperationException>(() => new ShopContext(options));
        Assert.Contains("UseInternalServiceProvider", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_name_without_the_applications_services_is_refused()
    {
        await using var database = new TestDatabase(Db.Sqlite);
        await using var context = new ShopContext(database.Plainly().UseConnectionPool("orders").Options);
        var refused = Assert.Throws<InvalidOperationException>(() => context.Products.ToList());
        Assert.Contains("'orders'", refused.Message, StringComparison.Ordinal);
        Assert.Contains("AddDbContext", refused.Message, StringComparison.Ordinal);
    }

    [Theory, ClassData<EveryDatabase>]
    public async Task Another_connection_string_is_refused_instead_of_being_ignored(Db kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind);
        await using var other = new TestDatabase(kind);
        await using (var context = database.Context())
        {
            context.Database.SetConnectionString(other.ConnectionString);
            var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => context.Products.ToListAsync(Stop));
            Assert.Contains("SetConnectionString", refused.Message, StringComparison.Ordinal);
        }

        await using (var context = database.Context())
        {
            Assert.Empty(await context.Products.ToListAsync(Stop));
            Assert.Throws<NotSupportedException>(() => context.Database.SetConnectionString(other.ConnectionString));
        }

        Assert.Equal(0, other.Pool.GetStatistics().Rents);
    }

    [Fact]
    public async Task A_context_without_a_pool_has_no_pooled_connection()
    {
        await using var database = new TestDatabase(Db.Sqlite);
        await using var context = new ShopContext(database.Plainly().Options);
        Assert.Throws<InvalidOperationException>(() => context.Database.GetPooledConnection());
    }
}
