using System.Globalization;

namespace Cenote.ProxyTests;

/// <summary>A real HAProxy: its timeouts, its ceiling, its health checks and several servers.</summary>
public sealed class HaProxyTests(Bouncers bouncers) : IClassFixture<Bouncers>
{
    private const string SessionAge = "SELECT extract(epoch FROM now() - min(backend_start)) FROM pg_stat_activity WHERE application_name = 'cenote-idle'";

    private static readonly string[] ShortTimeouts = ["timeout client 5s", "timeout server 5s"];

    [Fact]
    public async Task Idle_connections_outlive_its_timeouts_if_they_are_validated_more_often()
    {
        await using var proxy = await HaProxy.StartAsync([(bouncers.Server.Port, "")], ShortTimeouts);
        await using var administrator = await bouncers.Server.OpenAdminAsync();
        await using var pool = Bouncers.NewPool(Idle(proxy), static options => (options.MinSize, options.ValidationInterval) = (2, TimeSpan.FromSeconds(1)));
        await pool.WarmUpAsync(2, cancellationToken: Stop);
        await Patience.SoonAsync(async () => await administrator.ScalarAsync<double>(SessionAge) > 6, "older than the proxy's timeouts");
        Assert.Equal(1, await pool.ScalarAsync<int>("SELECT 1"));
        Assert.Equal(2, pool.GetStatistics().ConnectionsOpened);
    }

    [Fact]
    public async Task Idle_connection_that_it_ended_is_replaced_for_a_command_of_the_pool()
    {
        await using var proxy = await HaProxy.StartAsync([(bouncers.Server.Port, "")], "timeout client 1s", "timeout server 1s");
        await using var administrator = await bouncers.Server.OpenAdminAsync();
        await using var pool = Bouncers.NewPool(Idle(proxy) + "-short");
        await pool.WarmUpAsync(1, cancellationToken: Stop);
        await Patience.SoonAsync(async () => await administrator.ScalarAsync<int>("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'cenote-idle-short'") == 0, "ended");
        await using var command = pool.CreateCommand("SELECT 1");
        Assert.Equal(1, await command.ExecuteScalarAsync(Stop));
    }

    [Fact]
    public async Task Statement_longer_than_its_timeout_is_lost_and_goes_on_at_the_server()
    {
        await using var proxy = await HaProxy.StartAsync([(bouncers.Server.Port, "")], "timeout client 1s", "timeout server 1s");
        await using var pool = Bouncers.NewPool(proxy.ConnectionString(bouncers.Server) + ";Command Timeout=60");
        var sql = NewSleep();
        await using (var connection = await pool.OpenConnectionAsync(Stop))
        {
            var failure = await Assert.ThrowsAnyAsync<DbException>(() => connection.ScalarAsync<string>(sql)).Soon();
            Assert.Equal(FailureKind.ConnectionLost, pool.Provider.ClassifyFailure(failure));
        }

        await RunsAsync(sql, 1);
        await bouncers.Server.ExecuteAsync($"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query = '{sql}'");

        // The server looks for its client, and the statement of a lost one ends.
        await using var looking = Bouncers.NewPool(proxy.ConnectionString(bouncers.Server) + ";Command Timeout=60;Options=-c client_connection_check_interval=100ms");
        var noticed = NewSleep();
        await Assert.ThrowsAnyAsync<DbException>(() => looking.ScalarAsync<string>(noticed)).Soon();
        await RunsAsync(noticed, 0);
    }

    [Fact]
    public async Task Its_ceiling_is_a_lost_server()
    {
        await using var proxy = await HaProxy.StartAsync([(bouncers.Server.Port, "maxconn 1")], "timeout queue 100ms");
        await using var other = new NpgsqlConnection(proxy.ConnectionString(bouncers.Server) + ";Pooling=false");
        await Patience.SoonAsync(async () => await Record.ExceptionAsync(() => other.OpenAsync(Stop)) is null, "the connection that found out that it was ready has left");
        await using var pool = Bouncers.NewPool(proxy.ConnectionString(bouncers.Server), static options => options.MaxOpenRetries = 0);
        var refused = await Assert.ThrowsAsync<ConnectionOpenException>(() => pool.OpenConnectionAsync(Stop).AsTask()).Soon();
        Assert.Equal(FailureKind.ConnectionLost, refused.Failure.Kind);
    }

    [Fact]
    public async Task Server_that_goes_down_behind_it_opens_the_circuit_and_is_served_again()
    {
        await using var server = await PostgreSqlServer.StartNewAsync();
        await using var proxy = await HaProxy.StartAsync([(server.Port, "check")]);
        await using var pool = Bouncers.NewPool(proxy.ConnectionString(server), static options => options.MaxOpenRetries = 0);
        await using (var connection = await pool.OpenConnectionAsync(Stop))
        {
            await server.KillAsync();
            var failure = await Assert.ThrowsAnyAsync<DbException>(() => connection.ScalarAsync<int>("SELECT 1")).Soon();
            Assert.Equal(FailureKind.ConnectionLost, pool.Provider.ClassifyFailure(failure));
        }

        // The proxy still accepts clients, and ends them.
        await Patience.SoonAsync(async () => await Record.ExceptionAsync(() => pool.ScalarAsync<int>("SELECT 1")) is not null && pool.GetCircuitStatus().State != CircuitState.Closed, "open");
        await server.StartAsync();
        await Patience.SoonAsync(async () => await Record.ExceptionAsync(() => pool.ScalarAsync<int>("SELECT 1")) is null, "served");
    }

