namespace Cenote.ProviderTests.Profiles;

// Limits and tokens.
public abstract partial class ProfileSuite
{
    // A cancel that comes before the statement runs can be lost.
    private static readonly TimeSpan UntilItRuns = TimeSpan.FromMilliseconds(400);

    [Fact]
    public Task A_limit_ends_a_statement_with_a_QueryTimeoutException() => MeasureAsync("`QueryTimeout`", async pool =>
    {
        for (var i = 0; i < 3; i++)
        {
            await using var connection = await pool.OpenConnectionAsync(Stop);
            connection.QueryTimeout = UntilItRuns;
            var failure = await Assert.ThrowsAsync<QueryTimeoutException>(() => EndlessAsync(connection, Stop));
            Assert.NotNull(failure.InnerException);

            connection.QueryTimeout = Timeout.InfiniteTimeSpan;
            await AssertAnswersAsync(connection);
        }

        Assert.Equal(1, await pool.ScalarAsync<int>(One));
    });

    // Whichever exception the driver throws for it. The limit is longer than the token.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public Task A_token_ends_a_statement_with_an_OperationCanceledException(bool hasLimit) => MeasureAsync("token", async pool =>
    {
        for (var i = 0; i < 3; i++)
        {
            await using var connection = await pool.OpenConnectionAsync(Stop);
            connection.QueryTimeout = hasLimit ? TimeSpan.FromMinutes(1) : Timeout.InfiniteTimeSpan;
            using var source = new CancellationTokenSource(UntilItRuns);
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Task.Run(() => EndlessAsync(connection, source.Token), Stop));
            await AssertAnswersAsync(connection);
        }

        Assert.Equal(1, await pool.ScalarAsync<int>(One));
    });

    /// <summary>
    /// A late cancel reaches no statement of the same holder, or of the next one, which gets the same session
    /// (<see cref="AdoNetProviderOptions.IsCancelComplete"/>).
    /// </summary>
    private protected async Task AssertLateCancelsMissAsync()
    {
        await using var pool = NewPool(NewProvider(), ResetMode.Rollback);
        for (var i = 0; i < 28; i++)
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

    /// <summary>
    /// Measures what becomes of the session, without the reset that would replace it. A cancel that takes a second, as
    /// on a busy machine, costs the session: then it is measured again.
    /// </summary>
    private async Task MeasureAsync(string column, Func<ConnectionPool, Task> run)
    {
        var measured = "";
        for (var i = 0; i < 3 && measured != "session kept"; i++)
        {
            await using var pool = NewPool(NewProvider(), ResetMode.Rollback);
            await run(pool);
            measured = pool.GetStatistics().ConnectionsClosed == 0 ? "session kept" : "session replaced";
        }

        AssertOnPage(column, measured);
    }
}
