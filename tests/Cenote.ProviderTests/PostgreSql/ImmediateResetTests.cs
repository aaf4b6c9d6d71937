using System.Net.Sockets;
using Cenote.PostgreSql;

namespace Cenote.ProviderTests.PostgreSql;

/// <summary>The reset that is sent with the return, and whose answer is read with that of the next command.</summary>
public sealed class ImmediateResetTests
{
    // The view shows the locks of all databases, and other tests have some.
    private const string LocksHere =
        "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";

    [Theory]
    [InlineData(true, "SELECT pg_advisory_lock(1)", "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = {0}")]
    [InlineData(false, "SELECT pg_advisory_lock(1)", "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = {0}")]
    [InlineData(true, "BEGIN; SELECT pg_advisory_xact_lock(1)", "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = {0}")]
    [InlineData(true, "CREATE TEMP TABLE left_behind (id int)", "SELECT count(*) FROM pg_class WHERE relname = 'left_behind'")]
    [InlineData(true, "SET application_name = 'left behind'", "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'left behind' AND pid = {0}")]
    public async Task Session_is_cleared_before_its_next_lease(bool isAwaited, string statement, string count)
    {
        await using var database = await OwnDatabase.CreateAsync();
        await using var other = await database.ConnectAsync();
        await using var pool = database.NewPool(SessionReset.ByPool);
        for (var i = 0; i < 3; i++)
        {
            var lease = await pool.RentAsync(Stop);
            await lease.Connection.ExecuteAsync(statement);
            var seen = string.Format(System.Globalization.CultureInfo.InvariantCulture, count, lease.Unwrap<NpgsqlConnection>().ProcessID);
            Assert.Equal(1, await other.ScalarAsync<int>(seen));
            if (isAwaited)
            {
                await lease.DisposeAsync();
            }
            else
            {
                lease.Dispose();
            }

            await Patience.SoonAsync(async () => await other.ScalarAsync<int>(seen) == 0);
        }

        Assert.Equal(1, pool.GetStatistics().ConnectionsOpened);
    }

