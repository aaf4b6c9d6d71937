using Cenote.SharedBudget.Stores;
using MySqlConnector;
using Npgsql;

namespace Cenote.SharedBudgetTests.Engines;

/// <summary>Which sessions of an expired instance are counted and ended, at real servers.</summary>
public sealed class SessionEndTests
{
    [Fact]
    public async Task Idle_sessions_end_and_those_in_a_transaction_stay()
    {
        var ended = new SessionLabel($"end {Guid.NewGuid():N}");
        ended.Fix();
        await using var control = new ControlConnection(NpgsqlFactory.Instance, () => Label(ended), DatabaseDialect.PostgreSql.BeginSession);
        var counter = new SessionCounter(control, DatabaseDialect.PostgreSql, ended);
        var cancellationToken = TestContext.Current.CancellationToken;
        await counter.CheckAsync(cancellationToken);

        // One instance with a session in a transaction, one that is idle and one with a statement.
        var target = new SessionLabel("unused");
        var name = Label(ended).Replace(ended.Instance, target.Instance, StringComparison.Ordinal);
        await using var inTransaction = await OpenAsync(name);
        await using var transaction = await inTransaction.BeginTransactionAsync(cancellationToken);
        await RunAsync(inTransaction, "SELECT 1");
        await using var idle = await OpenAsync(name);
        await using var busy = await OpenAsync(name);
        var sleep = RunAsync(busy, "SELECT pg_sleep(600)");
        await Patience.SoonAsync(async () => (await CountBusyAsync(name)) == 1);

        Assert.Equal(3, (await counter.CountAsync(cancellationToken)).Single(instance => instance.Id == target.Instance).Sessions);
        Assert.Equal(1, await counter.EndAsync(target.Instance, 9, cancellationToken));
        await HasAsync(counter, target.Instance, 2);
        await Assert.ThrowsAnyAsync<DbException>(() => RunAsync(idle, "SELECT 1"));
        await RunAsync(inTransaction, "SELECT 1");
        Assert.False(sleep.IsCompleted);
        Assert.Equal(0, await counter.EndAsync(target.Instance, 9, cancellationToken));

        await using var admin = await OpenAsync(RealServers.PostgreSql);
        await RunAsync(admin, $"SELECT pg_terminate_backend({busy.ProcessID})");
        await Assert.ThrowsAnyAsync<DbException>(() => sleep);
    }

