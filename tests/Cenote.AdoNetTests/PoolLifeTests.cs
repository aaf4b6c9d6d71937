namespace Cenote.AdoNetTests;

public class PoolLifeTests
{
    [Theory, ClassData<EveryDatabase>]
    public async Task An_open_connection_outlives_its_pool_and_opens_no_more(Db db)
    {
        var pool = TestPool.Create(db);
        await using var connection = await pool.OpenConnectionAsync();
        await using var command = connection.Command("SELECT 1");
        await pool.DisposeAsync();

        Assert.Equal(1, (await command.ExecuteScalarAsync()).ToNumber());
        await connection.CloseAsync();
        Assert.Throws<PoolClosedException>(connection.Open);
        await Assert.ThrowsAsync<PoolClosedException>(() => connection.OpenAsync());
        Assert.Equal(ConnectionState.Closed, connection.State);
    }

    [Theory, ClassData<EveryDatabase>]
    public async Task A_retired_generation_is_closed_as_its_connections_come_back(Db db)
    {
        await using var pool = TestPool.Create(db);
        await using var connection = await pool.OpenConnectionAsync();
        await using var command = connection.Command("SELECT 1");
        await command.ExecuteScalarAsync();
        var driver = connection.Unwrap<DbConnection>();
        pool.Clear();
        Assert.Equal(1, (await command.ExecuteScalarAsync()).ToNumber());
        await connection.CloseAsync();

        await connection.OpenAsync();
        Assert.NotSame(driver, connection.Unwrap<DbConnection>());
        Assert.Equal(1, (await command.ExecuteScalarAsync()).ToNumber());
    }
}
