using Cenote.Providers;
using MySqlConnector;
using Npgsql;

namespace Cenote.QueryBench;

/// <summary>The pools of the sides. They have a full reset between leases where nothing else is said.</summary>
internal static class Pools
{
    internal static async Task<IReadOnlyList<ISide>> PostgreSqlAsync(string connectionString, bool isBlocking)
    {
        var driver = await NpgsqlAsync(connectionString, isBlocking);
        var pool = await BuildAsync(new PostgreSqlProvider(connectionString));
        return [driver, new LeaseSide(pool), new ConnectionSide(pool)];
    }

    /// <summary>
    /// The pool's own reset, which is sent when a session is returned, and the default for several hosts.
    /// </summary>
    internal static async Task<IReadOnlyList<ISide>> PostgreSqlResetsAsync(string connectionString)
    {
        var driver = await NpgsqlAsync(connectionString, isBlocking: false);
        var hosts = new NpgsqlConnectionStringBuilder(connectionString);
        hosts.Host = $"{hosts.Host}:{hosts.Port},{hosts.Host}:{hosts.Port}";
        return
        [
            driver,
            new LeaseSide(await BuildAsync(new PostgreSqlProvider(connectionString), sessionReset: SessionReset.ByPool), "by pool"),
            new LeaseSide(await BuildAsync(new PostgreSqlProvider(hosts.ConnectionString)), "several hosts"),
        ];
    }

    /// <summary>A tenant in the session of each lease, set by hand or by the pool.</summary>
    internal static async Task<IReadOnlyList<ISide>> PostgreSqlContextsAsync(string connectionString)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString) { MinPoolSize = Statement.Connections, MaxPoolSize = Statement.Connections };
        var driver = NpgsqlDataSource.Create(settings);
        await new DriverSide("Npgsql's pool", driver).OpenAllAsync(isBlocking: false);
        var byHand = await BuildAsync(new PostgreSqlProvider(connectionString));
        var byPool = await BuildAsync(new PostgreSqlProvider(connectionString));
        return
        [
            new ContextSide("Npgsql, by hand", async _ => await driver.OpenConnectionAsync(), isByHand: true, driver),
            new ContextSide("Cenote, by hand", async _ => await byHand.OpenConnectionAsync(SessionContext.Empty), isByHand: true, byHand),
            new ContextSide("context", async tenant => await byPool.OpenConnectionAsync(SessionContext.Empty.With("app.tenant", tenant)), isByHand: false, byPool),
        ];
    }

    /// <summary>Contexts that are reset after each lease, and contexts that clean sessions keep.</summary>
    internal static async Task<IReadOnlyList<ISide>> PostgreSqlKeptContextsAsync(string connectionString) =>
    [
        await WhenDirtyAsync(connectionString, "reset, 4 tenants", keeps: false, tenants: 4),
        await WhenDirtyAsync(connectionString, "kept, 4 tenants", keeps: true, tenants: 4),
        await WhenDirtyAsync(connectionString, "kept, 1,000 tenants", keeps: true, tenants: 1_000),
    ];

    internal static async Task<IReadOnlyList<ISide>> MariaDbAsync(string connectionString, bool isBlocking)
    {
        // On both sides: over TLS the driver's blocking open has no timeout, and our pool opens awaited.
        connectionString += ";SslMode=None";
        var driver = await MySqlConnectorAsync(connectionString, isBlocking);
        var pool = await BuildAsync(new MySqlProvider(connectionString));
        return [driver, new LeaseSide(pool), new ConnectionSide(pool)];
    }

    /// <summary>No reset, beside a rollback and the full reset.</summary>
    internal static async Task<IReadOnlyList<ISide>> MariaDbModesAsync(string connectionString)
    {
        List<ISide> sides = [];
        foreach (var mode in (ResetMode[])[ResetMode.None, ResetMode.Rollback, ResetMode.Full])
        {
            sides.Add(new LeaseSide(await BuildAsync(new MySqlProvider(connectionString + ";SslMode=None"), mode), $"{mode}"));
        }

        return sides;
    }

    /// <summary>
    /// A reset only after a lease that may have changed its session. The query changes nothing, so none is sent.
    /// </summary>
    internal static async Task<IReadOnlyList<ISide>> PostgreSqlDirtyAsync(string connectionString)
    {
        var driver = await NpgsqlAsync(connectionString, isBlocking: false);
        var pool = await BuildAsync(new PostgreSqlProvider(connectionString), ResetMode.WhenDirty);
        return
        [
            driver,
            new ConnectionSide(pool, "WhenDirty", ownsPool: true),

            // What saving the reset can gain at most: neither looks at a statement.
            await NpgsqlAsync(connectionString, isBlocking: false, resets: false),
            new ConnectionSide(await BuildAsync(new PostgreSqlProvider(connectionString), ResetMode.None), "None", ownsPool: true),
        ];
    }

    /// <inheritdoc cref="PostgreSqlDirtyAsync"/>
    internal static async Task<IReadOnlyList<ISide>> MariaDbDirtyAsync(string connectionString)
    {
        connectionString += ";SslMode=None";
        var driver = await MySqlConnectorAsync(connectionString, isBlocking: false);
        var pool = await BuildAsync(new MySqlProvider(connectionString), ResetMode.WhenDirty);
        return [driver, new ConnectionSide(pool, "WhenDirty", ownsPool: true)];
    }

    private static async Task<ContextSide> WhenDirtyAsync(string connectionString, string name, bool keeps, int tenants)
    {
        var pool = await BuildAsync(new PostgreSqlProvider(connectionString), ResetMode.WhenDirty, keepsContexts: keeps);
        return new ContextSide(name, async tenant => await pool.OpenConnectionAsync(SessionContext.Empty.With("app.tenant", tenant)), isByHand: false, pool, tenants);
    }

    private static async Task<DriverSide> NpgsqlAsync(string connectionString, bool isBlocking, bool resets = true)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString)
        {
            MinPoolSize = Statement.Connections,
            MaxPoolSize = Statement.Connections,
            NoResetOnClose = !resets,
        };
        var driver = new DriverSide(resets ? "Npgsql's pool" : "Npgsql, no reset", NpgsqlDataSource.Create(settings));
        await driver.OpenAllAsync(isBlocking);
        return driver;
    }

    private static async Task<DriverSide> MySqlConnectorAsync(string connectionString, bool isBlocking)
    {
        // A minimum would let the driver open connections in the background, in a way of its own.
        var settings = new MySqlConnectionStringBuilder(connectionString) { MaximumPoolSize = Statement.Connections, ConnectionReset = true };
        var driver = new DriverSide("MySqlConnector's pool", new MySqlDataSource(settings.ConnectionString));
        await driver.OpenAllAsync(isBlocking);
        return driver;
    }

    private static async Task<ConnectionPool> BuildAsync(
        DatabaseProvider provider, ResetMode mode = ResetMode.Full, SessionReset? sessionReset = null, bool keepsContexts = false)
    {
        var pool = new ConnectionPoolBuilder().UseProvider(provider).WithSize(Statement.Connections, Statement.Connections).WithResetMode(mode)
            .Configure(options => (options.SessionReset, options.WhenDirty.KeepSessionContexts) = (sessionReset, keepsContexts)).Build();
        await pool.WaitUntilReadyAsync();
        return pool;
    }
}
