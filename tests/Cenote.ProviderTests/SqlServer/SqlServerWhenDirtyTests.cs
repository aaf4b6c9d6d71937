namespace Cenote.ProviderTests.SqlServer;

/// <summary>
/// What the pool sends between leases with <see cref="ResetMode.WhenDirty"/>. The scripted server has a variable and a
/// transaction for a session, and counts its resets.
/// </summary>
public sealed class SqlServerWhenDirtyTests : SqlServerSuite
{
    [Theory, ClassData<EveryValue<SessionReset>>]
    public async Task Only_a_lease_that_may_have_changed_the_session_is_reset(SessionReset way)
    {
        await using var pool = NewPool(configure: options => (options.ResetMode, options.SessionReset) = (ResetMode.WhenDirty, way));
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(1, await ReadAsync(pool, "SELECT 1 UNION ALL SELECT 2"));
        }

        Assert.Equal(0, Assert.Single(Server.Sessions).Resets);
        Assert.Equal((0, 3), (pool.GetStatistics().ResetsStarted, pool.GetStatistics().ResetsSaved));

        await ReadAsync(pool, "SET VARIABLE");
        Assert.Equal(0, await ReadAsync(pool, "SELECT VARIABLE"));
        Assert.Equal(1, Assert.Single(Server.Sessions).Resets);
        await ReadAsync(pool, "BEGIN TRANSACTION");
        Assert.Equal(1, await ReadAsync(pool, "SELECT 1 UNION ALL SELECT 2"));
        Assert.False(Assert.Single(Server.Sessions).IsInTransaction);
        Assert.Single(Server.Logins);
    }

    private static async Task<int> ReadAsync(ConnectionPool pool, string text)
    {
        await using var connection = await pool.OpenConnectionAsync(TestContext.Current.CancellationToken);
        await using var command = connection.CreateCommand();
        command.CommandText = text;
        return await command.ExecuteScalarAsync(TestContext.Current.CancellationToken) is int value ? value : 0;
    }
}
