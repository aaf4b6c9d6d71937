namespace Cenote.AdoNetTests;

public class StatementStatisticsTests
{
    [Fact]
    public async Task Statements_of_every_kind_are_counted_by_text_with_their_last_failure()
    {
        await using var pool = NewPool();
        await using (var connection = await pool.OpenConnectionAsync())
        {
            for (var i = 0; i < 3; i++)
            {
                await using var command = connection.CreateCommand();
                command.CommandText = $"SELECT {i}";
                Assert.Equal((long)i, await command.ExecuteScalarAsync());
                await using var reader = await command.ExecuteReaderAsync();
                Assert.True(await reader.ReadAsync());
            }

            using var wrong = connection.CreateCommand();
            wrong.CommandText = "SELECT 'secret' FROM nowhere";
            Assert.ThrowsAny<System.Data.Common.DbException>(() => wrong.ExecuteNonQuery());
        }

        var statements = pool.GetStatementStatistics();

        Assert.Equal(2, statements.Count);
        var good = Assert.Single(statements, statement => statement.Text == "SELECT ?");
        Assert.Equal((6L, 0L), (good.Count, good.Errors));
        Assert.True(good.TotalTime > TimeSpan.Zero);
        var bad = Assert.Single(statements, statement => statement.Text == "SELECT ? FROM nowhere");
        Assert.Equal((1L, 1L), (bad.Count, bad.Errors));
        Assert.Contains("nowhere", bad.LastError, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", string.Concat(statements), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_reader_counts_once_when_it_is_closed_also_by_its_connection()
    {
        await using var pool = NewPool();
        var connection = await pool.OpenConnectionAsync();
        var command = connection.CreateCommand();
        command.CommandText = "SELECT 1";
        var reader = await command.ExecuteReaderAsync();
        Assert.Empty(pool.GetStatementStatistics());

        await connection.CloseAsync();
        await reader.DisposeAsync();

        Assert.Equal(1, Assert.Single(pool.GetStatementStatistics()).Count);
    }

    [Fact]
    public async Task Preparing_does_not_count_as_an_execution()
    {
        await using var pool = NewPool();
        await using var connection = await pool.OpenConnectionAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT 1";

        await command.PrepareAsync();
        Assert.Empty(pool.GetStatementStatistics());
        await command.ExecuteNonQueryAsync();

        Assert.Equal(1, Assert.Single(pool.GetStatementStatistics()).Count);
    }

    [Fact]
    public async Task Nothing_is_counted_unless_asked_for()
    {
        await using var pool = TestPool.Create(Db.Sqlite);
        await using var connection = await pool.OpenConnectionAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT 1";
        await command.ExecuteScalarAsync();

        Assert.False(pool.IsStatementStatisticsEnabled);
        Assert.Empty(pool.GetStatementStatistics());
    }

    private static ConnectionPool NewPool() => TestPool.Create(Db.Sqlite, configure: options => options.StatementStatistics = new StatementStatisticsOptions());
}
