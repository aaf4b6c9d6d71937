namespace Cenote.ProviderTests.SessionContexts;

/// <summary>Clean sessions that keep their context for a later lease, on real servers.</summary>
public sealed class KeptContextTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string, SessionReset> Databases => new()
    {
        { "postgresql", SessionReset.ByDriver },
        { "postgresql", SessionReset.ByPool },
        { "mariadb", SessionReset.ByPool },
    };

    [Theory, MemberData(nameof(Databases))]
    public async Task A_clean_session_keeps_its_context_for_the_next_lease(string database, SessionReset way)
    {
        await using var pool = NewPool(database, way, maxSize: 1);
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal("7", await ReadAsync(pool, database, Tenant("7")));
        }

        AssertCounts(pool, set: 1, kept: 2);
        Assert.Equal("8", await ReadAsync(pool, database, Tenant("8")));
        Assert.Equal("", await ReadAsync(pool, database, SessionContext.Empty));
        Assert.Equal("", await ReadAsync(pool, database, SessionContext.Empty));
        Assert.Equal("7", await ReadAsync(pool, database, Tenant("7")));
        AssertCounts(pool, set: 4, kept: 2);
        Assert.Equal(0, pool.GetStatistics().ResetsStarted);
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task A_session_that_its_holder_changed_keeps_nothing(string database, SessionReset way)
    {
        await using var pool = NewPool(database, way, maxSize: 1);
        var change = database == "mariadb" ? "SET @`app.tenant` = 'stolen'" : "SELECT set_config('app.tenant', 'stolen', false)";
        await using (var connection = await pool.OpenConnectionAsync(Tenant("7"), Token))
        {
            await connection.ExecuteAsync(change);
        }

        Assert.Equal("7", await ReadAsync(pool, database, Tenant("7")));
        await using (var lease = await pool.RentAsync(Tenant("7"), Token))
        {
            // A raw connection: the pool sees none of its statements.
            await lease.Connection.ExecuteAsync(change);
        }

        Assert.Equal("7", await ReadAsync(pool, database, Tenant("7")));
        await using (var connection = await pool.OpenConnectionAsync(Tenant("7"), Token))
        {
            await Assert.ThrowsAnyAsync<DbException>(() => connection.ExecuteAsync("SELECT * FROM no_such_table"));
        }

        Assert.Equal("7", await ReadAsync(pool, database, Tenant("7")));
        Assert.Equal(3, pool.GetStatistics().ResetsStarted);
        AssertCounts(pool, set: 4, kept: 2);
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task A_rent_prefers_the_idle_session_that_has_its_context(string database, SessionReset way)
    {
        await using var pool = NewPool(database, way, maxSize: 4);
        string[] tenants = ["", "a", "b", "c"];
        var sessions = new Dictionary<string, string>(StringComparer.Ordinal);
        var held = new List<PooledConnection>();
        foreach (var tenant in tenants)
        {
            held.Add(await pool.OpenConnectionAsync(Tenant(tenant), Token));
            sessions.Add(tenant, await SessionAsync(held[^1], database));
        }

        foreach (var connection in held)
        {
            await connection.DisposeAsync();
        }

        foreach (var tenant in tenants.Reverse().Concat(tenants))
        {
            await using var connection = await pool.OpenConnectionAsync(Tenant(tenant), Token);
            Assert.Equal(sessions[tenant], await SessionAsync(connection, database));
            Assert.Equal(tenant, await connection.ScalarAsync<string>(Look(database)));
        }

        AssertCounts(pool, set: 3, kept: 6);
    }

    [Fact]
    public async Task A_role_of_PostgreSQL_is_kept_and_left()
    {
        var role = Statements.UniqueName("r");
        await using var pool = NewPool("postgresql", SessionReset.ByPool, maxSize: 1);
        await pool.ExecuteAsync($"CREATE ROLE {role}");
        var user = await pool.ScalarAsync<string>("SELECT current_user");
        for (var i = 0; i < 2; i++)
        {
            await using var connection = await pool.OpenConnectionAsync(SessionContext.Empty.WithRole(role), Token);
            Assert.Equal(role, await connection.ScalarAsync<string>("SELECT current_user"));
        }

        AssertCounts(pool, set: 1, kept: 1);
        await using (var connection = await pool.OpenConnectionAsync(SessionContext.Empty, Token))
        {
            Assert.Equal(user, await connection.ScalarAsync<string>("SELECT current_user"));
        }
    }

    [Fact]
    public async Task A_role_of_MariaDB_and_a_trace_are_reset()
    {
        var role = Statements.UniqueName("r");
        await using var pool = NewPool("mariadb", SessionReset.ByPool, maxSize: 1);
        await pool.ExecuteAsync($"CREATE ROLE `{role}`");
        var resets = pool.GetStatistics().ResetsStarted;
        using var activity = new System.Diagnostics.Activity("request").SetIdFormat(System.Diagnostics.ActivityIdFormat.W3C).Start();
        foreach (var context in (SessionContext[])[SessionContext.Empty.WithRole(role), SessionContext.Empty.WithTrace()])
        {
            await using (await pool.OpenConnectionAsync(context, Token))
            {
            }

            await using var next = await pool.OpenConnectionAsync(SessionContext.Empty, Token);
            Assert.Equal("", await next.ScalarAsync<string>("SELECT CAST(concat(coalesce(current_role(), ''), coalesce(@traceparent, '')) AS CHAR)"));
        }

        Assert.Equal(resets + 2, pool.GetStatistics().ResetsStarted);
        AssertCounts(pool, set: 2, kept: 0);
    }

    private static void AssertCounts(ConnectionPool pool, int set, int kept)
    {
        var statistics = pool.GetStatistics();
        Assert.Equal((set, kept), (statistics.SessionContextsSet, statistics.SessionContextsKept));
    }

    private static ConnectionPool NewPool(string database, SessionReset way, int maxSize) => new(
        database == "mariadb" ? new MySqlProvider(RealServers.MySql + ";Allow User Variables=true") : new PostgreSqlProvider(RealServers.PostgreSql),
        new ConnectionPoolOptions
        {
            MinSize = 0, MaxSize = maxSize, SessionReset = way, ResetMode = ResetMode.WhenDirty, WhenDirty = { KeepSessionContexts = true, HarmlessFunctions = ["connection_id", "current_role"] },
        });

    private static SessionContext Tenant(string value) => value.Length == 0 ? SessionContext.Empty : SessionContext.Empty.With("app.tenant", value);

    private static string Look(string database) =>
        database == "mariadb" ? "SELECT CAST(coalesce(@`app.tenant`, '') AS CHAR)" : "SELECT coalesce(current_setting('app.tenant', true), '')";

    private static Task<string> SessionAsync(DbConnection connection, string database) =>
        connection.ScalarAsync<string>(database == "mariadb" ? "SELECT CAST(connection_id() AS CHAR)" : "SELECT CAST(pg_backend_pid() AS TEXT)");

    private static async Task<string> ReadAsync(ConnectionPool pool, string database, SessionContext context)
    {
        await using var connection = await pool.OpenConnectionAsync(context, Token);
        return await connection.ScalarAsync<string>(Look(database));
    }
}
