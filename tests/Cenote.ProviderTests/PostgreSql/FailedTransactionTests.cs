namespace Cenote.ProviderTests.PostgreSql;

/// <summary>
/// PostgreSQL answers the commit of a transaction in which a statement failed with a rollback, and the driver calls
/// that success.
/// </summary>
public sealed class FailedTransactionTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Commit_after_a_failed_statement_is_reported_when_commits_are_resolved(bool resolves)
    {
        await using var database = await OwnDatabase.CreateAsync();
        await using var administrator = await database.ConnectAsync();
        await administrator.ExecuteAsync("CREATE TABLE orders (id int PRIMARY KEY); INSERT INTO orders VALUES (1)");
        await using var pool = database.NewPool(SessionReset.ByDriver);

        var thrown = await Record.ExceptionAsync(async () => await pool.ExecuteAsync(
            async (connection, token) =>
            {
                await using var transaction = await connection.BeginTransactionAsync(token);
                await connection.ExecuteAsync("INSERT INTO orders VALUES (2)");
                await Assert.ThrowsAsync<PostgresException>(() => connection.ExecuteAsync("INSERT INTO orders VALUES (1)"));
                await transaction.CommitAsync(token);
                return 0;
            },
            new RetryOptions { ResolveUnknownCommits = resolves },
            TestContext.Current.CancellationToken));

        Assert.Equal(resolves ? PostgresErrorCodes.InFailedSqlTransaction : null, (thrown as PostgresException)?.SqlState);
        Assert.Equal(1L, await administrator.ScalarAsync("SELECT count(*) FROM orders"));
    }
}