    [Theory]
    [InlineData(true, "")]
    [InlineData(false, "")]
    [InlineData(true, "BEGIN; ")]
    public async Task Caller_that_waited_finds_a_cleared_session_whether_or_not_it_sends_a_command(bool isAwaited, string begin)
    {
        await using var database = await OwnDatabase.CreateAsync();
        await using var other = await database.ConnectAsync();
        await using var pool = database.NewPool(SessionReset.ByPool);
        var holder = await pool.RentAsync(Stop);
        for (var i = 0; i < 20; i++)
        {
            await holder.Connection.ExecuteAsync($"{begin}SELECT pg_advisory_lock(1); SET my.tenant = '{i}'");
            var waiting = isAwaited
                ? pool.RentAsync(Stop).AsTask()
                : Task.Factory.StartNew(() => pool.Rent(), Stop, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            await Patience.SoonAsync(() => pool.GetStatistics().Counts.Waiting == 1);
            if (isAwaited)
            {
                await holder.DisposeAsync();
            }
            else
            {
                holder.Dispose();
            }

            holder = await waiting;
            if (i % 2 == 0)
            {
                // Nothing but the pool ends the lock of the last holder.
                await other.ExecuteAsync("SELECT pg_advisory_lock(1)");
                await other.ExecuteAsync("SELECT pg_advisory_unlock(1)");
            }

            Assert.Equal("", await holder.Connection.ScalarAsync<string>("SELECT coalesce(current_setting('my.tenant', true), '')"));
            Assert.Equal(0, await other.ScalarAsync<int>(LocksHere));
        }

        await holder.DisposeAsync();
        Assert.Equal(1, pool.GetStatistics().ConnectionsOpened);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Lease_without_a_command_leaves_the_unread_answer_in_order(bool isAwaited)
    {
        await using var database = await OwnDatabase.CreateAsync();
        await using var pool = database.NewPool(SessionReset.ByPool);
        for (var i = 0; i < 3; i++)
        {
            await pool.ExecuteAsync("SET my.tenant = '1'");
            await UseAsync(pool, isAwaited, static _ => Task.CompletedTask);
            await UseAsync(pool, isAwaited, static _ => Task.CompletedTask);
            Assert.Equal(i, await pool.ScalarAsync<int>($"SELECT {i} WHERE current_setting('my.tenant', true) = ''"));
        }

        Assert.Equal(1, pool.GetStatistics().ConnectionsOpened);
    }

    [Theory]
    [InlineData(true, false, false)]
    [InlineData(false, false, false)]
    [InlineData(true, true, false)]
    [InlineData(true, false, true)]
    [InlineData(false, true, true)]
    public async Task Transaction_without_a_command_leaves_the_unread_answer_in_order(bool isAwaited, bool hasSavepoint, bool isDisposed)
    {
        await using var database = await OwnDatabase.CreateAsync();
        await using var pool = database.NewPool(SessionReset.ByPool);
        for (var i = 0; i < 3; i++)
        {
            await pool.ExecuteAsync("SELECT 1");
            await UseAsync(pool, isAwaited, async connection =>
            {
                var transaction = await connection.BeginTransactionAsync(IsolationLevel.Serializable, Stop);
                if (hasSavepoint)
                {
                    await transaction.SaveAsync("point", Stop);
                }

                if (isDisposed)
                {
                    await transaction.DisposeAsync();
                }
            });
            Assert.Equal("read committed", await pool.ScalarAsync<string>("SHOW transaction_isolation"));
            Assert.Equal(i, await pool.ScalarAsync<int>($"SELECT {i}"));
        }

        Assert.Equal(1, pool.GetStatistics().ConnectionsOpened);
    }

    [Fact]
    public async Task Statements_that_the_driver_prepared_are_forgotten_on_both_sides()
    {
        await using var database = await OwnDatabase.CreateAsync();
        await using var pool = database.NewPool(SessionReset.ByPool);
        for (var i = 0; i < 3; i++)
        {
            await UseAsync(pool, isAwaited: true, async connection =>
            {
                Assert.Equal(0, await connection.ScalarAsync<int>("SELECT count(*) FROM pg_prepared_statements"));
                await using var command = new NpgsqlCommand("SELECT $1::int", connection) { Parameters = { new() { Value = i } } };
                await command.PrepareAsync(Stop);
                Assert.Equal(i, await command.ExecuteScalarAsync(Stop));
                Assert.Equal(1, await connection.ScalarAsync<int>("SELECT count(*) FROM pg_prepared_statements"));
            });
        }

        Assert.Equal(1, pool.GetStatistics().ConnectionsOpened);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Statement_timeout_of_the_last_holder_does_not_cancel_the_reset(bool isAwaited)
    {
        await using var database = await OwnDatabase.CreateAsync();
        await using var other = await database.ConnectAsync();
        await using var watcher = await database.ConnectAsync();
        await using var pool = database.NewPool(SessionReset.ByPool);
        var process = 0;
        var leaving = Task.Run(
            () => UseAsync(pool, isAwaited, async connection =>
            {
                await connection.ExecuteAsync("CREATE TEMP TABLE kept (id int)");
                var schema = await connection.ScalarAsync<string>("SELECT pg_my_temp_schema()::regnamespace::text");
                await other.ExecuteAsync($"BEGIN; LOCK TABLE {schema}.kept IN ACCESS SHARE MODE");
                await connection.ExecuteAsync("SET my.tenant = '1'; SET statement_timeout = '200ms'");
                Volatile.Write(ref process, connection.ProcessID);
            }),
            Stop);

        // To drop the table, the reset waits for longer than the timeout.
        await Patience.SoonAsync(async () => await watcher.ScalarAsync<int>(
            $"SELECT count(*) FROM pg_stat_activity WHERE pid = {Volatile.Read(ref process)} AND wait_event_type = 'Lock' AND clock_timestamp() - query_start > interval '1 s'") == 1);
        await other.ExecuteAsync("ROLLBACK");
        await leaving;
        await UseAsync(pool, isAwaited, async connection =>
        {
            Assert.Equal(0, await connection.ScalarAsync<int>("SELECT count(*) FROM pg_class WHERE pg_my_temp_schema() IN (relnamespace)"));
            Assert.Equal("", await connection.ScalarAsync<string>("SELECT current_setting('my.tenant', true)"));
            Assert.Equal("0", await connection.ScalarAsync<string>("SHOW statement_timeout"));
        });

        Assert.Equal(1, pool.GetStatistics().ConnectionsOpened);
    }

    [Fact]
    public async Task Query_timeout_of_the_pool_survives_the_reset()
    {
        await using var database = await OwnDatabase.CreateAsync();
        await using var pool = new ConnectionPool(
            new PostgreSqlProvider(database.ConnectionString),
            new ConnectionPoolOptions { MinSize = 0, MaxSize = 1, SessionReset = SessionReset.ByPool, QueryTimeout = TimeSpan.FromSeconds(7) });
        for (var i = 0; i < 3; i++)
        {
            await UseAsync(pool, isAwaited: true, static async connection =>
            {
                Assert.Equal("7s", await connection.ScalarAsync<string>("SHOW statement_timeout"));
                await connection.ExecuteAsync("SET statement_timeout = '5s'");
            });
        }

        Assert.Equal(1, pool.GetStatistics().ConnectionsOpened);
    }

    [Fact]
    public async Task Failed_reset_costs_the_next_holder_nothing()
    {
        await using var database = await OwnDatabase.CreateAsync();
        await using var other = await database.ConnectAsync();
        await using var pool = database.NewPool(SessionReset.ByPool);
        await pool.ExecuteAsync("SELECT 1");
        var process = 0;
        await UseAsync(pool, isAwaited: true, async connection =>
        {
            process = connection.ProcessID;
            await connection.ExecuteAsync("ALTER FUNCTION pg_replication_origin_session_is_setup() RENAME TO gone");
        });
        await Patience.SoonAsync(async () => await other.ScalarAsync<int>(
            $"SELECT count(*) FROM pg_stat_activity WHERE pid = {process} AND state LIKE 'idle%' AND query LIKE '%origin_session_reset%'") == 1);
        await other.ExecuteAsync("ALTER FUNCTION gone() RENAME TO pg_replication_origin_session_is_setup");
        Assert.NotEqual(process, await pool.ScalarAsync<int>("SELECT pg_backend_pid()"));
        Assert.Equal(2, pool.GetStatistics().ConnectionsOpened);
        await database.WaitForSessionsAsync(2);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(false, "CDISCARD ALL\0", "ZI")]
    [InlineData(false, "STimeZone\0UTC\0", "CDISCARD ALL\0", "ZI")]
    [InlineData(false, "STimeZone\0UTC\0", "CDIS")]
    [InlineData(false, "CSET\0", "ZI", "CDISCARD ALL\0", "ZI")]
    [InlineData(true, "ESERROR\0", "ZI")]
    [InlineData(true, "CSET\0", "ZI", "A0000news\0\0", "ESERROR\0", "ZI")]
    [InlineData(true, "CDISCARD ALL\0", "ZI", "ESERROR\0")]
    [InlineData(false, "\u0017\u0003ESERROR\0")]
    public async Task Unread_answer_is_checked_as_far_as_it_has_arrived(bool isFailure, params string[] messages)
    {
        using var listener = new TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        using var client = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await client.ConnectAsync(listener.LocalEndpoint, Stop);
        using var server = await listener.AcceptSocketAsync(Stop);

        // A code, the length of the rest, the rest. The last one may have arrived in part.
        byte[] bytes = [.. messages.SelectMany(static message => (byte[])[(byte)message[0], 0, 0, 0, (byte)(message == "CDIS" ? 16 : message.Length + 3), .. System.Text.Encoding.ASCII.GetBytes(message[1..])])];
        await server.SendAsync(bytes, Stop);
        await Patience.SoonAsync(() => client.Available == bytes.Length);
        Assert.Equal(isFailure, Record.Exception(() => ResetAnswer.Check(client)) is InvalidOperationException);
        Assert.Equal(bytes.Length, client.Available);
    }

    [Fact]
    public async Task Session_with_several_hosts_is_cleared_before_its_next_lease()
    {
        await using var database = await OwnDatabase.CreateAsync();
        await using var other = await database.ConnectAsync();
        var own = new NpgsqlConnectionStringBuilder(database.ConnectionString);
        own.Host = $"{own.Host}:{own.Port},{own.Host}:1";
        await using var pool = new ConnectionPool(new PostgreSqlProvider(own.ConnectionString), new ConnectionPoolOptions { MinSize = 0, MaxSize = 1, SessionReset = SessionReset.ByPool });
        for (var i = 0; i < 3; i++)
        {
            await pool.ExecuteAsync("SELECT pg_advisory_lock(1)");
            await Patience.SoonAsync(async () => await other.ScalarAsync<int>("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())") == 0);
        }

        Assert.Equal(1, pool.GetStatistics().ConnectionsOpened);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Storm_of_uses_finds_every_session_clear(int seed)
    {
        await using var database = await OwnDatabase.CreateAsync();
        await using var pool = database.NewPool(SessionReset.ByPool, maxSize: 4);
        await Task.WhenAll(Enumerable.Range(0, 12).Select(caller => Task.Run(
            async () =>
            {
                var random = new Random((seed * 100) + caller);
                for (var i = 0; i < 60; i++)
                {
                    await UseAsync(pool, isAwaited: random.Next(2) == 0, connection => LeaveBehindAsync(connection, random, (caller * 1000) + i));
                }
            },
            Stop)));
    }

    // What each use leaves behind would fail the question at the beginning of a later one.
    private static async Task LeaveBehindAsync(NpgsqlConnection connection, Random random, int number)
    {
        var use = random.Next(9);
        if (use == 0)
        {
            return;
        }

        if (use == 1)
        {
            _ = await connection.BeginTransactionAsync(IsolationLevel.Serializable, Stop);
            return;
        }

        Assert.Equal(number, await connection.ScalarAsync<int>(
            $"SELECT {number} WHERE coalesce(current_setting('my.tenant', true), '') = '' AND current_setting('transaction_isolation') = 'read committed' AND NOT EXISTS (SELECT FROM pg_prepared_statements) AND to_regclass('pg_temp.left_behind') IS NULL AND NOT EXISTS (SELECT FROM pg_listening_channels())"));
        await using var command = new NpgsqlCommand("SELECT generate_series(1, 10000)", connection);
        switch (use)
        {
            case 2:
                await connection.ExecuteAsync("SET my.tenant = '1'");
                break;
            case 3:
                await connection.ExecuteAsync("CREATE TEMP TABLE left_behind (id int); LISTEN news");
                break;
            case 4:
                _ = await connection.BeginTransactionAsync(IsolationLevel.Serializable, Stop);
                await Assert.ThrowsAsync<PostgresException>(() => connection.ExecuteAsync("SELECT 1/0"));
                break;
            case 5:
                await command.PrepareAsync(Stop);
                break;
            case 6:
                _ = await command.ExecuteReaderAsync(Stop);
                break;
            case 7:
                var transaction = await connection.BeginTransactionAsync(IsolationLevel.Serializable, Stop);
                await connection.ExecuteAsync("SET my.tenant = '1'");
                await transaction.SaveAsync("point", Stop);
                break;
            default:
                await connection.ExecuteAsync("BEGIN ISOLATION LEVEL SERIALIZABLE");
                break;
        }
    }

    private static async Task UseAsync(ConnectionPool pool, bool isAwaited, Func<NpgsqlConnection, Task> use)
    {
        var lease = await pool.RentAsync(Stop);
        await use(lease.Unwrap<NpgsqlConnection>());
        if (isAwaited)
        {
            await lease.DisposeAsync();
        }
        else
        {
            lease.Dispose();
        }
    }
}
