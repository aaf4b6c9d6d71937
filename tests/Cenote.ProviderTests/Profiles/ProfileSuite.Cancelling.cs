namespace Cenote.ProviderTests.Profiles;

// Limits and tokens.
public abstract partial class ProfileSuite
{
    [Fact]
    public async Task A_limit_ends_a_statement_with_a_QueryTimeoutException()
    {
        await using var pool = NewPool();
        for (var i = 0; i < 3; i++)
        {
            await using var connection = await pool.OpenConnectionAsync(Stop);
            connection.QueryTimeout = TimeSpan.FromMilliseconds(100);
            var failure = await Assert.ThrowsAsync<QueryTimeoutException>(() => EndlessAsync(connection, Stop));
            Assert.NotNull(failure.InnerException);

            connection.QueryTimeout = Timeout.InfiniteTimeSpan;
            await AssertAnswersAsync(connection);
        }

        Assert.Equal(1, await pool.ScalarAsync<int>(One));
        AssertOnPage("`QueryTimeout`", SessionAfter(pool));
    }

    // Whichever exception the driver throws for it. The limit is longer than the token.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_token_ends_a_statement_with_an_OperationCanceledException(bool hasLimit)
    {
        await using var pool = NewPool();
        for (var i = 0; i < 3; i++)
        {
            await using var connection = await pool.OpenConnectionAsync(Stop);
            connection.QueryTimeout = hasLimit ? TimeSpan.FromMinutes(1) : Timeout.InfiniteTimeSpan;
            using var source = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Task.Run(() => EndlessAsync(connection, source.Token), Stop));
            await AssertAnswersAsync(connection);
        }

        Assert.Equal(1, await pool.ScalarAsync<int>(One));
        AssertOnPage("token", SessionAfter(pool));
    }

    // The session is kept, because a cancel cannot reach a later statement (AdoNetProviderOptions.IsCancelComplete).
    [Fact]
    public async Task A_late_cancel_does_not_reach_the_next_statement()
    {
        await using var pool = NewPool();
        for (var i = 0; i < 40; i++)
        {
            await using (var connection = await pool.OpenConnectionAsync(Stop))
            {
                using var source = new CancellationTokenSource(TimeSpan.FromMilliseconds(1 + (i % 14)));
                try
                {
                    await RunAsync(connection, Brief, source.Token);
                }
                catch (OperationCanceledException)
                {
                }

                await RunAsync(connection, Brief, Stop);
            }

            await using var next = await pool.OpenConnectionAsync(Stop);
            await RunAsync(next, Brief, Stop);
        }

        Assert.Empty(pool.GetStatistics().ConnectionsClosedByReason);
    }

    private protected string One => "SELECT 1" + Dual;

    private Task EndlessAsync(PooledConnection connection, CancellationToken cancellationToken) => RunAsync(connection, Endless, cancellationToken);

    private static async Task RunAsync(PooledConnection connection, string query, CancellationToken cancellationToken)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = query;
        await command.ExecuteScalarAsync(cancellationToken);
    }

    private async Task AssertAnswersAsync(PooledConnection connection)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = One;
        Assert.Equal(1, Convert.ToInt32(await command.ExecuteScalarAsync(Stop), System.Globalization.CultureInfo.InvariantCulture));
    }

    private static string SessionAfter(ConnectionPool pool) => pool.GetStatistics().ConnectionsClosed == 0 ? "session kept" : "session replaced";
}
