namespace Cenote.AdoNetTests;

/// <summary>
/// Whatever a holder keeps past the return must never reach the session of the next. The pools here have one
/// connection, so the next holder has the very same session.
/// </summary>
public class StaleObjectTests
{
    [Theory, ClassData<EveryDatabase>]
    public async Task A_stale_reader_reads_no_row_of_the_next_holder(Db db)
    {
        await using var pool = TestPool.Create(db);
        var connection = await pool.OpenConnectionAsync();
        var stale = await connection.Command(Sql.Numbers(100)).ExecuteReaderAsync();
        Assert.True(stale.Read());
        var driver = connection.Unwrap<DbConnection>();
        await connection.CloseAsync();

        await using var next = await pool.OpenConnectionAsync();
        Assert.Same(driver, next.Unwrap<DbConnection>());
        await using var rows = await next.Command(Sql.Numbers(100)).ExecuteReaderAsync();
        Assert.True(rows.Read());

        Assert.True(stale.IsClosed);
        Assert.Throws<InvalidOperationException>(() => stale.Read());
        await Assert.ThrowsAsync<InvalidOperationException>(() => stale.ReadAsync());
        Assert.Throws<InvalidOperationException>(() => stale.NextResult());
        await Assert.ThrowsAsync<InvalidOperationException>(() => stale.NextResultAsync());
        Assert.Throws<InvalidOperationException>(() => stale.GetValue(0));
        Assert.Throws<InvalidOperationException>(() => stale[0]);
        Assert.Throws<InvalidOperationException>(() => stale["x"]);
        Assert.Throws<InvalidOperationException>(() => stale.GetValues(new object[1]));
        Assert.Throws<InvalidOperationException>(() => stale.GetInt64(0));
        Assert.Throws<InvalidOperationException>(() => stale.GetFieldValue<long>(0));
        await Assert.ThrowsAsync<InvalidOperationException>(() => stale.GetFieldValueAsync<long>(0));
        await Assert.ThrowsAsync<InvalidOperationException>(() => stale.IsDBNullAsync(0));
        Assert.Throws<InvalidOperationException>(() => stale.FieldCount);
        Assert.Throws<InvalidOperationException>(() => stale.HasRows);
        Assert.Throws<InvalidOperationException>(() => stale.GetSchemaTable());
        Assert.Throws<InvalidOperationException>(() => stale.GetStream(0));
        Assert.Throws<InvalidOperationException>(() => stale.GetEnumerator().MoveNext());
        stale.Close();
        await stale.CloseAsync();
        stale.Dispose();
        await stale.DisposeAsync();

        for (var i = 2; i <= 100; i++)
        {
            Assert.True(await rows.ReadAsync());
            Assert.Equal(i, rows.GetValue(0).ToNumber());
        }
    }

    [Theory, ClassData<EveryDatabase>]
    public async Task A_closed_reader_does_not_touch_the_next_reader_of_its_own_lease_either(Db db)
    {
        await using var pool = TestPool.Create(db);
        await using var connection = await pool.OpenConnectionAsync();
        var closed = connection.Command(Sql.Numbers(5)).ExecuteReader();
        closed.Close();

        using var rows = connection.Command(Sql.Numbers(5)).ExecuteReader();
        Assert.Throws<InvalidOperationException>(() => closed.Read());
        closed.Dispose();
        Assert.Equal(5, await CountRestAsync(rows));
    }

    [Theory, ClassData<EveryDatabase>]
    public async Task A_stale_command_executes_nothing_and_disturbs_no_holder(Db db)
    {
        await using var pool = TestPool.Create(db);
        var connection = await pool.OpenConnectionAsync();
        var table = Sql.NewTable();
        await connection.RunAsync($"CREATE TABLE {table} (x int)");
        var stale = connection.Command($"INSERT INTO {table} VALUES (1)");
        Assert.Equal(1, await stale.ExecuteNonQueryAsync());
        connection.Dispose();

        await using var next = await pool.OpenConnectionAsync();
        await using var rows = await next.Command(Sql.Numbers(10)).ExecuteReaderAsync();
        Assert.True(rows.Read());

        Assert.ThrowsAny<InvalidOperationException>(() => stale.ExecuteNonQuery());
        await Assert.ThrowsAnyAsync<InvalidOperationException>(() => stale.ExecuteNonQueryAsync());
        Assert.ThrowsAny<InvalidOperationException>(() => stale.ExecuteScalar());
        await Assert.ThrowsAnyAsync<InvalidOperationException>(() => stale.ExecuteScalarAsync());
        Assert.ThrowsAny<InvalidOperationException>(() => stale.ExecuteReader());
        await Assert.ThrowsAnyAsync<InvalidOperationException>(() => stale.ExecuteReaderAsync());
        Assert.ThrowsAny<InvalidOperationException>(() => stale.Prepare());
        await Assert.ThrowsAnyAsync<InvalidOperationException>(() => stale.PrepareAsync());
        stale.Cancel();
        stale.CommandText = "SELECT 1";
        stale.Dispose();
        await stale.DisposeAsync();

        Assert.Equal(9, await CountRestAsync(rows));
        await rows.CloseAsync();
        Assert.Equal(1, await next.ReadNumberAsync($"SELECT count(*) FROM {table}"));
        await next.RunAsync($"DROP TABLE {table}");
    }

