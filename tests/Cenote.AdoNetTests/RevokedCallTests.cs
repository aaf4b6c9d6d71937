namespace Cenote.AdoNetTests;

public class RevokedCallTests
{
    [Theory, ClassData<EveryDatabase>]
    public async Task A_running_command_reports_the_revocation_and_the_connection_reopens(Db db)
    {
        await using var pool = TestPool.Create(db, maxSize: 2);
        await using var connection = await pool.OpenConnectionAsync();
        Assert.Equal(1, await connection.ReadNumberAsync("SELECT 1"));
        var entered = new TaskCompletionSource();
        await using var command = connection.Command(db switch
        {
            Db.Sqlite => "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 1000000000000) SELECT count(*) FROM n",
            Db.MariaDb => "SELECT SLEEP(600)",
            _ => "SELECT pg_sleep(600)",
        });
        command.CommandTimeout = 600;
        var call = Task.Run(() =>
        {
            entered.SetResult();
            return command.ExecuteScalar();
        });
        await entered.Task;
        Assert.True(pool.TryRevoke(Assert.Single(pool.GetLeases())));

        var refusal = await Assert.ThrowsAsync<LeaseRevokedException>(() => call.WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.Contains("RevokedCallTests.cs:", refusal.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<LeaseRevokedException>(() => connection.ReadNumberAsync("SELECT 1"));
        Assert.Equal(ConnectionState.Broken, connection.State);
        await connection.CloseAsync();
        await connection.OpenAsync();
        Assert.Equal(1, await connection.ReadNumberAsync("SELECT 1"));
    }

    [Theory, ClassData<EveryDatabase>]
    public async Task A_reader_and_a_transaction_of_a_revoked_lease_throw_the_revocation(Db db)
    {
        await using var pool = TestPool.Create(db);
        await using var connection = await pool.OpenConnectionAsync();
        var transaction = await connection.BeginTransactionAsync();
        var reader = await connection.Command(Sql.Numbers(900)).ExecuteReaderAsync();
        Assert.True(await reader.ReadAsync());
        Assert.True(pool.TryRevoke(Assert.Single(pool.GetLeases())));

        Assert.Throws<LeaseRevokedException>(() => reader.Read());
        await Assert.ThrowsAsync<LeaseRevokedException>(() => transaction.CommitAsync());
        await reader.DisposeAsync();
        await transaction.DisposeAsync();
        await connection.CloseAsync();
        await connection.OpenAsync();
        Assert.Equal(1, await connection.ReadNumberAsync("SELECT 1"));
    }
}
