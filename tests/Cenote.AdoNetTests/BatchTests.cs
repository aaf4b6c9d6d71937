namespace Cenote.AdoNetTests;

public class BatchTests
{
    [Theory, ClassData<ServerDatabases>]
    public async Task A_batch_runs_in_every_way_and_survives_close_and_open(Db db)
    {
        await using var pool = TestPool.Create(db);
        await using var connection = (PooledConnection)pool.CreateConnection();
        Assert.True(connection.CanCreateBatch);
        await using var batch = connection.CreateBatch();
        foreach (var text in new[] { "SELECT 1", "SELECT 2" })
        {
            var command = batch.CreateBatchCommand();
            command.CommandText = text;
            batch.BatchCommands.Add(command);
        }

        batch.Timeout = 20;
        Assert.Equal(20, batch.Timeout);
        Assert.Same(connection, batch.Connection);
        Assert.Throws<InvalidOperationException>(() => batch.ExecuteScalar());

        for (var i = 0; i < 2; i++)
        {
            await connection.OpenAsync();
            Assert.Equal(1, batch.ExecuteScalar().ToNumber());
            Assert.Equal(1, (await batch.ExecuteScalarAsync()).ToNumber());
            batch.ExecuteNonQuery();
            await batch.ExecuteNonQueryAsync();
            Assert.Equal([1, 2], Read(batch.ExecuteReader()));
            Assert.Equal([1, 2], Read(await batch.ExecuteReaderAsync()));
            await connection.CloseAsync();
        }
    }

    [Theory, ClassData<ServerDatabases>]
    public async Task A_batchs_parameters_are_the_drivers(Db db)
    {
        await using var pool = TestPool.Create(db);
        await using var connection = await pool.OpenConnectionAsync();
        await using var batch = connection.CreateBatch();
        var command = batch.CreateBatchCommand();
        command.CommandText = "SELECT @a + 1";
        Assert.True(command.CanCreateParameter);
        var parameter = command.CreateParameter();
        Assert.IsType(pool.Provider.Factory.CreateParameter()!.GetType(), parameter);
        parameter.ParameterName = "@a";
        parameter.Value = 2;
        command.Parameters.Add(parameter);
        batch.BatchCommands.Add(command);
        Assert.Equal(3, (await batch.ExecuteScalarAsync()).ToNumber());
    }

    [Theory, ClassData<ServerDatabases>]
    public async Task A_prepared_batch_runs_on_after_close_and_open(Db db)
    {
        await using var pool = TestPool.Create(db);
        await using var connection = await pool.OpenConnectionAsync();
        await using var batch = connection.CreateBatch();
        foreach (var text in new[] { "SELECT 1", "SELECT 2" })
        {
            var command = batch.CreateBatchCommand();
            command.CommandText = text;
            batch.BatchCommands.Add(command);
        }

        batch.Prepare();
        Assert.Equal([1, 2], Read(batch.ExecuteReader()));
        connection.Close();
        Assert.Throws<InvalidOperationException>(batch.Prepare);
        await Assert.ThrowsAsync<InvalidOperationException>(() => batch.PrepareAsync());
        connection.Open();
        Assert.Equal([1, 2], Read(batch.ExecuteReader()));
        await batch.PrepareAsync();
        Assert.Equal([1, 2], Read(batch.ExecuteReader()));
    }

    [Theory, ClassData<ServerDatabases>]
    public async Task A_batch_joins_a_transaction(Db db)
    {
        await using var pool = TestPool.Create(db);
        await using var connection = await pool.OpenConnectionAsync();
        var table = Sql.NewTable();
        await connection.RunAsync($"CREATE TABLE {table} (x int)");
        await using (var transaction = await connection.BeginTransactionAsync())
        {
            await using var batch = connection.CreateBatch();
            batch.Transaction = transaction;
            Assert.Same(transaction, batch.Transaction);
            for (var i = 0; i < 3; i++)
            {
                var command = batch.CreateBatchCommand();
                command.CommandText = $"INSERT INTO {table} VALUES ({i})";
                batch.BatchCommands.Add(command);
            }

            Assert.Equal(3, await batch.ExecuteNonQueryAsync());
            await transaction.RollbackAsync();
        }

        Assert.Equal(0, await connection.ReadNumberAsync($"SELECT count(*) FROM {table}"));
        await connection.RunAsync($"DROP TABLE {table}");
    }

    [Fact]
    public async Task Without_batches_in_the_driver_creating_one_is_refused()
    {
        await using var pool = TestPool.Create(Db.Sqlite);
        await using var connection = await pool.OpenConnectionAsync();
        Assert.False(connection.CanCreateBatch);
        Assert.Throws<NotSupportedException>(() => connection.CreateBatch());
        Assert.Throws<NotSupportedException>(() => pool.CreateBatch());
    }

    private static List<long> Read(DbDataReader reader)
    {
        using (reader)
        {
            var read = new List<long>();
            do
            {
                while (reader.Read())
                {
                    read.Add(reader.GetValue(0).ToNumber());
                }
            }
            while (reader.NextResult());
            return read;
        }
    }
}