    [Fact]
    public async Task Promoted_replica_is_used_once_its_checks_have_failed_over()
    {
        await using var primary = await PostgreSqlServer.StartPrimaryAsync();
        await using var replica = await primary.StartReplicaAsync();
        await using var proxy = await HaProxy.StartAsync([(primary.Port, "check"), (replica.Port, "check backup")], "option pgsql-check user admin", "default-server on-marked-down shutdown-sessions");
        await using var pool = Bouncers.NewPool(proxy.ConnectionString(primary), static options => options.MaxOpenRetries = 0);
        await pool.WarmUpAsync(2, cancellationToken: Stop);
        await primary.KillAsync();
        await replica.PromoteAsync();
        await Patience.SoonAsync(async () => await Record.ExceptionAsync(() => InsertAsync(pool)) is null, "written");
        await using var administrator = await replica.OpenAdminAsync();
        Assert.True(await administrator.ScalarAsync<int>("SELECT count(*) FROM notes") > 0);

        static async Task InsertAsync(ConnectionPool pool)
        {
            await using var connection = await pool.OpenConnectionAsync(Stop);
            await connection.ExecuteAsync("INSERT INTO notes VALUES (7)");
        }
    }

    [Theory]
    [InlineData("leastconn", false)]
    [InlineData("source", true)]
    public async Task Cancel_reaches_its_server_if_the_client_s_address_decides(string balance, bool isCancelled)
    {
        await using var second = await PostgreSqlServer.StartNewAsync();
        await using var proxy = await HaProxy.StartAsync([(bouncers.Server.Port, ""), (second.Port, "")], $"balance {balance}");
        await using var pool = Bouncers.NewPool(string.Create(CultureInfo.InvariantCulture, $"Host=127.0.0.1;Port={proxy.Port};Database=postgres;Username=admin;SSL Mode=Disable;Cancellation Timeout={(isCancelled ? 60_000 : 300)}"));
        await using var connection = await pool.OpenConnectionAsync(Stop);
        var sql = NewSleep();
        await using var server = await OpenServerOfAsync(connection, second);
        using var cancelling = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        var running = command.ExecuteScalarAsync(cancelling.Token);
        await RunsAsync(server, sql, 1);
        await cancelling.CancelAsync();
        await Assert.ThrowsAnyAsync<Exception>(() => running.Soon());
        await RunsAsync(server, sql, isCancelled ? 0 : 1);
        Assert.Equal(isCancelled, connection.State == System.Data.ConnectionState.Open);
    }

    [Fact]
    public async Task Server_keeps_the_query_timeout_of_statements_that_no_cancel_reaches()
    {
        await using var second = await PostgreSqlServer.StartNewAsync();
        await using var proxy = await HaProxy.StartAsync([(bouncers.Server.Port, ""), (second.Port, "")], "balance roundrobin");
        await using var pool = Bouncers.NewPool(
            string.Create(CultureInfo.InvariantCulture, $"Host=127.0.0.1;Port={proxy.Port};Database=postgres;Username=admin;SSL Mode=Disable"),
            static options => options.QueryTimeout = TimeSpan.FromSeconds(1));
        await using var connection = await pool.OpenConnectionAsync(Stop);
        await using var server = await OpenServerOfAsync(connection, second);
        var sql = NewSleep();
        await Assert.ThrowsAsync<QueryTimeoutException>(() => connection.ScalarAsync<string>(sql)).Soon();
        await RunsAsync(server, sql, 0);
    }

    private static string Idle(HaProxy proxy) => string.Create(CultureInfo.InvariantCulture, $"Host=127.0.0.1;Port={proxy.Port};Database=postgres;Username=admin;SSL Mode=Disable;Application Name=cenote-idle");

    private static string NewSleep() => string.Create(CultureInfo.InvariantCulture, $"SELECT pg_sleep(30) /* {Random.Shared.Next()} */");

    /// <summary>An administrator of the server that a connection has reached.</summary>
    private async Task<DbConnection> OpenServerOfAsync(PooledConnection connection, PostgreSqlServer second) =>
        await (await connection.ScalarAsync<int>("SELECT inet_server_port()") == second.Port ? second : bouncers.Server).OpenAdminAsync();

    private async Task RunsAsync(string sql, int times)
    {
        await using var administrator = await bouncers.Server.OpenAdminAsync();
        await RunsAsync(administrator, sql, times);
    }

    private static Task RunsAsync(DbConnection administrator, string sql, int times) => Patience.SoonAsync(
        async () => await administrator.ScalarAsync<int>($"SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query = '{sql}'") == times, "as expected at the server");
}
