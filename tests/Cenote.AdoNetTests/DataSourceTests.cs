namespace Cenote.AdoNetTests;

/// <summary>The commands and batches that a data source makes rent a connection for each execution.</summary>
public class DataSourceTests
{
    [Theory, ClassData<EveryDatabase>]
    public async Task A_command_of_the_pool_executes_in_every_way(Db db)
    {
        await using var pool = TestPool.Create(db);
        await using var command = pool.CreateCommand("SELECT @a + 1");
        command.AddParameter("@a", 1);
        for (var i = 0; i < 2; i++)
        {
            Assert.Equal(2, command.ExecuteScalar().ToNumber());
            Assert.Equal(2, (await command.ExecuteScalarAsync()).ToNumber());
            command.ExecuteNonQuery();
            await command.ExecuteNonQueryAsync();
            Assert.Equal(0, pool.GetStatistics().Counts.Leased);

            using (var reader = command.ExecuteReader())
            {
                Assert.Equal(1, pool.GetStatistics().Counts.Leased);
                Assert.True(reader.Read());
            }

            Assert.Equal(0, pool.GetStatistics().Counts.Leased);
            await using (var reader = await command.ExecuteReaderAsync())
            {
                Assert.True(await reader.ReadAsync());
            }

            Assert.Equal(0, pool.GetStatistics().Counts.Leased);
        }
    }

    [Theory, ClassData<EveryDatabase>]
    public async Task A_failed_execution_returns_the_connection(Db db)
    {
        await using var pool = TestPool.Create(db);
        await using var command = pool.CreateCommand("SELECT nonsense FROM nowhere");
        Assert.ThrowsAny<DbException>(() => command.ExecuteScalar());
        await Assert.ThrowsAnyAsync<DbException>(() => command.ExecuteScalarAsync());
        Assert.ThrowsAny<DbException>(() => command.ExecuteNonQuery());
        await Assert.ThrowsAnyAsync<DbException>(() => command.ExecuteNonQueryAsync());
        Assert.ThrowsAny<DbException>(() => command.ExecuteReader());
        await Assert.ThrowsAnyAsync<DbException>(() => command.ExecuteReaderAsync());
        Assert.Equal(0, pool.GetStatistics().Counts.Leased);
    }

    [Theory, ClassData<EveryDatabase>]
    public async Task A_connection_transaction_or_preparation_makes_no_sense_on_it(Db db)
    {
        await using var pool = TestPool.Create(db);
        await using var command = pool.CreateCommand("SELECT 1");
        Assert.Throws<NotSupportedException>(() => command.Connection);
        Assert.Throws<NotSupportedException>(() => command.Connection = null);
        Assert.Throws<NotSupportedException>(() => command.Transaction);
        Assert.Throws<NotSupportedException>(() => command.Transaction = null);
        Assert.Throws<NotSupportedException>(command.Prepare);
        await Assert.ThrowsAsync<NotSupportedException>(() => command.PrepareAsync());
        command.Cancel();
    }

    [Theory, ClassData<EveryDatabase>]
    public async Task A_reader_outlives_the_command_that_made_it(Db db)
    {
        await using var pool = TestPool.Create(db);
        await using var reader = await StartAsync(pool);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        var count = 0;
        while (await reader.ReadAsync())
        {
            count++;
            if (count == 10)
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
            }
        }

        Assert.Equal(100, count);
        Assert.Equal(1, pool.GetStatistics().Counts.Leased);
        await reader.DisposeAsync();
        Assert.Equal(0, pool.GetStatistics().Counts.Leased);
    }

    [Theory, ClassData<ServerDatabases>]
    public async Task A_batch_of_the_pool_executes_in_every_way(Db db)
    {
        await using var pool = TestPool.Create(db);
        await using var batch = pool.CreateBatch();
        var command = batch.CreateBatchCommand();
        command.CommandText = "SELECT 3";
        batch.BatchCommands.Add(command);

        Assert.Equal(3, batch.ExecuteScalar().ToNumber());
        Assert.Equal(3, (await batch.ExecuteScalarAsync()).ToNumber());
        batch.ExecuteNonQuery();
        await batch.ExecuteNonQueryAsync();
        Assert.Equal(0, pool.GetStatistics().Counts.Leased);
        using (var reader = batch.ExecuteReader())
        {
            Assert.True(reader.Read());
            Assert.Equal(1, pool.GetStatistics().Counts.Leased);
        }

        await using (var reader = await batch.ExecuteReaderAsync())
        {
            Assert.True(await reader.ReadAsync());
        }

        Assert.Equal(0, pool.GetStatistics().Counts.Leased);
    }

    // Apart, so that nothing here keeps the command alive.
    private static Task<DbDataReader> StartAsync(ConnectionPool pool) => pool.CreateCommand(Sql.Numbers(100)).ExecuteReaderAsync();
}
