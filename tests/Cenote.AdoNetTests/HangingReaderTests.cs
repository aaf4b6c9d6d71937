namespace Cenote.AdoNetTests;

public class HangingReaderTests
{
    [Theory, ClassData<PostgreSqlDatabases>]
    public async Task A_reader_that_hangs_in_close_costs_its_connection_without_a_wait(Db db)
    {
        await using var pool = TestPool.Create(db, maxSize: 2, options => options.ValidationTimeout = TimeSpan.FromSeconds(1));
        await using var watcher = await pool.OpenConnectionAsync();
        var key = Random.Shared.Next();
        await watcher.RunAsync($"SELECT pg_advisory_lock({key})");

        var connection = await pool.OpenConnectionAsync();
        var hanging = await connection.ReadNumberAsync("SELECT pg_backend_pid()");

        // Rows enough for the server to send the first of them before it waits.
        var reader = await connection.Command($"SELECT repeat('x', 5000) FROM generate_series(1, 10); SELECT pg_advisory_lock({key})").ExecuteReaderAsync();
        Assert.True(await reader.ReadAsync());

        // To close the reader the driver must read the second result, which waits for the lock.
        await connection.CloseAsync();
        Assert.Equal(ConnectionState.Closed, connection.State);
        Assert.True(reader.IsClosed);
        await connection.OpenAsync();
        Assert.NotEqual(hanging, await connection.ReadNumberAsync("SELECT pg_backend_pid()"));
        Assert.Equal(2, pool.GetStatistics().Counts.Leased);

        // Once the driver's call has ended, the connection is closed.
        await watcher.RunAsync($"SELECT pg_advisory_unlock({key})");
        while (await watcher.ReadNumberAsync($"SELECT count(*) FROM pg_stat_activity WHERE pid = {hanging}") > 0)
        {
            await Task.Yield();
        }

        Assert.Equal(1, await connection.ReadNumberAsync("SELECT 1"));
        await connection.CloseAsync();
    }

    /// <summary>
    /// The hanging end of the first lease must touch neither the second lease's session nor what is noted of it.
    /// </summary>
    [Fact]
    public async Task A_hanging_close_spares_a_connection_reopened_on_another_database()
    {
        await using var pool = TestPool.Create(Db.MariaDb, maxSize: 2, options => options.ValidationTimeout = TimeSpan.FromSeconds(1));
        await using var watcher = await pool.OpenConnectionAsync();
        var key = Guid.NewGuid().ToString("N");
        Assert.Equal(1, await watcher.ReadNumberAsync($"SELECT GET_LOCK('{key}', 0)"));
        var own = watcher.Database;

        var connection = await pool.OpenConnectionAsync();
        var hanging = await connection.ReadNumberAsync("SELECT CONNECTION_ID()");
        await connection.ChangeDatabaseAsync("mysql");
        var reader = await connection.Command($"SELECT 1; SELECT GET_LOCK('{key}', 60)").ExecuteReaderAsync();
        Assert.True(await reader.ReadAsync());
        await connection.CloseAsync();
        Assert.Equal(ConnectionState.Closed, connection.State);

        await connection.OpenAsync();
        Assert.NotEqual(hanging, await connection.ReadNumberAsync("SELECT CONNECTION_ID()"));
        await connection.ChangeDatabaseAsync("information_schema");
        await using var transaction = await connection.BeginTransactionAsync();
        Assert.Equal(1, await watcher.ReadNumberAsync($"SELECT RELEASE_LOCK('{key}')"));
        while (await watcher.ReadNumberAsync($"SELECT count(*) FROM information_schema.processlist WHERE id = {hanging}") > 0)
        {
            await Task.Yield();
        }

        Assert.Equal("information_schema", connection.Database);
        Assert.Equal(1, await connection.ReadNumberAsync("SELECT DATABASE() = 'information_schema'"));
        await transaction.CommitAsync();
        var session = await connection.ReadNumberAsync("SELECT CONNECTION_ID()");
        await connection.CloseAsync();
        await connection.OpenAsync();
        Assert.Equal(session, await connection.ReadNumberAsync("SELECT CONNECTION_ID()"));
        Assert.Equal(own, connection.Database);
        await connection.CloseAsync();
    }
}
