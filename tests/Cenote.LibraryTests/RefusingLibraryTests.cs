using System.Reflection;
using Hangfire;
using Hangfire.PostgreSql;
using Hangfire.PostgreSql.Factories;
using Microsoft.EntityFrameworkCore;
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
    public async Task EF_Core_on_MariaDB_works_with_another_driver_than_the_pools()
    {
        await using var database = await LibraryDatabase.MariaDbAsync();
        var options = new DbContextOptionsBuilder().UseMySQL(database.ConnectionString);
        var refused = Assert.Throws<InvalidOperationException>(() => options.UseConnectionPool(database.Pool));
        Assert.Contains("MySql.EntityFrameworkCore", refused.Message, StringComparison.Ordinal);
        Assert.Contains("MySqlConnector", refused.Message, StringComparison.Ordinal);

        await using var context = new DbContext(options.Options);
        Assert.True(await context.Database.CanConnectAsync(TestContext.Current.CancellationToken));
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
