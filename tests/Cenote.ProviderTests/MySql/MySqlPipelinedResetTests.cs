using System.Net;
using System.Net.Sockets;
using Cenote.MySql;
using MySqlConnector;

namespace Cenote.ProviderTests.MySql;

/// <summary>The reset that is sent at the return, and whose answer the next command reads.</summary>
public sealed class MySqlPipelinedResetTests
{
    private const string Session = "SELECT CONNECTION_ID()";

    private static int ServerPort => (int)new MySqlConnectionStringBuilder(RealServers.MySql).Port;

    [Fact]
    public async Task Return_waits_for_no_answer_and_the_next_lease_is_clean()
    {
        await using var relay = Relay.Start(ServerPort);
        await using var pool = NewPool(Through(relay));
        await pool.ExecuteAsync("SET @tenant = 7");
        await using (var lease = await pool.RentAsync(TestContext.Current.CancellationToken))
        {
            await lease.Connection.ExecuteAsync("SET @tenant = 7");
            relay.FallSilent();
        }

        Assert.Equal(1, pool.GetStatistics().Counts.Idle);
        await using var next = await pool.RentAsync(TestContext.Current.CancellationToken);
        var tenant = next.Connection.ScalarAsync<int>("SELECT @tenant IS NULL");
        Assert.False(tenant.IsCompleted);
        relay.Speak();
        Assert.Equal(1, await tenant);
        Assert.Equal(1, pool.GetStatistics().ConnectionsOpened);
    }

    [Theory]
    [InlineData(ResetMode.Full, "BEGIN")]
    [InlineData(ResetMode.Full, "SET autocommit = 0")]
    [InlineData(ResetMode.Full, "SELEC 1")]
    [InlineData(ResetMode.Rollback, "BEGIN")]
    [InlineData(ResetMode.Rollback, "SELEC 1")]
    public async Task Connection_that_may_be_in_a_transaction_is_not_rented_before_the_answer(ResetMode mode, string last)
    {
        await using var relay = Relay.Start(ServerPort);
        await using var pool = NewPool(Through(relay), mode);
        await using (var lease = await pool.RentAsync(TestContext.Current.CancellationToken))
        {
            await Record.ExceptionAsync(() => lease.Connection.ExecuteAsync(last));
            relay.FallSilent();
        }

        Assert.Equal((0, 1), (pool.GetStatistics().Counts.Idle, pool.GetStatistics().Counts.Resetting));
        relay.Speak();
        Assert.Equal(0, await pool.ScalarAsync<int>("SELECT @@in_transaction"));
        Assert.Equal(1, pool.GetStatistics().ConnectionsOpened);
    }

    [Fact]
    public async Task Connection_cut_inside_the_answer_fails_one_command_as_lost()
    {
        await using var relay = Relay.Start(ServerPort);
        await using var pool = NewPool(Through(relay));
        await using (var lease = await pool.RentAsync(TestContext.Current.CancellationToken))
        {
            await lease.Connection.ExecuteAsync("DO 1");
            relay.CutAfter(5);
        }

        var exception = await Assert.ThrowsAnyAsync<DbException>(() => pool.ScalarAsync<int>("SELECT 1"));
        Assert.Equal(FailureKind.ConnectionLost, pool.Provider.ClassifyFailure(exception));
        Assert.Equal(1, await pool.ScalarAsync<int>("SELECT 1"));
        Assert.Equal(2, pool.GetStatistics().ConnectionsOpened);
    }

