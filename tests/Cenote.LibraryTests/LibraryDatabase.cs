using Dapper;
using MySqlConnector;
using Npgsql;

namespace Cenote.LibraryTests;

/// <summary>A database of one test, and a pool of at most two connections to it.</summary>
internal sealed class LibraryDatabase : IAsyncDisposable
{
    private readonly Func<Task> _drop;

    private LibraryDatabase(string connectionString, ConnectionPool pool, Func<Task> drop)
    {
        ConnectionString = connectionString;
        Pool = pool;
        _drop = drop;
    }

    /// <summary>With credentials.</summary>
    public string ConnectionString { get; }

    public ConnectionPool Pool { get; }

    public static async Task<LibraryDatabase> PostgreSqlAsync()
    {
        var name = NewName();
        var server = RealServers.PostgreSql;
        await RunAsync(new NpgsqlConnection(server), $"CREATE DATABASE {name}");
        var text = new NpgsqlConnectionStringBuilder(server) { Database = name }.ConnectionString;
        return new(text, NewPool(new PostgreSqlProvider(text)), () => RunAsync(new NpgsqlConnection(server), $"DROP DATABASE {name} WITH (FORCE)"));
    }

    public static async Task<LibraryDatabase> MariaDbAsync()
    {
        var name = NewName();
        var server = RealServers.MySql;
        await RunAsync(new MySqlConnection(server), $"CREATE DATABASE {name}");
        var text = new MySqlConnectionStringBuilder(server) { Database = name }.ConnectionString;
        return new(text, NewPool(new MySqlProvider(text)), () => RunAsync(new MySqlConnection(server), $"DROP DATABASE {name}"));
    }

    public static Task<LibraryDatabase> SqliteAsync()
    {
        var directory = Directory.CreateTempSubdirectory("cenote-library-").FullName;
        var text = $"Data Source={Path.Combine(directory, "library.db")}";
        return Task.FromResult(new LibraryDatabase(text, NewPool(new SqliteProvider(text)), () =>
        {
            TemporaryFolder.Delete(directory);
            return Task.CompletedTask;
        }));
    }

    public async Task<T> ReadAsync<T>(string sql)
    {
        await using var connection = await Pool.OpenConnectionAsync();
        return (await connection.ExecuteScalarAsync<T>(sql))!;
    }

    public async Task RunAsync(string sql)
    {
        await using var connection = await Pool.OpenConnectionAsync();
        await connection.ExecuteAsync(sql);
    }

    /// <summary>
    /// Whatever the library did, the pool has all its connections back, and the next holder finds a clean session.
    /// </summary>
    public async Task AssertAllReturnedAsync()
    {
        await Pool.DrainAsync(TestContext.Current.CancellationToken);
        Pool.Resume();
        Assert.Empty(Pool.GetLeases());
        Assert.Equal(7, await ReadAsync<int>("SELECT 7"));
    }

    public async ValueTask DisposeAsync()
    {
        await Pool.DisposeAsync();
        await _drop();
    }

    private static ConnectionPool NewPool(Providers.DatabaseProvider provider) =>
        new(provider, new ConnectionPoolOptions { Name = "library", MinSize = 0, MaxSize = 2 });

    private static string NewName() => $"library_{Guid.NewGuid():N}";

    private static async Task RunAsync(DbConnection connection, string sql)
    {
        await using (connection)
        {
            await connection.ExecuteAsync(sql);
        }
    }
}