    [Theory, ClassData<ServerDatabases>]
    public async Task A_stale_batch_executes_nothing_and_disturbs_no_holder(Db db)
    {
        await using var pool = TestPool.Create(db);
        var connection = await pool.OpenConnectionAsync();
        var stale = connection.CreateBatch();
        var command = stale.CreateBatchCommand();
        command.CommandText = "SELECT 1";
        stale.BatchCommands.Add(command);
        Assert.Equal(1, stale.ExecuteScalar().ToNumber());
        connection.Close();

        await using var next = await pool.OpenConnectionAsync();
        await using var rows = await next.Command(Sql.Numbers(10)).ExecuteReaderAsync();
        Assert.True(rows.Read());

        Assert.Throws<InvalidOperationException>(() => stale.ExecuteNonQuery());
        await Assert.ThrowsAsync<InvalidOperationException>(() => stale.ExecuteNonQueryAsync());
        Assert.Throws<InvalidOperationException>(() => stale.ExecuteScalar());
        await Assert.ThrowsAsync<InvalidOperationException>(() => stale.ExecuteScalarAsync());
        Assert.Throws<InvalidOperationException>(() => stale.ExecuteReader());
        await Assert.ThrowsAsync<InvalidOperationException>(() => stale.ExecuteReaderAsync());
        stale.Cancel();
        stale.Dispose();
        await stale.DisposeAsync();

        Assert.Equal(9, await CountRestAsync(rows));
    }