    [Fact]
    public async Task Command_that_times_out_before_the_answer_loses_its_connection_only()
    {
        await using var relay = Relay.Start(ServerPort);
        await using var pool = NewPool(Through(relay) + ";Cancellation Timeout=-1");
        await using (var lease = await pool.RentAsync(TestContext.Current.CancellationToken))
        {
            await lease.Connection.ExecuteAsync("SET @tenant = 7");
            relay.FallSilent();
        }

        await using (var lease = await pool.RentAsync(TestContext.Current.CancellationToken))
        {
            await using var command = lease.Connection.CreateCommand();
            command.CommandText = "SELECT @tenant";
            command.CommandTimeout = 1;
            await Assert.ThrowsAsync<MySqlException>(() => command.ExecuteScalarAsync(TestContext.Current.CancellationToken));
        }

        relay.Speak();
        Assert.Equal(1, await pool.ScalarAsync<int>("SELECT @tenant IS NULL"));
        Assert.Equal(2, pool.GetStatistics().ConnectionsOpened);
    }

    [Fact]
    public async Task Statement_cancelled_behind_the_answer_leaves_a_session_that_works()
    {
        // A busy machine may need longer for a cancel than the driver's two seconds.
        await using var pool = NewPool(RealServers.MySql + ";Cancellation Timeout=30");
        var session = await pool.ScalarAsync<long>(Session);
        await using var administrator = new MySqlConnection(RealServers.MySql + ";Pooling=false");
        await administrator.OpenAsync(TestContext.Current.CancellationToken);
        await using (var connection = await pool.OpenConnectionAsync(TestContext.Current.CancellationToken))
        {
            using var cancel = new CancellationTokenSource();
            await using var command = connection.CreateCommand();
            command.CommandText = "SELECT SLEEP(600)";
            var sleep = command.ExecuteScalarAsync(cancel.Token);
            await Patience.SoonAsync(async () => await administrator.ScalarAsync<int>(
                $"SELECT count(*) FROM information_schema.processlist WHERE id = {session} AND state = 'User sleep'") == 1);
            await cancel.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sleep);
        }

