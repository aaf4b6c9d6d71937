using Cenote.Providers;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;

namespace Cenote.EntityFrameworkCoreTests.Databases;

/// <summary>A database of one test, with a pool of connections to it.</summary>
internal sealed class TestDatabase : IAsyncDisposable
{
    private readonly string _name = "ef_" + Guid.NewGuid().ToString("N");
    private readonly Db _kind;
    private readonly string? _directory;

    public TestDatabase(Db kind, int maxSize = 8, Action<ConnectionPoolOptions>? configure = null)
    {
        _kind = kind;
        if (kind == Db.Sqlite)
        {
            _directory = Directory.CreateTempSubdirectory("cenote-ef-").FullName;
            ConnectionString = $"Data Source={Path.Combine(_directory, _name + ".db")}";
        }
        else
        {
            ConnectionString = new NpgsqlConnectionStringBuilder(RealServers.PostgreSql) { Database = _name }.ConnectionString;
        }

        Pool = NewPool(options =>
        {
            options.MaxSize = maxSize;
            configure?.Invoke(options);
        });
    }

    private TestDatabase(string name, (string Primary, string Replica) servers, int maxSize, Action<ConnectionPoolOptions>? configure)
    {
        (_name, _kind, ConnectionString) = (name, Db.ReplicaSet, servers.Primary);
        Set = new ReplicaSetBuilder("shop")
            .ConfigurePools(pool => pool.WithSize(0, maxSize).Configure(options =>
            {
                options.AcquireTimeout = TimeSpan.FromMinutes(2);
                configure?.Invoke(options);
            }))
            .AddPrimary("primary", pool => pool.UsePostgreSql(servers.Primary))
            .AddReplica("replica", pool => pool.UsePostgreSql(servers.Replica))
            .Configure(static options =>
            {
                options.ProbeInterval = TimeSpan.FromMilliseconds(100);
                options.SlowStartDuration = TimeSpan.Zero;

                // No test waits for these, and no query of one goes to the primary because the replica is slow.
                options.AcquireTimeout = options.PrimaryTimeout = Patience.Limit;
                options.ProbeTimeout = options.CausalReadTimeout = TimeSpan.FromMinutes(1);
                options.MaxLag = Timeout.InfiniteTimeSpan;
            })
            .Build();
        Pool = Set.DefaultPool;
    }

    /// <summary>With credentials. Of the primary.</summary>
    public string ConnectionString { get; }

    /// <summary>Gets the pool; of a set, that of the primary.</summary>
    public ConnectionPool Pool { get; }

    /// <summary>Gets the pool that serves queries within <see cref="BeginReads"/>.</summary>
    public ConnectionPool ReadPool => Set is null ? Pool : Set.Servers[1].Pool;

    /// <summary>Gets the replica set; <see langword="null"/> for one pool.</summary>
    public ReplicaSet? Set { get; }

    public static async Task<TestDatabase> CreateAsync(Db kind, int maxSize = 8, Action<ConnectionPoolOptions>? configure = null)
    {
        if (kind == Db.ReplicaSet)
        {
            return await CreateSetAsync(maxSize, configure);
        }

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

    private static async Task<TestDatabase> CreateSetAsync(int maxSize, Action<ConnectionPoolOptions>? configure)
    {
        var name = "ef_" + Guid.NewGuid().ToString("N");
        var database = new TestDatabase(name, await ReplicatedServers.CreateDatabaseAsync(name), maxSize, configure);
        var set = database.Set!;
        await set.WaitUntilReadyAsync(TestContext.Current.CancellationToken).Soon();

        // The replica, which gets the database by replication, too, serves.
        var token = await set.GetTokenAsync(TestContext.Current.CancellationToken);
        await Patience.SoonAsync(async () =>
        {
            await using var connection = await set.OpenReadConnectionAsync(token, TestContext.Current.CancellationToken);
            return connection.Pool == database.ReadPool;
        });
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
        Set is null ? Plainly<TContext>().UseConnectionPool(Pool) : Nameless<TContext>().UseReplicaSet(Set, ReplicaQueries.Untracked);

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

    /// <summary>
    /// Lets a replica serve the queries of the flow, which see the writes of the flow. Does nothing where one pool
    /// serves all.
    /// </summary>
    /// <returns>The scope. Dispose of it in the method that began it.</returns>
    public IDisposable? BeginReads() => Set is null ? null : new ReadsOfSet(Set);

    /// <summary>Returns the leases of all pools.</summary>
    public List<LeaseInfo> GetLeases() => [.. Pools.SelectMany(static pool => pool.GetLeases())];

    /// <summary>Every connection is back; what ended its lease in the background has done so.</summary>
    public async Task AssertAllReturnedAsync()
    {
        if (Set is null)
        {
            await Pool.DrainAsync(TestContext.Current.CancellationToken);
            Pool.Resume();
        }

        foreach (var pool in Pools)
        {
            await pool.WaitUntilIdleAsync(TestContext.Current.CancellationToken).Soon();
        }

        Assert.Empty(GetLeases());
    }

    private IEnumerable<ConnectionPool> Pools => Set is null ? [Pool] : Set.Servers.Select(static server => server.Pool);

    private DbContextOptionsBuilder<TContext> Plainly<TContext>()
        where TContext : DbContext =>
        (DbContextOptionsBuilder<TContext>)Choose(new DbContextOptionsBuilder<TContext>());

    public async ValueTask DisposeAsync()
    {
        if (Set is not null)
        {
            await Set.DisposeAsync();
            await ReplicatedServers.DropDatabaseAsync(_name);
            return;
        }

        var plain = new ShopContext(Plainly().Options);
        await plain.Database.EnsureDeletedAsync();
        await plain.DisposeAsync();
        await Pool.DisposeAsync();
        if (_directory is not null)
        {
            TemporaryFolder.Delete(_directory);
        }
    }

    private sealed class ReadsOfSet(ReplicaSet set) : IDisposable
    {
        private readonly CausalScope _causal = set.BeginCausalScope();
        private readonly IDisposable _reads = set.BeginReadScope();

        public void Dispose()
        {
            _reads.Dispose();
            _causal.Dispose();
        }
    }
}
