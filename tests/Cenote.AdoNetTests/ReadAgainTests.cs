namespace Cenote.AdoNetTests;

/// <summary>Commands of the pool whose session is killed, on real databases.</summary>
public sealed class ReadAgainTests
{
    [Theory, ClassData<ServerDatabases>]
    public async Task A_write_runs_once_when_its_session_had_ended_before(Db db)
    {
        await using var pool = TestPool.Create(db);
        var table = await NewTableAsync(pool, db);
        foreach (var blocks in (bool[])[false, true])
        {
            await KillAsync(db, await SessionAsync(pool, db));
            await using var command = pool.CreateCommand($"UPDATE {table} SET n = n + 1");
            Assert.Equal(1, blocks ? command.ExecuteNonQuery() : await command.ExecuteNonQueryAsync());
        }

        Assert.Equal(2, await ReadAsync(pool, table));
        var statistics = pool.GetStatistics();
        Assert.Equal(2, statistics.ConnectionsClosedByReason.Values.Sum());
        if (db != Db.PostgreSqlOwnReset)
        {
            // There the rent finds the failure in the answer to the last reset.
            Assert.Equal(2, statistics.StatementRetries);
            Assert.Contains(pool.GetEvents(), happened => happened.Kind == PoolEventKind.StatementRetried);
        }
    }

    [Theory, ClassData<ServerDatabases>]
    public async Task A_write_is_not_repeated_when_its_session_ends_while_it_runs(Db db)
    {
        await using var pool = TestPool.Create(db, maxSize: 3);
        var table = await NewTableAsync(pool, db);
        await using var holder = await pool.OpenConnectionAsync();
        await using (await LockAsync(holder, table))
        {
            await using var command = pool.CreateCommand($"UPDATE {table} SET n = n + 1");
            var writing = Task.Run(() => command.ExecuteNonQueryAsync());
            await KillBlockedAsync(db, table);
            var failure = await Assert.ThrowsAnyAsync<DbException>(() => writing);
            Assert.Equal(FailureKind.ConnectionLost, pool.Provider.ClassifyFailure(failure));
        }

        Assert.Equal(0, pool.GetStatistics().StatementRetries);
        Assert.Equal(0, await ReadAsync(pool, table));
    }

    [Theory, ClassData<ServerDatabases>]
    public async Task A_read_runs_again_when_its_session_ends_while_it_runs(Db db)
    {
        await using var pool = TestPool.Create(db, maxSize: 3);
        var table = await NewTableAsync(pool, db);
        await using var holder = await pool.OpenConnectionAsync();
        for (var way = 0; way < 4; way++)
        {
            var before = pool.GetStatistics().StatementRetries;
            Task<object?> reading;
            await using (await LockAsync(holder, table))
            {
                reading = Task.Run(() => ReadInWayAsync(pool, table, way));
                await KillBlockedAsync(db, table);
                await Patience.SoonAsync(() => new ValueTask<bool>(pool.GetStatistics().StatementRetries > before), () => "not run again");
            }

            Assert.Equal(0L, (await reading).ToNumber());
        }
    }

    [Theory, ClassData<ServerDatabases>]
    public async Task A_read_is_not_repeated_in_the_middle_of_its_rows(Db db)
    {
        await using var pool = TestPool.Create(db);
        await using var command = pool.CreateCommand($"{SessionQuery(db)}");
        command.IsReadOnly = true;
        command.CommandText = SlowQuery.RowsOn(db);
        var session = await SessionAsync(pool, db);
        await using var reader = await command.ExecuteReaderAsync();
        await KillAsync(db, session);
        await Assert.ThrowsAnyAsync<DbException>(async () =>
        {
            while (await reader.ReadAsync())
            {
            }
        });
        Assert.Equal(0, pool.GetStatistics().StatementRetries);
    }

