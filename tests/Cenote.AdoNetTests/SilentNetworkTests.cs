namespace Cenote.AdoNetTests;

/// <summary>The network falls silent under a statement: neither its answer nor a cancel comes through.</summary>
public class SilentNetworkTests
{
    [Theory, ClassData<ServerDatabases>]
    public async Task A_statement_is_ended_even_if_its_cancel_is_stuck_and_the_pool_goes_on(Db db)
    {
        await using var relay = Relay.Start(Relayed.PortOf(db));
        await using var pool = TestPool.Create(Relayed.CreateProvider(db, relay.Port), db, configure: options =>
        {
            options.QueryTimeout = TimeSpan.FromSeconds(1);
            options.ValidationTimeout = TimeSpan.FromSeconds(1);
            options.CircuitBreaker = null;
        });

        // A blocked caller of Npgsql is let go when Npgsql itself gives up sending its cancel, after half a minute: too
        // long for a test.
        foreach (var isBlocking in db == Db.MariaDb ? (bool[])[false, true] : [false])
        {
            await using (var connection = await pool.OpenConnectionAsync())
            {
                await connection.RunAsync("SELECT 1");
                relay.FallSilent();
                await using var command = connection.Command("SELECT 1");
                var told = isBlocking
                    ? await Assert.ThrowsAsync<QueryTimeoutException>(() => Task.Factory.StartNew(() => command.ExecuteScalar(), TaskCreationOptions.LongRunning))
                    : await Assert.ThrowsAsync<QueryTimeoutException>(() => command.ExecuteScalarAsync());
                Assert.NotNull(told.InnerException);
            }

            relay.Speak();
            await using var next = await pool.OpenConnectionAsync();
            Assert.Equal(7, await next.ReadNumberAsync("SELECT 7"));
        }

        Assert.Equal(0, pool.GetStatistics().Counts.Leased);
    }
}
