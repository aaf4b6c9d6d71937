namespace Cenote.AdoNetTests;

/// <summary>What a holder leaves open is ended before the session is rented again, in every reset mode.</summary>
public class LeftoverTests
{
    public static TheoryData<Db, ResetMode, bool> EveryWay
    {
        get
        {
            var ways = new TheoryData<Db, ResetMode, bool>();
            foreach (var db in Enum.GetValues<Db>())
            {
                // SQLite's sessions are reset by the pool's own look at them, not by a check of statements.
                foreach (var mode in Enum.GetValues<ResetMode>().Where(mode => db != Db.Sqlite || mode != ResetMode.WhenDirty))
                {
                    ways.Add(db, mode, true);
                    ways.Add(db, mode, false);
                }
            }

            return ways;
        }
    }

    [Theory]
    [MemberData(nameof(EveryWay))]
    public async Task An_open_transaction_is_rolled_back(Db db, ResetMode mode, bool isAsync)
    {
        await using var pool = TestPool.Create(db, configure: options => options.ResetMode = mode);
        var table = Sql.NewTable();
        var connection = await pool.OpenConnectionAsync();
        var driver = connection.Unwrap<DbConnection>();
        await connection.RunAsync($"CREATE TABLE {table} (x int)");
        var transaction = await connection.BeginTransactionAsync();
        await connection.RunAsync($"INSERT INTO {table} VALUES (1)");
        if (isAsync)
        {
            await connection.CloseAsync();
        }
        else
        {
            connection.Close();
        }

        await using var next = await pool.OpenConnectionAsync();
        Assert.Same(driver, next.Unwrap<DbConnection>());
        Assert.Null(transaction.Connection);
        Assert.Equal(0, await next.ReadNumberAsync($"SELECT count(*) FROM {table}"));
        await using (var own = await next.BeginTransactionAsync())
        {
            await next.RunAsync($"INSERT INTO {table} VALUES (2)");
            await own.CommitAsync();
        }

        Assert.Equal(1, await next.ReadNumberAsync($"SELECT count(*) FROM {table}"));
        await next.RunAsync($"DROP TABLE {table}");
    }

    [Theory]
    [MemberData(nameof(EveryWay))]
    public async Task An_open_reader_is_closed(Db db, ResetMode mode, bool isAsync)
    {
        await using var pool = TestPool.Create(db, configure: options => options.ResetMode = mode);
        var connection = await pool.OpenConnectionAsync();
        var driver = connection.Unwrap<DbConnection>();
        await using var command = connection.Command(Sql.Numbers(1000));
        var reader = await command.ExecuteReaderAsync();
        Assert.True(await reader.ReadAsync());
        if (isAsync)
        {
            await connection.DisposeAsync();
        }
        else
        {
            connection.Dispose();
        }

        Assert.True(reader.IsClosed);
        await using var next = await pool.OpenConnectionAsync();
        Assert.Same(driver, next.Unwrap<DbConnection>());
        Assert.Equal(3, await next.ReadNumberAsync("SELECT 3"));
    }

    [Theory]
    [MemberData(nameof(EveryWay))]
    public async Task A_reader_inside_a_transaction_is_closed_and_the_transaction_rolled_back(Db db, ResetMode mode, bool isAsync)
    {
        await using var pool = TestPool.Create(db, configure: options => options.ResetMode = mode);
        var connection = await pool.OpenConnectionAsync();
        var driver = connection.Unwrap<DbConnection>();
        var transaction = connection.BeginTransaction();
        var reader = connection.Command(Sql.Numbers(1000)).ExecuteReader();
        Assert.True(reader.Read());
        if (isAsync)
        {
            await connection.CloseAsync();
        }
        else
        {
            connection.Close();
        }

        Assert.True(reader.IsClosed);
        Assert.Null(transaction.Connection);
        await using var next = await pool.OpenConnectionAsync();
        Assert.Same(driver, next.Unwrap<DbConnection>());
        await using var own = await next.BeginTransactionAsync();
        Assert.Equal(3, await next.ReadNumberAsync("SELECT 3"));
        await own.CommitAsync();
    }

    [Fact]
    public async Task Several_readers_of_several_commands_are_closed()
    {
        await using var pool = TestPool.Create(Db.Sqlite);
        var connection = await pool.OpenConnectionAsync();
        var driver = connection.Unwrap<DbConnection>();
        var readers = Enumerable.Range(0, 50).Select(_ => connection.Command(Sql.Numbers(10)).ExecuteReader()).ToList();
        readers.ForEach(reader => Assert.True(reader.Read()));
        await connection.CloseAsync();

        Assert.All(readers, reader => Assert.True(reader.IsClosed));
        await using var next = await pool.OpenConnectionAsync();
        Assert.Same(driver, next.Unwrap<DbConnection>());
    }

    [Fact]
    public async Task The_current_database_of_a_mysql_session_is_changed_back()
    {
        await using var pool = TestPool.Create(Db.MariaDb);
        var connection = await pool.OpenConnectionAsync();
        var driver = connection.Unwrap<DbConnection>();
        var database = connection.Database;
        connection.ChangeDatabase("information_schema");
        Assert.Equal("information_schema", connection.Database);
        connection.Close();
        Assert.Equal(database, connection.Database);

        await connection.OpenAsync();
        Assert.Same(driver, connection.Unwrap<DbConnection>());
        Assert.Equal(database, await connection.Command("SELECT database()").ExecuteScalarAsync());
        await connection.ChangeDatabaseAsync("information_schema");
        await connection.CloseAsync();

        await connection.OpenAsync();
        Assert.Same(driver, connection.Unwrap<DbConnection>());
        Assert.Equal(database, await connection.Command("SELECT database()").ExecuteScalarAsync());
        await Assert.ThrowsAnyAsync<DbException>(() => connection.ChangeDatabaseAsync("no_such_database"));
        await connection.CloseAsync();
        await connection.OpenAsync();
        Assert.Equal(database, await connection.Command("SELECT database()").ExecuteScalarAsync());
        await connection.DisposeAsync();
    }

    [Theory, ClassData<PostgreSqlDatabases>]
    public async Task The_current_database_of_a_postgresql_connection_is_right_for_the_next_holder(Db db)
    {
        await using var pool = TestPool.Create(db);
        var connection = await pool.OpenConnectionAsync();
        var database = connection.Database;
        await connection.ChangeDatabaseAsync("template1");
        Assert.Equal("template1", await connection.Command("SELECT current_database()::text").ExecuteScalarAsync());
        await connection.CloseAsync();

        await using var next = await pool.OpenConnectionAsync();
        Assert.Equal(database, await next.Command("SELECT current_database()::text").ExecuteScalarAsync());
        Assert.Equal(database, next.Database);
    }

    [Fact]
    public async Task A_database_that_cannot_be_changed_costs_nothing()
    {
        await using var pool = TestPool.Create(Db.Sqlite);
        var connection = await pool.OpenConnectionAsync();
        var driver = connection.Unwrap<DbConnection>();
        Assert.Throws<NotSupportedException>(() => connection.ChangeDatabase("other"));
        connection.Dispose();
        await using var next = await pool.OpenConnectionAsync();
        Assert.Same(driver, next.Unwrap<DbConnection>());
    }
}
