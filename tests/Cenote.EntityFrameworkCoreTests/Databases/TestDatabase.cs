using Cenote.Providers;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;

namespace Cenote.EntityFrameworkCoreTests.Databases;

/// <summary>A database of one test, with a pool of connections to it.</summary>
internal sealed class TestDatabase : IAsyncDisposable
{
    private readonly Db _kind;
    private readonly string? _directory;

    public TestDatabase(Db kind, int maxSize = 8, Action<ConnectionPoolOptions>? configure = null)
    {
        _kind = kind;
        var name = "ef_" + Guid.NewGuid().ToString("N");
        if (kind == Db.Sqlite)
        {
            _directory = Directory.CreateTempSubdirectory("cenote-ef-").FullName;
            ConnectionString = $"Data Source={Path.Combine(_directory, name + ".db")}";
        }
        else
        {
            ConnectionString = new NpgsqlConnectionStringBuilder(RealServers.PostgreSql) { Database = name }.ConnectionString;
        }

        Pool = NewPool(options =>
        {
            options.MaxSize = maxSize;
            configure?.Invoke(options);
        });
    }

    /// <summary>With credentials.</summary>
    public string ConnectionString { get; }

    public ConnectionPool Pool { get; }

    public static async Task<TestDatabase> CreateAsync(Db kind, int maxSize = 8, Action<ConnectionPoolOptions>? configure = null)
    {
        var database = new TestDatabase(kind, maxSize, configure);
        if (kind != Db.Sqlite)
        {
            await ShopTemplate.CopyAsync(database.ConnectionString);
            return database;
        }

        await using var context = database.Context();
        await context.Database.EnsureCreatedAsync(TestContext.Current.CancellationToken);
        return database;
    }

    /// <summary>A database without tables.</summary>
    public static async Task<TestDatabase> CreateEmptyAsync(Db kind, int maxSize = 8)
    {
        var database = new TestDatabase(kind, maxSize);
        await using var context = database.Context();
        await context.GetService<IRelationalDatabaseCreator>().CreateAsync(TestContext.Current.CancellationToken);
        return database;
    }

    /// <summary>A pool of one connection, open already, on which callers do not wait long.</summary>
    public async Task<ConnectionPool> OpenImpatientPoolAsync()
    {
        var pool = NewPool(options => (options.MinSize, options.MaxSize, options.AcquireTimeout) = (1, 1, TimeSpan.FromMilliseconds(50)));
        await pool.WarmUpAsync(cancellationToken: TestContext.Current.CancellationToken);
        return pool;
    }

    public ConnectionPool NewPool(Action<ConnectionPoolOptions> configure)
    {
        // Long enough for a busy machine: no test waits for these.
        var options = new ConnectionPoolOptions { Name = "shop", MinSize = 0, AcquireTimeout = TimeSpan.FromMinutes(2) };
        if (_kind != Db.Sqlite)
        {
            options.SessionReset = _kind == Db.PostgreSqlOwnReset ? SessionReset.ByPool : SessionReset.ByDriver;
        }

        configure(options);
        DatabaseProvider provider = _kind == Db.Sqlite
            ? new SqliteProvider(ConnectionString, new SqliteProviderOptions { BusyTimeout = TimeSpan.FromMinutes(2) })
            : new PostgreSqlProvider(ConnectionString);
        return new ConnectionPool(provider, options);
    }

    /// <summary>What a user writes, without a pool.</summary>
    public DbContextOptionsBuilder<ShopContext> Plainly() => Plainly<ShopContext>();

    public DbContextOptionsBuilder<ShopContext> OnPool() => OnPool<ShopContext>();

    public DbContextOptionsBuilder<TContext> OnPool<TContext>()
        where TContext : DbContext =>
        Plainly<TContext>().UseConnectionPool(Pool);

    public DbContextOptionsBuilder Choose(DbContextOptionsBuilder builder) =>
        _kind == Db.Sqlite ? builder.UseSqlite(ConnectionString) : builder.UseNpgsql(ConnectionString);

    /// <summary>The database's kind without a connection string.</summary>
    public DbContextOptionsBuilder<ShopContext> Nameless() => Nameless<ShopContext>();

    /// <inheritdoc cref="Nameless()"/>
    public DbContextOptionsBuilder<TContext> Nameless<TContext>()
        where TContext : DbContext
    {
        var builder = new DbContextOptionsBuilder<TContext>();
        return _kind == Db.Sqlite ? builder.UseSqlite() : builder.UseNpgsql();
    }

    public ShopContext Context() => new(OnPool().Options);

    /// <summary>Every connection is back; what ended its lease in the background has done so.</summary>
    public async Task AssertAllReturnedAsync()
    {
        await Pool.DrainAsync(TestContext.Current.CancellationToken);
        Pool.Resume();
        Assert.Empty(Pool.GetLeases());
    }

    private DbContextOptionsBuilder<TContext> Plainly<TContext>()
        where TContext : DbContext =>
        (DbContextOptionsBuilder<TContext>)Choose(new DbContextOptionsBuilder<TContext>());

    public async ValueTask DisposeAsync()
    {
        var plain = new ShopContext(Plainly().Options);
        await plain.Database.EnsureDeletedAsync();
        await plain.DisposeAsync();
        await Pool.DisposeAsync();
        if (_directory is not null)
        {
            TemporaryFolder.Delete(_directory);
        }
    }
}
