using System.Reflection;
using Cenote.Providers;
using Hangfire;
using Hangfire.PostgreSql;
using Hangfire.PostgreSql.Factories;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.DependencyInjection;
using MySql.Data.MySqlClient;
using Npgsql;
using Orleans.Configuration;

namespace Cenote.LibraryTests;

/// <summary>Libraries that insist on their driver's types, and what to do instead.</summary>
public sealed class RefusingLibraryTests
{
    [Fact]
    public async Task Hangfire_takes_the_drivers_connections_only_and_has_a_small_pool_of_its_own()
    {
        Assert.Equal(typeof(NpgsqlConnection), typeof(IConnectionFactory).GetMethod("GetOrCreateConnection")!.ReturnType);
        Assert.DoesNotContain(typeof(PostgreSqlStorage).GetConstructors(), constructor =>
            constructor.GetParameters().Any(parameter => parameter.ParameterType.IsAssignableFrom(typeof(PooledConnection)) || parameter.ParameterType == typeof(DbDataSource)));

        await using var database = await LibraryDatabase.PostgreSqlAsync();
        var own = new NpgsqlConnectionStringBuilder(database.ConnectionString) { MaxPoolSize = 4 }.ConnectionString;
        var options = new PostgreSqlStorageOptions();
        var storage = new PostgreSqlStorage(new NpgsqlConnectionFactory(own, options), options);
        var id = new BackgroundJobClient(storage).Enqueue(() => Console.WriteLine("done"));
        Assert.Equal(id, await database.ReadAsync<string>("SELECT id::text FROM hangfire.job"));
        await using var connection = new NpgsqlConnection(own);
        NpgsqlConnection.ClearPool(connection);
    }

    [Fact]
    public async Task Orleans_checks_the_type_of_a_data_sources_connections_and_takes_the_drivers_own()
    {
        await using var database = await LibraryDatabase.PostgreSqlAsync();
        var refused = await Assert.ThrowsAnyAsync<Exception>(() => WriteWithOrleansAsync(database.Pool));
        Assert.Contains("The configured data source creates connections of type 'Cenote.PooledConnection'", refused.ToString(), StringComparison.Ordinal);

        await using var own = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(database.ConnectionString) { MaxPoolSize = 4 }.ConnectionString);
        Assert.Equal(1, await WriteWithOrleansAsync(own));
        Assert.Equal(1, await database.ReadAsync<int>("SELECT count(*) FROM grains"));
    }

    [Fact]
    public async Task EF_Core_on_MariaDB_casts_its_connections_and_is_refused_with_the_reason()
    {
        await using var database = await LibraryDatabase.MariaDbAsync();
        await using var same = new ConnectionPool(AdoNetProvider.For(MySqlClientFactory.Instance, database.ConnectionString), new ConnectionPoolOptions { Name = "same driver" });
        foreach (var pool in new[] { database.Pool, same })
        {
            var refused = Assert.Throws<InvalidOperationException>(() => new DbContextOptionsBuilder().UseMySQL(database.ConnectionString).UseConnectionPool(pool));
            Assert.StartsWith("MySql.EntityFrameworkCore casts the connection of a context to MySqlConnection of MySql.Data", refused.Message, StringComparison.Ordinal);
            Assert.Contains($"'{pool.Name}'", refused.Message, StringComparison.Ordinal);
            Assert.Contains("Leave out UseConnectionPool:", refused.Message, StringComparison.Ordinal);
            Assert.Contains("Maximum Pool Size", refused.Message, StringComparison.Ordinal);
        }

        await using var set = new ReplicaSetBuilder("shop").AddPrimary("db1", pool => pool.UseMySql(database.ConnectionString).WithSize(0, 1)).Build();
        Assert.Contains("Leave out UseReplicaSet:", Assert.Throws<InvalidOperationException>(() => new DbContextOptionsBuilder().UseMySQL(database.ConnectionString).UseReplicaSet(set)).Message, StringComparison.Ordinal);

        await using var context = new DbContext(new DbContextOptionsBuilder().UseMySQL(database.ConnectionString).Options);
        Assert.True(await context.Database.CanConnectAsync(Stop));

        // The reason. Once this fails, it may work on a pool.
        var connection = context.GetService<IRelationalConnection>().GetType();
        Assert.Equal(typeof(MySqlConnection), connection.GetProperty("DbConnection", BindingFlags.Instance | BindingFlags.Public | BindingFlags.DeclaredOnly)!.PropertyType);
        Assert.True(typeof(MySqlConnection).IsSealed);
    }

    [Fact]
    public async Task EF_Core_on_MariaDB_with_a_named_pool_says_why_it_cannot_connect()
    {
        await using var database = await LibraryDatabase.MariaDbAsync();
        await using var services = new ServiceCollection().AddKeyedSingleton("shop", database.Pool).BuildServiceProvider();
        await using var context = new DbContext(
            new DbContextOptionsBuilder().UseMySQL(database.ConnectionString).UseConnectionPool("shop").UseApplicationServiceProvider(services).Options);

        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => context.Database.CanConnectAsync(Stop));

        Assert.StartsWith("MySql.EntityFrameworkCore casts", refused.Message, StringComparison.Ordinal);
        Assert.Equal(refused.Message, Assert.Throws<InvalidOperationException>(() => context.Database.CanConnect()).Message);
    }

    // Its storage without a silo: the class that opens connections is internal.
    private static async Task<int> WriteWithOrleansAsync(DbDataSource source)
    {
        var type = typeof(AdoNetGrainStorageOptions).Assembly.GetType("Orleans.Persistence.AdoNet.Storage.RelationalStorage", throwOnError: true)!;
        var storage = type.GetMethod("CreateInstance", BindingFlags.Static | BindingFlags.Public, [typeof(string), typeof(DbDataSource)])!.Invoke(null, ["Npgsql", source])!;
        var execute = type.GetMethod("ExecuteAsync")!;
        await (Task<int>)execute.Invoke(storage, ["CREATE TABLE grains (id int)", null, CommandBehavior.Default, CancellationToken.None])!;
        return await (Task<int>)execute.Invoke(storage, ["INSERT INTO grains VALUES (1)", null, CommandBehavior.Default, CancellationToken.None])!;
    }
}
