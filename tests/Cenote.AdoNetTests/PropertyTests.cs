using MySqlConnector;
using Npgsql;

namespace Cenote.AdoNetTests;

public class PropertyTests
{
    [Theory, ClassData<EveryDatabase>]
    public async Task Properties_tell_of_the_pool_and_the_session(Db db)
    {
        await using var pool = TestPool.Create(db, configure: options => options.AcquireTimeout = TimeSpan.FromSeconds(60.5));
        await using var connection = (PooledConnection)pool.CreateConnection();
        Assert.Equal(61, connection.ConnectionTimeout);
        Assert.Equal(pool.ConnectionString, connection.ConnectionString);
        Assert.Equal(pool.Provider.DataSource, connection.DataSource);
        Assert.Equal(pool.Provider.Database, connection.Database);
        Assert.Same(pool, connection.Pool);

        await connection.OpenAsync();
        Assert.Equal(connection.Unwrap<DbConnection>().ServerVersion, connection.ServerVersion);
        Assert.Equal(connection.Unwrap<DbConnection>().Database, connection.Database);
        Assert.Equal(pool.Provider.Factory.CanCreateBatch, connection.CanCreateBatch);
        Assert.Same(pool.ProviderFactory, DbProviderFactories.GetFactory(connection));
    }

    [Theory, ClassData<ServerDatabases>]
    public async Task No_secret_is_in_the_connection_string(Db db)
    {
        await using var pool = TestPool.Create(db);
        await using var connection = await pool.OpenConnectionAsync();
        var secret = db == Db.MariaDb
            ? new MySqlConnectionStringBuilder(RealServers.MySql).Password
            : new NpgsqlConnectionStringBuilder(RealServers.PostgreSql).Password;
        Assert.DoesNotContain("password", connection.ConnectionString, StringComparison.OrdinalIgnoreCase);
        if (secret is { Length: > 8 })
        {
            Assert.DoesNotContain(secret, connection.ConnectionString, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task The_connection_string_cannot_be_changed()
    {
        await using var pool = TestPool.Create(Db.Sqlite);
        await using var connection = (PooledConnection)pool.CreateConnection();
        connection.ConnectionString = connection.ConnectionString;
        connection.ConnectionString = "";
        connection.ConnectionString = null;
        Assert.Throws<NotSupportedException>(() => connection.ConnectionString = "Data Source=other");
        Assert.Equal(pool.ConnectionString, connection.ConnectionString);
    }

    [Fact]
    public async Task Enlisting_in_a_system_transaction_is_refused()
    {
        await using var pool = TestPool.Create(Db.Sqlite);
        await using var connection = await pool.OpenConnectionAsync();
        connection.EnlistTransaction(null);
        using var transaction = new System.Transactions.CommittableTransaction();
        Assert.Throws<NotSupportedException>(() => connection.EnlistTransaction(transaction));
    }

    [Theory, ClassData<ServerDatabases>]
    public async Task Unwrap_gives_the_drivers_own(Db db)
    {
        await using var pool = TestPool.Create(db);
        await using var connection = await pool.OpenConnectionAsync();
        if (db == Db.MariaDb)
        {
            Assert.True(connection.Unwrap<MySqlConnection>().ServerThread > 0);
            Assert.Throws<InvalidCastException>(() => connection.Unwrap<NpgsqlConnection>());
            Assert.NotNull(connection.CreateCommand().Unwrap<MySqlCommand>());
        }
        else
        {
            Assert.True(connection.Unwrap<NpgsqlConnection>().ProcessID > 0);
            Assert.Throws<InvalidCastException>(() => connection.Unwrap<MySqlConnection>());
            Assert.Throws<InvalidCastException>(() => connection.CreateCommand().Unwrap<MySqlCommand>());
        }
    }

    [Theory, ClassData<PostgreSqlDatabases>]
    public async Task A_lost_connection_is_broken_until_it_is_closed(Db db)
    {
        await using var pool = TestPool.Create(db, maxSize: 2);
        await using var connection = await pool.OpenConnectionAsync();
        var killed = await connection.ReadNumberAsync("SELECT pg_backend_pid()");
        await using (var other = await pool.OpenConnectionAsync())
        {
            await other.RunAsync($"SELECT pg_terminate_backend({killed})");
        }

        await Assert.ThrowsAnyAsync<NpgsqlException>(() => connection.RunAsync("SELECT 1"));
        Assert.Equal(ConnectionState.Broken, connection.State);
        Assert.Throws<InvalidOperationException>(connection.Open);

        connection.Close();
        Assert.Equal(ConnectionState.Closed, connection.State);
        await connection.OpenAsync();
        Assert.NotEqual(killed, await connection.ReadNumberAsync("SELECT pg_backend_pid()"));
    }

    [Theory, ClassData<EveryDatabase>]
    public async Task The_schema_is_the_drivers(Db db)
    {
        await using var pool = TestPool.Create(db);
        await using var connection = await pool.OpenConnectionAsync();
        var driver = connection.Unwrap<DbConnection>();
        const string Collection = "ReservedWords";

        var expected = driver.GetSchema(Collection).Rows.Count;
        Assert.True(expected > 0);
        Assert.Equal(driver.GetSchema().Rows.Count, connection.GetSchema().Rows.Count);
        Assert.Equal(expected, connection.GetSchema(Collection).Rows.Count);
        Assert.Equal(expected, connection.GetSchema(Collection, []).Rows.Count);
        Assert.Equal(driver.GetSchema().Rows.Count, (await connection.GetSchemaAsync()).Rows.Count);
        Assert.Equal(expected, (await connection.GetSchemaAsync(Collection)).Rows.Count);
        Assert.Equal(expected, (await connection.GetSchemaAsync(Collection, [])).Rows.Count);
    }

    [Theory, ClassData<EveryDatabase>]
    public async Task A_connection_is_retired_when_its_holder_asks(Db db)
    {
        await using var pool = TestPool.Create(db);
        DbConnection driver;
        await using (var connection = await pool.OpenConnectionAsync())
        {
            driver = connection.Unwrap<DbConnection>();
            connection.RetireOnReturn();
        }

        await using var next = await pool.OpenConnectionAsync();
        Assert.NotSame(driver, next.Unwrap<DbConnection>());
        Assert.Equal(1, pool.GetStatistics().ConnectionsClosedByReason[CloseReason.RequestedByHolder]);
    }
}