        Assert.Equal(session, await pool.ScalarAsync<long>(Session));
    }

    [Fact]
    public async Task Rollback_mode_sends_nothing_after_a_lease_without_a_transaction()
    {
        const string Questions = "SELECT variable_value FROM information_schema.session_status WHERE variable_name = 'QUESTIONS'";
        await using var pool = NewPool(RealServers.MySql, ResetMode.Rollback);
        var before = await pool.ScalarAsync<long>(Questions);
        Assert.Equal(before + 1, await pool.ScalarAsync<long>(Questions));
        await pool.ExecuteAsync("BEGIN");
        Assert.Equal(before + 4, await pool.ScalarAsync<long>(Questions));
    }

    [Theory]
    [InlineData("None")]
    [InlineData("Preferred")]
    public async Task Rollback_mode_always_rolls_back_where_no_transaction_is_reported(string tls)
    {
        await using var relay = Relay.Start(ServerPort);
        relay.ChangeAnswer = static answer =>
        {
            // A success: its length, the number 1, and no rows. Its status says that no transaction is open.
            if (answer.Span is [_, 0, 0, 1, 0, 0, 0, ..] and { Length: < 64 })
            {
                answer.Span[7] &= 0xFE;
            }
        };
        await using var pool = NewPool($"{Through(relay)};SslMode={tls}", ResetMode.Rollback);
        await pool.ExecuteAsync("BEGIN");
        Assert.Equal(0, await pool.ScalarAsync<int>("SELECT @@in_transaction"));
        Assert.Equal(1, pool.GetStatistics().ConnectionsOpened);
    }

    [Fact]
    public async Task Transaction_of_XA_is_seen_and_its_session_closed_in_rollback_mode()
    {
        await using var pool = NewPool(RealServers.MySql, ResetMode.Rollback);
        var session = await pool.ScalarAsync<long>(Session);
        await pool.ExecuteAsync($"XA START '{Statements.UniqueName("x")}'");
        Assert.NotEqual(session, await pool.ScalarAsync<long>(Session));
    }

    // What this depends on is private to the driver: it fails when a new version has moved it.
    [Fact]
    public async Task Pool_uses_no_socket_asynchronously_before_a_caller_does()
    {
        await using var provider = new MySqlProvider(RealServers.MySql + ";SslMode=None");
        var session = NewSession(provider);
        await session.OpenAsync(TestContext.Current.CancellationToken);
        using (var command = session.Connection.CreateCommand())
        {
            command.CommandText = "BEGIN";
            command.ExecuteNonQuery();
        }

        Assert.True(session.CanResetInline);
        await session.ResetSessionAsync(TestContext.Current.CancellationToken);
        await session.ValidateAsync(TimeSpan.FromSeconds(15), TestContext.Current.CancellationToken);
        session.ResetSession();
        Assert.False(Assert.IsType<PipelinedStream>(session.Stream).WasAwaited);

        await session.Connection.ExecuteAsync("BEGIN");
        Assert.True(session.Stream.WasAwaited);
        Assert.False(session.CanResetInline);
        await session.ResetSessionAsync(TestContext.Current.CancellationToken);
        await session.ValidateAsync(TimeSpan.FromSeconds(15), TestContext.Current.CancellationToken);
        Assert.True(session.CanResetInline);
        await session.CloseAsync();
    }

    [Theory]
    [InlineData("Pipelining=false")]
    [InlineData("Use Compression=true")]
    public async Task Driver_resets_where_answers_cannot_wait(string setting)
    {
        await using var pool = NewPool($"{RealServers.MySql};{setting}");
        await pool.ExecuteAsync("SET @tenant = 7");
        Assert.Equal(1, await pool.ScalarAsync<int>("SELECT @tenant IS NULL"));
        Assert.Equal(1, pool.GetStatistics().ConnectionsOpened);
    }

    // Until then the server may have its session, so the pool must not take another connection in its place.
    [Fact]
    public async Task Blocking_open_ends_only_when_the_driver_has_ended()
    {
        await using var relay = Relay.Start(ServerPort);
        relay.FallSilent();
        await using var provider = new MySqlProvider(Through(relay));
        var session = NewSession(provider);
        using var cancel = new CancellationTokenSource();
        var opening = session.OpenAsync(cancel.Token).AsTask();
        await relay.Called;
        await cancel.CancelAsync();
        relay.Speak();
        await opening;
        Assert.Equal(ConnectionState.Open, session.Connection.State);
        await session.CloseAsync();
        Assert.Equal(ConnectionState.Closed, session.Connection.State);
    }

    // The driver's blocking handshake has neither a token nor a timeout.
    [Fact]
    public async Task Open_ends_at_its_token_when_the_server_is_silent_in_the_TLS_handshake()
    {
        byte[] greeting =
        [
            10, .. "8.0.36\0"u8, 1, 0, 0, 0, .. "12345678\0"u8, 0, 0x8A, 45, 2, 0, 0x08, 0, 21, .. new byte[10], .. "123456789012\0"u8,
            .. "mysql_native_password\0"u8,
        ];
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        await using var provider = new MySqlProvider($"Server=127.0.0.1;Port={port};User ID=u;Password=p");
        var session = NewSession(provider);
        using var cancel = new CancellationTokenSource();
        var opening = session.OpenAsync(cancel.Token).AsTask();
        using var client = await listener.AcceptTcpClientAsync(TestContext.Current.CancellationToken);
        await client.GetStream().WriteAsync((byte[])[(byte)greeting.Length, 0, 0, 0, .. greeting], TestContext.Current.CancellationToken);

        // The request for TLS, and the beginning of the handshake.
        await client.GetStream().ReadExactlyAsync(new byte[36 + 5], TestContext.Current.CancellationToken);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => opening);
        await session.CloseAsync();
    }

    // The login has two answers or three, then the driver and the pool set the session up.
    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public async Task Open_ends_at_its_token_without_another_connection_when_the_server_falls_silent(int answers)
    {
        await using var relay = Relay.Start(ServerPort);
        var left = answers;
        var isSilent = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        relay.ChangeAnswer = _ =>
        {
            if (Interlocked.Decrement(ref left) == 0)
            {
                relay.FallSilent();
                isSilent.SetResult();
            }
        };
        await using var provider = new MySqlProvider(new MySqlConnectionStringBuilder(Through(relay)) { SslMode = MySqlSslMode.Preferred }.ConnectionString);
        var session = NewSession(provider);
        using var cancel = new CancellationTokenSource();
        var opening = session.OpenAsync(cancel.Token).AsTask();
        await isSilent.Task;
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => opening);
        Assert.Equal(1, relay.Connections);
        await session.CloseAsync();
    }

    [Theory]
    [InlineData(ResetMode.Full)]
    [InlineData(ResetMode.Rollback)]
    public async Task Open_that_may_use_TLS_awaits_and_its_stream_says_so(ResetMode mode)
    {
        await using var provider = new MySqlProvider(RealServers.MySql);
        var session = NewSession(provider, mode);
        await session.OpenAsync(TestContext.Current.CancellationToken);
        Assert.True(Assert.IsType<PipelinedStream>(session.Stream).WasAwaited);
        await session.CloseAsync();
    }

    [Theory]
    [InlineData("None", false)]
    [InlineData("None", true)]
    [InlineData("Preferred", false)]
    public async Task Caller_that_waited_finds_a_clean_session_whether_or_not_it_sends_a_command(string tls, bool blocks)
    {
        await using var pool = NewPool($"{RealServers.MySql};SslMode={tls}");
        await using var other = new MySqlConnection(RealServers.MySql + ";Pooling=false");
        await other.OpenAsync(TestContext.Current.CancellationToken);
        var name = Statements.UniqueName("lock");
        var holder = await pool.RentAsync(TestContext.Current.CancellationToken);
        for (var i = 0; i < 20; i++)
        {
            await holder.Connection.ExecuteAsync($"SET @tenant = {i}");
            await holder.Connection.ExecuteAsync($"DO GET_LOCK('{name}', 0)");
            var waiting = blocks
                ? Task.Factory.StartNew(() => pool.Rent(), TestContext.Current.CancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default)
                : pool.RentAsync(TestContext.Current.CancellationToken).AsTask();
            await Patience.SoonAsync(() => pool.GetStatistics().Counts.Waiting == 1);
            if (blocks)
            {
                holder.Dispose();
            }
            else
            {
                await holder.DisposeAsync();
            }

            holder = await waiting;
            if (i % 2 == 0)
            {
                // Nothing but the pool ends the lock of the last holder.
                Assert.Equal(1, await other.ScalarAsync<int>($"SELECT GET_LOCK('{name}', 60)"));
                Assert.Equal(1, await other.ScalarAsync<int>($"SELECT RELEASE_LOCK('{name}')"));
            }

            Assert.Equal(1, await holder.Connection.ScalarAsync<int>($"SELECT @tenant IS NULL AND IS_FREE_LOCK('{name}')"));
        }

        await holder.DisposeAsync();
        Assert.Equal(1, pool.GetStatistics().ConnectionsOpened);
    }

    private static MySqlSession NewSession(MySqlProvider provider, ResetMode mode = ResetMode.Full) => (MySqlSession)provider.CreateConnection(
        new ConnectionSettings { SessionReset = SessionReset.ByPool, ResetMode = mode, ConnectTimeout = TimeSpan.FromSeconds(15) });

    // Opened blocking.
    private static string Through(Relay relay) => new MySqlConnectionStringBuilder(RealServers.MySql)
    {
        Server = "127.0.0.1",
        Port = (uint)relay.Port,
        AllowUserVariables = true,
        SslMode = MySqlSslMode.None,
    }.ConnectionString;

    private static ConnectionPool NewPool(string connectionString, ResetMode mode = ResetMode.Full) =>
        new ConnectionPoolBuilder().UseMySql(connectionString + ";Allow User Variables=true").WithResetMode(mode)
            .Configure(static options => (options.MinSize, options.MaxSize) = (0, 1)).Build();
}