    [Fact]
    public async Task A_command_of_an_open_connection_cannot_be_declared_to_read_only()
    {
        await using var pool = TestPool.Create(Db.Sqlite);
        await using var connection = await pool.OpenConnectionAsync();
        await using var command = connection.CreateCommand();
        Assert.Throws<InvalidOperationException>(() => command.IsReadOnly = true);
        command.IsReadOnly = false;
    }

    private static async Task<object?> ReadInWayAsync(ConnectionPool pool, string table, int way)
    {
        await using var command = pool.CreateCommand($"SELECT n FROM {table} FOR UPDATE");
        command.IsReadOnly = true;
        switch (way)
        {
            case 0:
                return await command.ExecuteScalarAsync();
            case 1:
                return command.ExecuteScalar();
            case 2:
                await using (var reader = await command.ExecuteReaderAsync())
                {
                    Assert.True(await reader.ReadAsync());
                    return reader.GetValue(0);
                }

            default:
                using (var reader = command.ExecuteReader())
                {
                    Assert.True(reader.Read());
                    return reader.GetValue(0);
                }
        }
    }

    private static async Task<string> NewTableAsync(ConnectionPool pool, Db db)
    {
        var table = Sql.NewTable();
        await using var connection = await pool.OpenConnectionAsync();
        await connection.RunAsync($"CREATE TABLE {table} (n INTEGER){(db == Db.MariaDb ? " ENGINE=InnoDB" : "")}");
        await connection.RunAsync($"INSERT INTO {table} VALUES (0)");
        return table;
    }

    private static async Task<DbTransaction> LockAsync(PooledConnection holder, string table)
    {
        var transaction = await holder.BeginTransactionAsync();
        await holder.ReadNumberAsync($"SELECT n FROM {table} FOR UPDATE");
        return transaction;
    }

    private static async Task<long> ReadAsync(ConnectionPool pool, string table)
    {
        await using var command = pool.CreateCommand($"SELECT n FROM {table}");
        return (await command.ExecuteScalarAsync()).ToNumber();
    }

    private static async Task<long> SessionAsync(ConnectionPool pool, Db db)
    {
        await using var command = pool.CreateCommand(SessionQuery(db));
        return (await command.ExecuteScalarAsync()).ToNumber();
    }

    private static string SessionQuery(Db db) => db == Db.MariaDb ? "SELECT CONNECTION_ID()" : "SELECT pg_backend_pid()";

    /// <summary>Ends the session that waits for the table's row.</summary>
    private static async Task KillBlockedAsync(Db db, string table)
    {
        await using var admin = await OpenAsync(db);
        var session = 0L;
        await Patience.SoonAsync(
            async () => (session = await admin.ReadNumberAsync(db == Db.MariaDb
                ? $"SELECT coalesce(max(id), 0) FROM information_schema.processlist WHERE command = 'Query' AND info LIKE '%{table}%' AND id <> connection_id()"
                : $"SELECT coalesce(max(pid), 0) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%{table}%'")) > 0,
            () => "no session waits");
        await KillAsync(db, session);
    }

    /// <summary>Returns when the session is gone, and its socket is closed.</summary>
    private static async Task KillAsync(Db db, long session)
    {
        await using var admin = await OpenAsync(db);
        await admin.RunAsync(db == Db.MariaDb ? $"KILL {session}" : $"SELECT pg_terminate_backend({session})");
        await Patience.SoonAsync(
            async () => db == Db.MariaDb
                ? await admin.ReadNumberAsync($"SELECT count(*) FROM information_schema.processlist WHERE id = {session}") == 0
                : !Directory.Exists($"/proc/{session}"),
            () => "the session is still there");
    }

    private static async Task<DbConnection> OpenAsync(Db db)
    {
        DbConnection connection = db == Db.MariaDb
            ? new MySqlConnector.MySqlConnection(RealServers.MySql + ";Pooling=false")
            : new Npgsql.NpgsqlConnection(RealServers.PostgreSql + ";Pooling=false");
        await connection.OpenAsync();
        return connection;
    }
}
