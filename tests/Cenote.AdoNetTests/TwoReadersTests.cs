namespace Cenote.AdoNetTests;

/// <summary>
/// Two readers on one connection of SQLite, one of which is cancelled: the other reads on, and what was written stays.
/// </summary>
public class TwoReadersTests
{
    private const int Rows = 500;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_cancel_ends_only_its_own_reader(bool isBlocking)
    {
        await using var pool = TestPool.Create(Db.Sqlite);
        await using var connection = await pool.OpenConnectionAsync();
        await ShowAloneAsync(connection, isBlocking, CancellationToken.None, static command =>
        {
            command.Cancel();
            return Task.CompletedTask;
        });
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_token_ends_only_its_own_reader(bool isBlocking)
    {
        await using var pool = TestPool.Create(Db.Sqlite);
        await using var connection = await pool.OpenConnectionAsync();
        using var source = new CancellationTokenSource();
        await ShowAloneAsync(connection, isBlocking, source.Token, _ => source.CancelAsync());
    }

    private static async Task ShowAloneAsync(PooledConnection connection, bool isBlocking, CancellationToken token, Func<DbCommand, Task> cancel)
    {
        await connection.RunAsync("CREATE TABLE t (n INTEGER)");
        await using var transaction = await connection.BeginTransactionAsync(CancellationToken.None);
        await connection.RunAsync("INSERT INTO t VALUES (1)");
        await using var cancelled = connection.Command(Sql.Numbers(Rows));
        await using var other = connection.Command(Sql.Numbers(Rows));
        await using (var first = await cancelled.ExecuteReaderAsync(token))
        await using (var second = await other.ExecuteReaderAsync(CancellationToken.None))
        {
            Assert.True(await first.ReadAsync(CancellationToken.None));
            Assert.True(await second.ReadAsync(CancellationToken.None));
            await cancel(cancelled);
            if (isBlocking)
            {
                Assert.Throws<OperationCanceledException>(() => first.Read());
            }
            else
            {
                await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first.ReadAsync(CancellationToken.None));
            }

            var read = 1;
            while (await second.ReadAsync(CancellationToken.None))
            {
                read++;
            }

            Assert.Equal(Rows, read);
        }

        Assert.Equal(1, (await cancelled.ExecuteScalarAsync(CancellationToken.None)).ToNumber());
        await transaction.CommitAsync(CancellationToken.None);
        Assert.Equal(1, await connection.ReadNumberAsync("SELECT count(*) FROM t"));
    }
}