    [Theory, ClassData<EveryDatabase>]
    public async Task A_stale_transaction_ends_nothing_of_the_next_holder(Db db)
    {
        await using var pool = TestPool.Create(db);
        var connection = await pool.OpenConnectionAsync();
        var table = Sql.NewTable();
        await connection.RunAsync($"CREATE TABLE {table} (x int)");
        var stale = await connection.BeginTransactionAsync();
        var driver = connection.Unwrap<DbConnection>();
        await connection.CloseAsync();

        await using var next = await pool.OpenConnectionAsync();
        Assert.Same(driver, next.Unwrap<DbConnection>());
        await using var transaction = await next.BeginTransactionAsync();
        await next.RunAsync($"INSERT INTO {table} VALUES (1)");

        Assert.Null(stale.Connection);
        var refusal = Assert.Throws<InvalidOperationException>(stale.Rollback);
        Assert.Contains("returned to the pool", refusal.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<InvalidOperationException>(() => stale.RollbackAsync());
        Assert.Throws<InvalidOperationException>(stale.Commit);
        await Assert.ThrowsAsync<InvalidOperationException>(() => stale.CommitAsync());
        Assert.Throws<InvalidOperationException>(() => stale.Save("s"));
        Assert.Throws<InvalidOperationException>(() => stale.Rollback("s"));
        Assert.Throws<InvalidOperationException>(() => stale.Release("s"));
        await Assert.ThrowsAsync<InvalidOperationException>(() => stale.SaveAsync("s"));
        await Assert.ThrowsAsync<InvalidOperationException>(() => stale.RollbackAsync("s"));
        await Assert.ThrowsAsync<InvalidOperationException>(() => stale.ReleaseAsync("s"));
        stale.Dispose();
        await stale.DisposeAsync();

        await transaction.CommitAsync();
        Assert.Equal(1, await next.ReadNumberAsync($"SELECT count(*) FROM {table}"));
        await next.RunAsync($"DROP TABLE {table}");
    }

    [Theory, ClassData<EveryDatabase>]
    public async Task A_finished_transaction_does_not_touch_the_next_of_its_own_lease_either(Db db)
    {
        await using var pool = TestPool.Create(db);
        await using var connection = await pool.OpenConnectionAsync();
        var table = Sql.NewTable();
        await connection.RunAsync($"CREATE TABLE {table} (x int)");
        var finished = await connection.BeginTransactionAsync();
        await finished.CommitAsync();

        await using var transaction = await connection.BeginTransactionAsync();
        await connection.RunAsync($"INSERT INTO {table} VALUES (1)");
        Assert.Throws<InvalidOperationException>(finished.Rollback);
        await finished.DisposeAsync();
        await transaction.CommitAsync();

        Assert.Equal(1, await connection.ReadNumberAsync($"SELECT count(*) FROM {table}"));
        await connection.RunAsync($"DROP TABLE {table}");
    }

    [Theory, ClassData<EveryDatabase>]
    public async Task A_stale_command_disposed_of_late_leaves_the_next_holders_prepared_command_alone(Db db)
    {
        await using var pool = TestPool.Create(db);
        var connection = await pool.OpenConnectionAsync();
        var stale = connection.Command("SELECT @a + 1");
        stale.AddParameter("@a", 1);
        await stale.PrepareAsync();
        Assert.Equal(2, (await stale.ExecuteScalarAsync()).ToNumber());
        await connection.CloseAsync();

        await using var next = await pool.OpenConnectionAsync();
        await using var command = next.Command("SELECT @a + 1");
        command.AddParameter("@a", 10);
        await command.PrepareAsync();
        stale.Dispose();
        Assert.Equal(11, (await command.ExecuteScalarAsync()).ToNumber());
    }

    [Theory, ClassData<PostgreSqlDatabases>]
    public async Task A_stale_stream_reads_nothing_of_the_next_holder(Db db)
    {
        await using var pool = TestPool.Create(db);
        var connection = await pool.OpenConnectionAsync();
        var reader = await connection.Command(Sql.LargeBytes(db, 300_000)).ExecuteReaderAsync(CommandBehavior.SequentialAccess);
        Assert.True(await reader.ReadAsync());
        var stale = reader.GetStream(0);
        Assert.Equal('x', stale.ReadByte());
        await connection.CloseAsync();

        await using var next = await pool.OpenConnectionAsync();
        await using var rows = await next.Command(Sql.LargeBytes(db, 300_000)).ExecuteReaderAsync(CommandBehavior.SequentialAccess);
        Assert.True(await rows.ReadAsync());
        await using var stream = rows.GetStream(0);

        Assert.Throws<InvalidOperationException>(() => stale.ReadByte());
        Assert.Throws<InvalidOperationException>(() => stale.Read(new byte[10], 0, 10));
        Assert.Throws<InvalidOperationException>(() => stale.Read(new byte[10].AsSpan()));
        await Assert.ThrowsAsync<InvalidOperationException>(() => stale.ReadExactlyAsync(new byte[10].AsMemory()).AsTask());
        stale.Dispose();

        using var all = new MemoryStream();
        await stream.CopyToAsync(all);
        Assert.Equal(300_000, all.Length);
    }

    [Theory, ClassData<PostgreSqlDatabases>]
    public async Task A_stale_text_reader_reads_nothing_of_the_next_holder(Db db)
    {
        await using var pool = TestPool.Create(db);
        var connection = await pool.OpenConnectionAsync();
        var reader = await connection.Command(Sql.LargeText(db, 300_000)).ExecuteReaderAsync(CommandBehavior.SequentialAccess);
        Assert.True(await reader.ReadAsync());
        var stale = reader.GetTextReader(0);
        Assert.Equal('x', stale.Read());
        await connection.CloseAsync();

        await using var next = await pool.OpenConnectionAsync();
        await using var rows = await next.Command(Sql.LargeText(db, 300_000)).ExecuteReaderAsync(CommandBehavior.SequentialAccess);
        Assert.True(await rows.ReadAsync());
        using var text = await rows.GetFieldValueAsync<TextReader>(0);

        Assert.Throws<InvalidOperationException>(() => stale.Read());
        Assert.Throws<InvalidOperationException>(() => stale.Peek());
        Assert.Throws<InvalidOperationException>(stale.ReadToEnd);
        await Assert.ThrowsAsync<InvalidOperationException>(() => stale.ReadToEndAsync());
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await stale.ReadLineAsync(CancellationToken.None));
        stale.Dispose();

        Assert.Equal(300_000, (await text.ReadToEndAsync()).Length);
    }

    [Theory, ClassData<PostgreSqlDatabases>]
    public async Task The_driver_alone_gives_reader_and_transaction_to_the_next_holder(Db db)
    {
        await using var pool = TestPool.Create(db);
        object reader, transaction;
        await using (var lease = await pool.RentAsync())
        {
            await using var command = lease.Connection.CreateCommand();
            command.CommandText = "SELECT 1";
            await using (var first = await command.ExecuteReaderAsync())
            {
                reader = first;
            }

            await using var begun = await lease.Connection.BeginTransactionAsync();
            transaction = begun;
            await begun.CommitAsync();
        }

        await using var next = await pool.RentAsync();
        await using var own = next.Connection.CreateCommand();
        own.CommandText = "SELECT 1";
        await using (var second = await own.ExecuteReaderAsync())
        {
            Assert.Same(reader, second);
        }

        await using var again = await next.Connection.BeginTransactionAsync();
        Assert.Same(transaction, again);
    }

    private static async Task<int> CountRestAsync(DbDataReader rows)
    {
        var count = 0;
        while (await rows.ReadAsync())
        {
            count++;
        }

        return count;
    }
}
