namespace Cenote.AdoNetTests;

public class TransactionTests
{
    [Theory, ClassData<EveryDatabase>]
    public async Task Commit_keeps_and_rollback_undoes(Db db)
    {
        await using var pool = TestPool.Create(db);
        await using var connection = await pool.OpenConnectionAsync();
        var table = Sql.NewTable();
        await connection.RunAsync($"CREATE TABLE {table} (x int)");
        await using var insert = connection.Command($"INSERT INTO {table} VALUES (1)");

        await using (var transaction = await connection.BeginTransactionAsync())
        {
            Assert.Same(connection, transaction.Connection);
            insert.Transaction = transaction;
            Assert.Same(transaction, insert.Transaction);
            await insert.ExecuteNonQueryAsync();
            await transaction.CommitAsync();
            Assert.Null(transaction.Connection);
            await transaction.DisposeAsync();
            Assert.Throws<ObjectDisposedException>(transaction.Commit);
            Assert.Throws<ObjectDisposedException>(transaction.Rollback);
        }

        using (var transaction = connection.BeginTransaction())
        {
            insert.Transaction = transaction;
            insert.ExecuteNonQuery();
            transaction.Rollback();
        }

        await using (var transaction = await connection.BeginTransactionAsync())
        {
            insert.Transaction = transaction;
            await insert.ExecuteNonQueryAsync();
        }

        insert.Transaction = null;
        Assert.Equal(1, await connection.ReadNumberAsync($"SELECT count(*) FROM {table}"));
        await connection.RunAsync($"DROP TABLE {table}");
    }

    [Theory, ClassData<EveryDatabase>]
    public async Task A_command_without_a_transaction_joins_the_open_one(Db db)
    {
        await using var pool = TestPool.Create(db);
        await using var connection = await pool.OpenConnectionAsync();
        var table = Sql.NewTable();
        await connection.RunAsync($"CREATE TABLE {table} (x int)");
        await using var madeBefore = connection.Command($"INSERT INTO {table} VALUES (1)");
        await using (var transaction = await connection.BeginTransactionAsync())
        {
            await madeBefore.ExecuteNonQueryAsync();
            await connection.RunAsync($"INSERT INTO {table} VALUES (2)");
            Assert.Equal(2, await connection.ReadNumberAsync($"SELECT count(*) FROM {table}"));
            await transaction.RollbackAsync();
        }

        Assert.Equal(0, await connection.ReadNumberAsync($"SELECT count(*) FROM {table}"));
        Assert.Equal(1, await madeBefore.ExecuteNonQueryAsync());
        await connection.RunAsync($"DROP TABLE {table}");
    }

    [Theory, ClassData<EveryDatabase>]
    public async Task A_command_of_a_finished_transaction_is_refused(Db db)
    {
        await using var pool = TestPool.Create(db);
        await using var connection = await pool.OpenConnectionAsync();
        await using var command = connection.Command("SELECT 1");
        await using (var transaction = await connection.BeginTransactionAsync())
        {
            command.Transaction = transaction;
            await command.ExecuteScalarAsync();
            await transaction.CommitAsync();
            Assert.Throws<InvalidOperationException>(transaction.Commit);
            Assert.Throws<InvalidOperationException>(transaction.Rollback);
        }

        Assert.Throws<InvalidOperationException>(command.ExecuteScalar);
        command.Transaction = null;
        Assert.Equal(1, command.ExecuteScalar().ToNumber());
    }

    [Theory, ClassData<EveryDatabase>]
    public async Task Savepoints_work(Db db)
    {
        await using var pool = TestPool.Create(db);
        await using var connection = await pool.OpenConnectionAsync();
        var table = Sql.NewTable();
        await connection.RunAsync($"CREATE TABLE {table} (x int)");
        await using (var transaction = await connection.BeginTransactionAsync())
        {
            // MySqlConnector has savepoints and does not say so.
            Assert.Equal(db != Db.MariaDb, transaction.SupportsSavepoints);
            await connection.RunAsync($"INSERT INTO {table} VALUES (1)");
            await transaction.SaveAsync("one");
            await connection.RunAsync($"INSERT INTO {table} VALUES (2)");
            await transaction.RollbackAsync("one");
            await transaction.ReleaseAsync("one");
            transaction.Save("two");
            await connection.RunAsync($"INSERT INTO {table} VALUES (3)");
            transaction.Rollback("two");
            transaction.Release("two");
            await transaction.CommitAsync();
        }

        Assert.Equal(1, await connection.ReadNumberAsync($"SELECT count(*) FROM {table}"));
        await connection.RunAsync($"DROP TABLE {table}");
    }

    [Theory, ClassData<ServerDatabases>]
    public async Task The_isolation_level_reaches_the_server(Db db)
    {
        await using var pool = TestPool.Create(db);
        await using var connection = await pool.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.Serializable);
        Assert.Equal(IsolationLevel.Serializable, transaction.IsolationLevel);
        if (db == Db.MariaDb)
        {
            // MariaDB shows the session's level, which the transaction does not change: SERIALIZABLE shows in its
            // locks.
            Assert.Equal(1, await connection.ReadNumberAsync("SELECT @@in_transaction"));
        }
        else
        {
            await using var command = connection.Command("SHOW transaction_isolation");
            Assert.Equal("serializable", await command.ExecuteScalarAsync());
        }

        await transaction.RollbackAsync();
        Assert.Equal(IsolationLevel.Serializable, transaction.IsolationLevel);
    }
}
