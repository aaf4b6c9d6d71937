using Microsoft.Data.SqlClient;
using Microsoft.Extensions.Time.Testing;

namespace Cenote.ProviderTests.SqlServer;

/// <summary>
/// A slot is one session: it is counted, lost, ended and replaced as the pool says, not as the driver would.
/// </summary>
public sealed class SqlServerSessionTests : SqlServerSuite
{
    [Fact]
    public async Task The_server_has_as_many_sessions_as_the_pool_under_the_application_s_own_name()
    {
        await using (var pool = NewPool(maxSize: 3))
        {
            await pool.WarmUpAsync(3, cancellationToken: TestContext.Current.CancellationToken);
            Assert.Equal(3, Server.Sessions.Count());
        }

        await UntilAsync(() => !Server.Sessions.Any());
        Assert.Equal(3, Server.Logins.Count);
        Assert.All(Server.Logins, login => Assert.Equal(("clerk", "till", "shop", Environment.MachineName), (login.User, login.Application, login.Database, login.Host)));
    }

    [Theory, ClassData<EveryValue<SessionReset>>]
    public async Task Many_clients_share_few_sessions_and_the_driver_opens_none_of_its_own(SessionReset clearing)
    {
        await using var pool = NewPool(maxSize: 3, options => options.SessionReset = clearing);
        await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => Task.Run(async () =>
        {
            for (var i = 0; i < 20; i++)
            {
                await using var lease = await pool.RentAsync(TestContext.Current.CancellationToken);
                Assert.Equal(0, await lease.Connection.ScalarAsync<int>("SELECT VARIABLE"));
                await lease.Connection.ExecuteAsync("SET VARIABLE");
            }
        })));

        Assert.InRange(pool.GetStatistics().ConnectionsOpened, 1, 3);
        Assert.Equal(pool.GetStatistics().ConnectionsOpened, Server.Logins.Count);
    }

    [Theory, ClassData<EveryValue<SessionReset>>]
    public async Task A_session_lost_in_a_statement_is_not_rented_again(SessionReset clearing)
    {
        await using var pool = NewPool(configure: options => options.SessionReset = clearing);
        int lost;
        await using (var lease = await pool.RentAsync(TestContext.Current.CancellationToken))
        {
            lost = await lease.Connection.ScalarAsync<int>("SELECT @@SPID");
            var exception = await Assert.ThrowsAsync<SqlException>(() => lease.Connection.ExecuteAsync("DIE"));
            Assert.Equal(FailureKind.ConnectionLost, pool.Provider.ClassifyFailure(exception));
        }

        Assert.NotEqual(lost, await pool.ScalarAsync<int>("SELECT @@SPID"));
        Assert.Equal(2, pool.GetStatistics().ConnectionsOpened);

        // The driver may have connected again by itself, beneath the pool, when the reset met the dead session.
        Assert.InRange(Server.Logins.Count, 2, 3);
    }

    // The driver connects again by itself when it finds the session dead: the slot must not go on with what it did not
    // open.
    [Theory, ClassData<EveryValue<SessionReset>>]
    public async Task A_session_that_the_driver_replaced_is_given_up(SessionReset clearing)
    {
        await using var pool = NewPool(configure: options => options.SessionReset = clearing);
        await using (var lease = await pool.RentAsync(TestContext.Current.CancellationToken))
        {
            await lease.Connection.ExecuteAsync("SELECT 1");
            var before = ((SqlConnection)lease.Connection).ClientConnectionId;
            Assert.Single(Server.Sessions).Drop();
            await lease.Connection.CloseAsync();
            await Patience.SoonAsync(async () =>
            {
                await lease.Connection.OpenAsync();
                var isReplaced = ((SqlConnection)lease.Connection).ClientConnectionId != before;
                if (!isReplaced)
                {
                    await lease.Connection.CloseAsync();
                }

                return isReplaced;
            });
        }

        Assert.Equal(1, await pool.ScalarAsync<int>("SELECT 1"));
        Assert.Equal(2, pool.GetStatistics().ConnectionsOpened);
        Assert.Equal(1, pool.GetStatistics().ConnectionsClosedByReason[CloseReason.ConnectionLost]);
        await UntilAsync(() => Server.Sessions.Count() == 1);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_holder_revoked_inside_a_call_comes_out_of_it_and_his_session_ends(bool blocks)
    {
        await using var pool = NewPool();
        var late = await pool.RentAsync(TestContext.Current.CancellationToken);
        var connection = late.Connection;
        var call = Task.Run(async () =>
        {
            await using var command = connection.CreateCommand();
            command.CommandText = "WAITFOR";
            command.CommandTimeout = 600;
            return blocks ? command.ExecuteScalar() : await command.ExecuteScalarAsync();
        });
        await UntilAsync(() => Server.Sessions.Any(session => session.IsBusy));
        Assert.True(pool.TryRevoke(Assert.Single(pool.GetLeases())));

        await Assert.ThrowsAnyAsync<Exception>(() => call.WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.True(call.IsFaulted, "The holder never came out of his call.");
        Assert.Equal(1, await pool.ScalarAsync<int>("SELECT 1"));
        await Assert.ThrowsAnyAsync<Exception>(() => connection.ScalarAsync("SELECT 1"));
        await connection.CloseAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => connection.OpenAsync());
        Assert.Throws<ObjectDisposedException>(connection.Open);
        await UntilAsync(() => Server.Sessions.Count() == 1);
        Assert.Equal(2, Server.Logins.Count);
    }

    [Fact]
    public async Task A_holder_revoked_between_two_calls_reaches_nobodys_session()
    {
        await using var pool = NewPool();
        var late = await pool.RentAsync(TestContext.Current.CancellationToken);
        var connection = late.Connection;
        await connection.ExecuteAsync("BEGIN TRANSACTION");
        Assert.True(pool.TryRevoke(Assert.Single(pool.GetLeases())));

        await using var next = await pool.RentAsync(TestContext.Current.CancellationToken);
        Assert.NotSame(connection, next.Connection);
        await Assert.ThrowsAnyAsync<DbException>(() => connection.ExecuteAsync("SET VARIABLE"));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => connection.OpenAsync());
        Assert.Equal(0, await next.Connection.ScalarAsync<int>("SELECT VARIABLE"));
        await UntilAsync(() => Server.Sessions.Count() == 1);
    }

    [Fact]
    public async Task A_statement_that_runs_too_long_is_ended_and_its_session_kept()
    {
        var (time, limit) = (new FakeTimeProvider(), TimeSpan.FromMinutes(1));
        await using var pool = NewPool(configure: options => (options.TimeProvider, options.QueryTimeout) = (time, limit));
        await using var connection = await pool.OpenConnectionAsync(TestContext.Current.CancellationToken);
        var waiting = connection.ExecuteAsync("WAITFOR");
        // A cancel that comes before the statement does nothing.
        await UntilAsync(() => Server.Sessions.Any(session => session.IsBusy));
        time.Advance(limit);
        await Assert.ThrowsAsync<QueryTimeoutException>(() => waiting.Soon());
        await connection.CloseAsync();
        Assert.Equal(1, await pool.ScalarAsync<int>("SELECT 1"));
        Assert.Equal(1, pool.GetStatistics().ConnectionsOpened);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_cancelled_statement_ends_and_its_session_is_kept(bool byToken)
    {
        await using var pool = NewPool();
        await using (var connection = await pool.OpenConnectionAsync(TestContext.Current.CancellationToken))
        {
            using var cancellation = new CancellationTokenSource();
            await using var command = connection.CreateCommand();
            command.CommandText = "WAITFOR";
            var running = command.ExecuteNonQueryAsync(cancellation.Token);
            await UntilAsync(() => Server.Sessions.Any(session => session.IsBusy));
            if (byToken)
            {
                await cancellation.CancelAsync();
            }
            else
            {
                command.Cancel();
            }

            var exception = await Assert.ThrowsAnyAsync<Exception>(() => running);
            Assert.True(pool.Provider.IsCancellation(exception), exception.ToString());
            Assert.Equal(FailureKind.Other, pool.Provider.ClassifyFailure(exception));
        }

        Assert.Equal(1, await pool.ScalarAsync<int>("SELECT 1"));
        Assert.Equal(1, pool.GetStatistics().ConnectionsOpened);
    }

    [Theory, ClassData<EveryValue<SessionReset>>]
    public async Task Validation_passes_on_a_live_session_and_fails_on_a_dead_one(SessionReset clearing)
    {
        await using var provider = new Cenote.SqlServerProvider(Server.ConnectionString);
        var physical = provider.CreateConnection(Settings(clearing));
        try
        {
            await physical.OpenAsync(TestContext.Current.CancellationToken);
            await physical.ValidateAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
            physical.Validate(TimeSpan.FromSeconds(29.5));
            Assert.True(physical.IsUsable);

            Assert.Single(Server.Sessions).Drop();
            var exception = await Assert.ThrowsAsync<SqlException>(() => physical.ValidateAsync(TimeSpan.FromSeconds(5), TestContext.Current.CancellationToken).AsTask());
            Assert.Equal(FailureKind.ConnectionLost, provider.ClassifyFailure(exception));

            // The driver notices a little later than it throws.
            await UntilAsync(() => !physical.IsUsable);
        }
        finally
        {
            await physical.CloseAsync();
        }
    }
}