    [Fact]
    public async Task A_count_without_the_session_that_counts_fails()
    {
        await using var control = new ControlConnection(NpgsqlFactory.Instance, static () => RealServers.PostgreSqlOrdinary, firstStatement: null);
        var counter = new SessionCounter(control, DatabaseDialect.PostgreSql, new SessionLabel("hidden"));

        await Assert.ThrowsAsync<InvalidOperationException>(() => counter.CountAsync(TestContext.Current.CancellationToken));
        var exception = await Assert.ThrowsAsync<NotSupportedException>(() => counter.CheckAsync(TestContext.Current.CancellationToken));

        Assert.Contains("A pooler", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task MariaDb_ends_idle_sessions_of_the_instance_only()
    {
        await using var server = await MariaDbServer.StartNewAsync("--performance-schema=ON");
        var label = new SessionLabel("end");
        var database = BudgetDatabase.MySql(MySqlConnectorFactory.Instance, server.ConnectionString(server.Port));
        await using var control = database.CreateConnection(label);
        var counter = new SessionCounter(control, DatabaseDialect.MySql, label);
        var cancellationToken = TestContext.Current.CancellationToken;
        await counter.CheckAsync(cancellationToken);
        var own = database.AddLabel(server.ConnectionString(server.Port), label, pooling: false);
        await using var idle = new MySqlConnection(own.Replace(label.Instance, "0123456789", StringComparison.Ordinal));
        await idle.OpenAsync(cancellationToken);
        await using var other = new MySqlConnection(own.Replace(label.Instance, "0123456780", StringComparison.Ordinal));
        await other.OpenAsync(cancellationToken);

        Assert.Equal(3, (await counter.CountAsync(cancellationToken)).Count);
        Assert.Equal(1, await counter.EndAsync("0123456789", 5, cancellationToken));
        await HasAsync(counter, "0123456789", 0);
        await Assert.ThrowsAnyAsync<DbException>(() => RunAsync(idle, "SELECT 1"));
        await RunAsync(other, "SELECT 1");
    }

    [Fact]
    public async Task MariaDb_that_takes_over_with_a_copy_of_the_life_is_another_one()
    {
        await using var server = await MariaDbServer.StartNewAsync("--performance-schema=ON");
        var connectionString = server.ConnectionString(server.Port);
        await using var control = new ControlConnection(MySqlConnectorFactory.Instance, () => connectionString, firstStatement: null);
        var store = new DatabaseGrantStore(control, DatabaseDialect.MySql, "b");
        var cancellationToken = TestContext.Current.CancellationToken;
        Assert.True(await store.TryWriteAsync(await store.ReadAsync(cancellationToken), "one", cancellationToken));
        var before = await store.ReadAsync(cancellationToken);
        Assert.True(await store.TryWriteAsync(before, "two", cancellationToken));
        before = await store.ReadAsync(cancellationToken);

        // A replica has both tables, and another id.
        await using var admin = await server.OpenAdminAsync();
        await RunAsync(admin, "SET GLOBAL server_id = 4711");
        var after = await store.ReadAsync(cancellationToken);

        Assert.Equal((before.Version, "two"), (after.Version, after.Text));
        Assert.NotEqual(before.Epoch, after.Epoch, StringComparer.Ordinal);
        Assert.False(await store.TryWriteAsync(before, "three", cancellationToken));
        Assert.True(await store.TryWriteAsync(after, "three", cancellationToken));
    }

    [Fact]
    public async Task A_dropped_table_is_created_again()
    {
        var schema = $"budget_{Guid.NewGuid():N}";
        await using var admin = await OpenAsync(RealServers.PostgreSql);
        await RunAsync(admin, $"CREATE SCHEMA {schema}");
        var connectionString = new NpgsqlConnectionStringBuilder(RealServers.PostgreSql) { SearchPath = schema, Pooling = false }.ConnectionString;
        await using var control = new ControlConnection(NpgsqlFactory.Instance, () => connectionString, firstStatement: null);
        var store = new DatabaseGrantStore(control, DatabaseDialect.PostgreSql, "b");
        var cancellationToken = TestContext.Current.CancellationToken;
        Assert.True(await store.TryWriteAsync(await store.ReadAsync(cancellationToken), "one", cancellationToken));

        await RunAsync(admin, $"DROP TABLE {schema}.cenote_budgets");
        await Assert.ThrowsAnyAsync<DbException>(async () => await store.ReadAsync(cancellationToken));
        var read = await store.ReadAsync(cancellationToken);

        Assert.Equal(("", ""), (read.Version, read.Text));
        Assert.True(await store.TryWriteAsync(read, "two", cancellationToken));
        await RunAsync(admin, $"DROP SCHEMA {schema} CASCADE");
    }

    private static Task HasAsync(SessionCounter counter, string instance, int sessions) => Patience.SoonAsync(
        async () => (await counter.CountAsync(TestContext.Current.CancellationToken)).Where(counted => counted.Id == instance).Sum(static counted => counted.Sessions) == sessions);

    private static string Label(SessionLabel label) =>
        BudgetDatabase.PostgreSql(NpgsqlFactory.Instance, RealServers.PostgreSqlOrdinary).AddLabel(RealServers.PostgreSqlOrdinary, label, pooling: false);

    private static async Task<NpgsqlConnection> OpenAsync(string connectionString)
    {
        var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        return connection;
    }

    private static async Task RunAsync(DbConnection connection, string statement)
    {
        await using var command = connection.CreateCommand();
        (command.CommandText, command.CommandTimeout) = (statement, 0);
        await command.ExecuteScalarAsync(CancellationToken.None);
    }

    private static async Task<long> CountBusyAsync(string connectionString)
    {
        await using var connection = await OpenAsync(RealServers.PostgreSql);
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT count(*) FROM pg_stat_activity WHERE application_name = @name AND state = 'active' AND wait_event = 'PgSleep'";
        var name = command.CreateParameter();
        (name.ParameterName, name.Value) = ("@name", new NpgsqlConnectionStringBuilder(connectionString).ApplicationName);
        command.Parameters.Add(name);
        return (long)(await command.ExecuteScalarAsync())!;
    }
}
