using System.Globalization;

namespace Cenote.ProxyTests;

/// <summary>What the pool promises of statements, leases and sessions, through each kind of proxy.</summary>
public sealed class PromiseTests(Bouncers bouncers) : IClassFixture<Bouncers>
{
    public static TheoryData<string> Ways => [Way.BouncerSession, Way.BouncerTransaction, Way.Pgpool, Way.HaProxy];

    public static TheoryData<string> EveryWay => [.. Ways, Way.BouncerStatement];

    [Theory, MemberData(nameof(EveryWay))]
    public async Task Cancelled_statement_ends_at_the_server_and_costs_no_connection(string name)
    {
        var way = await bouncers.ShareAsync(name);
        await using var pool = NewPool(way);
        await using var connection = await pool.OpenConnectionAsync(Stop);
        using var cancelling = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        await using var command = connection.CreateCommand();
        var sql = command.CommandText = NewSleep();
        var running = command.ExecuteScalarAsync(cancelling.Token);
        await RunsAsync(sql, 1);
        await cancelling.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running.Soon());
        await RunsAsync(sql, 0);
        Assert.Equal(2, await connection.ScalarAsync<int>("SELECT 2"));
        Assert.Equal(1, pool.GetStatistics().ConnectionsOpened);
    }

    [Theory, MemberData(nameof(EveryWay))]
    public async Task Query_timeout_ends_the_statement_at_the_server_and_costs_no_connection(string name)
    {
        var way = await bouncers.ShareAsync(name);
        await using var pool = NewPool(way, static options => options.QueryTimeout = TimeSpan.FromSeconds(1));
        await using var connection = await pool.OpenConnectionAsync(Stop);
        var sql = NewSleep();
        await Assert.ThrowsAsync<QueryTimeoutException>(() => connection.ScalarAsync<string>(sql)).Soon();
        await RunsAsync(sql, 0);
        connection.QueryTimeout = Timeout.InfiniteTimeSpan;
        Assert.Equal(2, await connection.ScalarAsync<int>("SELECT 2"));
    }

    [Theory, MemberData(nameof(Ways))]
    public async Task Revoked_lease_gives_its_locks_back(string name)
    {
        var way = await bouncers.ShareAsync(name);
        await using var pool = NewPool(way);
        var key = Random.Shared.Next();
        await using var connection = await pool.OpenConnectionAsync(Stop);
        await using var transaction = await connection.BeginTransactionAsync(Stop);
        await connection.ScalarAsync<string>($"SELECT pg_advisory_xact_lock({key})");
        Assert.True(pool.TryRevoke(Assert.Single(pool.GetLeases())));
        await Assert.ThrowsAsync<LeaseRevokedException>(() => connection.ScalarAsync<int>("SELECT 1")).Soon();
        await using var administrator = await bouncers.Server.OpenAdminAsync();
        await Patience.SoonAsync(async () => await administrator.ScalarAsync<bool>($"SELECT pg_try_advisory_xact_lock({key})"), "given back");
        Assert.Equal(1, await pool.ScalarAsync<int>("SELECT 1"));
    }

    [Theory, MemberData(nameof(EveryWay))]
    public async Task Read_only_command_runs_again_when_its_session_ends(string name)
    {
        var way = await bouncers.ShareAsync(name);
        await using var pool = NewPool(way);
        var naps = $"naps_{Random.Shared.Next()}";
        await bouncers.Server.ExecuteAsync($"CREATE TABLE {naps} AS SELECT 30 AS seconds", $"GRANT SELECT ON {naps} TO PUBLIC");
        await using var command = pool.CreateCommand($"SELECT count(pg_sleep(seconds)) FROM {naps}");
        command.IsReadOnly = true;
        var running = command.ExecuteScalarAsync(Stop);
        await RunsAsync(command.CommandText, 1);
        await bouncers.Server.ExecuteAsync($"UPDATE {naps} SET seconds = 0", $"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query = '{command.CommandText}'");
        Assert.Equal(1L, await running.Soon());
        Assert.Equal(1, pool.GetStatistics().StatementRetries);
    }

    [Theory, MemberData(nameof(EveryWay))]
    public async Task Idle_session_that_the_server_ended_is_replaced_for_a_read_only_command(string name)
    {
        var way = await bouncers.ShareAsync(name);
        await using var pool = NewPool(way);
        await pool.WarmUpAsync(2, cancellationToken: Stop);
        await bouncers.Server.ExecuteAsync("SELECT pg_terminate_backend(pid, 20000) FROM pg_stat_activity WHERE application_name = 'cenote-promises'");
        for (var i = 0; i < 4; i++)
        {
            await using var command = pool.CreateCommand($"SELECT {i}");
            command.IsReadOnly = true;
            Assert.Equal(i, await command.ExecuteScalarAsync(Stop));
        }
    }

    private static string NewSleep() => string.Create(CultureInfo.InvariantCulture, $"SELECT pg_sleep(30) /* {Random.Shared.Next()} */");

    private static ConnectionPool NewPool(Way way, Action<ConnectionPoolOptions>? configure = null) =>
        Bouncers.NewPool(way.ConnectionString + ";Application Name=cenote-promises;Cancellation Timeout=60000", options =>
        {
            options.ResetMode = ResetMode.Rollback;
            configure?.Invoke(options);
        });

    private async Task RunsAsync(string sql, int times)
    {
        await using var administrator = await bouncers.Server.OpenAdminAsync();
        await Patience.SoonAsync(async () => await administrator.ScalarAsync<int>($"SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query = '{sql}'") == times, "as expected at the server");
    }
}
