namespace Cenote.ProviderTests;

// A lease taken away from a holder who keeps the driver's own objects. The worst that he can do is tried.
public abstract partial class KnownDriverSuite
{
    /// <summary>A statement that runs for minutes.</summary>
    protected abstract string EndlessStatement { get; }

    [Fact]
    public async Task A_revoked_holder_reaches_nobodys_session_with_what_he_keeps()
    {
        var table = await NewTableAsync();
        await using var pool = NewPool();
        var late = await pool.RentAsync(TestContext.Current.CancellationToken);
        var connection = late.Connection;
        var transaction = await connection.BeginTransactionAsync(TestContext.Current.CancellationToken);
        await using var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = $"INSERT INTO {table} VALUES (1)";
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        Assert.True(pool.TryRevoke(Assert.Single(pool.GetLeases())));

        Assert.Throws<LeaseRevokedException>(() => late.Connection);
        await using var next = await pool.RentAsync(TestContext.Current.CancellationToken);
        Assert.NotSame(connection, next.Connection);
        await RefusedAsync(() => command.ExecuteNonQueryAsync());
        await RefusedAsync(() => transaction.CommitAsync());
        await RefusedAsync(() => connection.ScalarAsync("SELECT 1"));
        await RefusedAsync(connection.OpenAsync);
        await late.DisposeAsync();
        Assert.True(next.IsActive);
        Assert.Equal(0, await next.Connection.ScalarAsync<int>($"SELECT count(*) FROM {table}"));
        await next.Connection.ExecuteAsync($"INSERT INTO {table} VALUES (2)");
        Assert.Equal(1, pool.GetStatistics().ConnectionsClosedByReason[CloseReason.Revoked]);
        Assert.Equal(2, pool.GetStatistics().ConnectionsOpened);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_holder_revoked_inside_a_call_comes_out_of_it_and_his_slot_goes_on(bool blocks)
    {
        await using var pool = NewPool();
        var late = await pool.RentAsync(TestContext.Current.CancellationToken);
        var connection = late.Connection;
        var entered = new TaskCompletionSource();
        var call = Task.Run(async () =>
        {
            await using var command = connection.CreateCommand();
            command.CommandText = EndlessStatement;
            command.CommandTimeout = 600;
            entered.SetResult();
            return blocks ? command.ExecuteScalar() : await command.ExecuteScalarAsync();
        });
        await entered.Task;
        Assert.True(pool.TryRevoke(Assert.Single(pool.GetLeases())));

        Assert.Equal(1, await pool.ScalarAsync<int>("SELECT 1"));
        await RefusedAsync(() => EndedAsync(call));
        await RefusedAsync(() => connection.ScalarAsync("SELECT 1"));
        await RefusedAsync(connection.OpenAsync);
        Assert.Equal(1, await pool.ScalarAsync<int>("SELECT 1"));
    }

    [Fact]
    public async Task A_holder_revoked_while_he_reads_is_stopped_and_his_slot_goes_on()
    {
        await using var pool = NewPool();
        for (var round = 0; round < 20; round++)
        {
            var late = await pool.RentAsync(TestContext.Current.CancellationToken);
            var connection = late.Connection;
            var reading = new TaskCompletionSource();
            var call = Task.Run(async () =>
            {
                while (true)
                {
                    await using var command = connection.CreateCommand();
                    command.CommandText = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 900) SELECT x, 'some text of a row' FROM n";
                    await using var reader = await command.ExecuteReaderAsync();
                    while (await reader.ReadAsync())
                    {
                        Assert.Equal("some text of a row", reader.GetString(1));
                        reading.TrySetResult();
                    }
                }
            });
            await reading.Task;
            Assert.True(pool.TryRevoke(Assert.Single(pool.GetLeases())));
            await RefusedAsync(() => EndedAsync(call));
            Assert.Equal(1, await pool.ScalarAsync<int>("SELECT 1"));
        }
    }

    private static async Task EndedAsync(Task call)
    {
        try
        {
            await Task.WhenAny(call).WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        }
        catch (TimeoutException)
        {
            Assert.Fail("The holder never came out of his call.");
        }

        await call;
    }

    /// <summary>
    /// How a driver complains of a connection that was closed under it, is its own affair; but not by never coming
    /// back.
    /// </summary>
    private static async Task RefusedAsync(Func<Task> use)
    {
        var exception = await Assert.ThrowsAnyAsync<Exception>(use);
        Assert.False(exception is Xunit.Sdk.XunitException, exception.ToString());
    }
}
