namespace Cenote.BrowserTests.Sites;

/// <summary>Pools on real databases, in a registry that ends with them. SQLite's files go, too.</summary>
internal sealed class TestPools : IAsyncDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateDirectory(Path.Combine(AppContext.BaseDirectory, $"pools-{Guid.NewGuid():N}"));

    internal PoolRegistry Registry { get; } = new();

    /// <summary>A pool of SQLite, on a file of its own unless told otherwise.</summary>
    internal async Task<ConnectionPool> AddSqliteAsync(string name, int minSize = 1, int maxSize = 4, Action<ConnectionPoolOptions>? configure = null, string? file = null)
    {
        var builder = new ConnectionPoolBuilder().WithName(name).UseSqlite(SqliteFile(file ?? $"{Registry.Names.Count}")).WithSize(minSize, maxSize);
        return await AddAsync(configure is null ? builder : builder.Configure(configure));
    }

    /// <summary>A pool of the PostgreSQL server that ./test starts.</summary>
    internal Task<ConnectionPool> AddPostgreSqlAsync(string name, int minSize = 1, int maxSize = 4, Action<ConnectionPoolOptions>? configure = null) =>
        AddAsync(new ConnectionPoolBuilder().WithName(name).UsePostgreSql(RealServers.PostgreSql).WithSize(minSize, maxSize).Configure(configure ?? (static _ => { })));

    internal async Task<ConnectionPool> AddAsync(ConnectionPoolBuilder builder)
    {
        var pool = builder.Build();
        Registry.Register(pool);
        await pool.WaitUntilReadyAsync().Soon();
        return pool;
    }

    internal string SqliteFile(string name) => $"Data Source={Path.Combine(_directory.FullName, name + ".db")}";

    public async ValueTask DisposeAsync()
    {
        await Registry.DisposeAsync();
        _directory.Delete(recursive: true);
    }
}
