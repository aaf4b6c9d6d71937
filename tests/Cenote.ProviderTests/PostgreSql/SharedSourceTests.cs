using System.Transactions;
using Cenote.PostgreSql;

namespace Cenote.ProviderTests.PostgreSql;

/// <summary>What all slots share, and what each still has for itself.</summary>
public sealed class SharedSourceTests
{
    /// <summary>
    /// Says when a version of Npgsql has changed: the pool then works as <see cref="PostgreSqlDriverPoolTests"/> shows.
    /// </summary>
    [Fact]
    public void Members_that_are_not_public_are_still_there() => Assert.True(NpgsqlInternals.AreReachable);

    [Fact]
    public async Task Reset_travels_with_the_next_command()
    {
        await using var database = await OwnDatabase.CreateAsync();
        await using var administrator = await database.ConnectAsync();
        await using var pool = database.NewPool(SessionReset.ByDriver);
        for (var i = 0; i < 3; i++)
        {
            await using (var lease = await pool.RentAsync(Stop))
            {
                await lease.Connection.ExecuteAsync("SELECT pg_advisory_lock(1)");
            }

            // Nothing was sent at the return, nor is at the next rent.
            Assert.Equal(1, await CountLocksAsync(administrator));
            await using (var lease = await pool.RentAsync(Stop))
            {
                Assert.Equal(1, await CountLocksAsync(administrator));
                Assert.Equal(0, await CountLocksAsync(lease.Connection));
            }
        }

        Assert.Equal(1, pool.GetStatistics().ConnectionsOpened);
    }

    [Theory, ClassData<EveryValue<SessionReset>>]
    public async Task User_names_that_change_share_one_load_of_the_types(SessionReset clearing)
    {
        await using var database = await OwnDatabase.CreateAsync();
        string[] users = [Statements.UniqueName("u"), Statements.UniqueName("u")];
        await using (var administrator = await database.ConnectAsync())
        {
            foreach (var user in users)
            {
                await administrator.ExecuteAsync($"CREATE ROLE {user} LOGIN PASSWORD 'pw-{user}'");
            }
        }

        var loads = await database.CountLoadsAsync(async () =>
        {
            var opens = 0;
            await using var pool = database.NewPool(clearing, maxSize: 1, options => options.CredentialsProvider = _ =>
            {
                var user = users[opens++ % 2];
                return new(new DatabaseCredentials(user, "pw-" + user));
            });
            for (var i = 0; i < 6; i++)
            {
                Assert.Equal(users[i % 2], await pool.ScalarAsync<string>("SELECT session_user"));
                pool.Clear();
            }
        });
        Assert.Equal(1, loads);
    }

    [Theory, ClassData<EveryValue<SessionReset>>]
    public async Task Configuration_is_called_once_for_all_connections(SessionReset clearing)
    {
        await using var database = await OwnDatabase.CreateAsync();
        var calls = 0;
        await using var pool = new ConnectionPool(
            new PostgreSqlProvider(database.ConnectionString, _ => calls++),
            new ConnectionPoolOptions { MinSize = 0, MaxSize = 3, SessionReset = clearing });
        Assert.Equal(1, calls);
        await pool.WarmUpAsync(3, cancellationToken: Stop);
        Assert.Equal(2, calls);
    }

    [Fact]
    public async Task Connection_returned_before_its_transaction_has_ended_is_closed_after_it()
    {
        await using var database = await OwnDatabase.CreateAsync();
        await using var pool = database.NewPool(SessionReset.ByDriver, maxSize: 2);
        await pool.ExecuteAsync("CREATE TABLE goods (id int)");
        using (var scope = new CommittableTransaction())
        {
            await using (var lease = await pool.RentAsync(Stop))
            {
                lease.Connection.EnlistTransaction(scope);
                await lease.Connection.ExecuteAsync("INSERT INTO goods VALUES (1)");
            }

            Assert.Equal(0, await pool.ScalarAsync<int>("SELECT count(*) FROM goods"));
            scope.Commit();
        }

        Assert.Equal(1, await pool.ScalarAsync<int>("SELECT count(*) FROM goods"));
        Assert.Equal(2, pool.GetStatistics().ConnectionsOpened);
        await database.WaitForSessionsAsync(1);
    }

    [Theory, ClassData<EveryValue<SessionReset>>]
    public async Task Revoked_holder_gets_no_session_by_opening_the_connection_again(SessionReset clearing)
    {
        await using var database = await OwnDatabase.CreateAsync();
        await using var pool = database.NewPool(clearing);
        var lease = await pool.RentAsync(Stop);
        var session = lease.Unwrap<NpgsqlConnection>();
        Assert.True(pool.TryRevoke(Assert.Single(pool.GetLeaseReport().Leases)));
        await database.WaitForSessionsAsync(0);
        await Assert.ThrowsAnyAsync<Exception>(() => session.ExecuteAsync("SELECT 1"));
        await session.CloseAsync();
        await Assert.ThrowsAnyAsync<ObjectDisposedException>(() => session.OpenAsync(Stop));
        Assert.Equal(1, await pool.ScalarAsync<int>("SELECT 1"));
        await database.WaitForSessionsAsync(1);
    }

    private static Task<int> CountLocksAsync(System.Data.Common.DbConnection connection) =>
        connection.ScalarAsync<int>("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = 1 AND database = (SELECT oid FROM pg_database WHERE datname = current_database())");
}
