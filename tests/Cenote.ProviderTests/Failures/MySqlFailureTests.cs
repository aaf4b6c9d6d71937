using System.Net.Sockets;
using System.Reflection;
using MySqlConnector;

namespace Cenote.ProviderTests.Failures;

/// <summary>What real failures of MariaDB mean, as MySqlConnector throws them; MySQL's own by number.</summary>
public sealed class MySqlFailureTests : IAsyncDisposable
{
    private readonly MySqlProvider _provider = new(RealServers.MySql);

    public ValueTask DisposeAsync() => _provider.DisposeAsync();

    [Fact]
    public async Task Refused_at_the_door()
    {
        await using var administrator = await OpenAsync();
        var user = Statements.UniqueName("u");
        await administrator.ExecuteAsync($"CREATE USER {user}@'%' IDENTIFIED BY 'right' WITH MAX_USER_CONNECTIONS 1");
        await FailsAsync(FailureKind.InvalidCredentials, 1045, () => OpenAsync(builder => (builder.UserID, builder.Password) = (user, "wrong")));
        await FailsAsync(FailureKind.InvalidCredentials, 1044, () => OpenAsync(builder => (builder.UserID, builder.Password) = (user, "right")));
        await FailsAsync(FailureKind.InvalidConfiguration, 1049, () => OpenAsync(builder => builder.Database = "no_such_database"));

        // The server counts a refused session until it has ended it.
        await Patience.SoonAsync(async () => await administrator.ScalarAsync<int>($"SELECT count(*) FROM information_schema.processlist WHERE user = '{user}'") == 0);
        await using (await OpenAsync(builder => (builder.UserID, builder.Password, builder.Database) = (user, "right", "")))
        {
            await FailsAsync(
                FailureKind.TooManyConnections, 1226, () => OpenAsync(builder => (builder.UserID, builder.Password, builder.Database) = (user, "right", "")));
        }

        await administrator.ExecuteAsync($"ALTER USER {user}@'%' ACCOUNT LOCK");
        await FailsAsync(FailureKind.InvalidCredentials, 4151, () => OpenAsync(builder => (builder.UserID, builder.Password, builder.Database) = (user, "right", "")));
        await FailsAsync(FailureKind.ConnectionLost, 1042, () => OpenAsync(builder => builder.Port = 1));
    }

    [Fact]
    public async Task Ended_from_outside()
    {
        await using var administrator = await OpenAsync();
        await using (var idle = await OpenAsync())
        {
            await administrator.ExecuteAsync($"KILL {idle.ServerThread}");
            await UntilGoneAsync(administrator, idle.ServerThread);
            await FailsAsync(FailureKind.ConnectionLost, number: null, () => idle.ExecuteAsync("SELECT 1"));
        }

        await using (var busy = await OpenAsync())
        {
            var running = busy.ExecuteAsync("SELECT SLEEP(30)");
            await UntilRunningAsync(administrator, busy.ServerThread);
            await administrator.ExecuteAsync($"KILL {busy.ServerThread}");
            await FailsAsync(FailureKind.ConnectionLost, number: null, () => running);
        }

        await using (var dozing = await OpenAsync())
        {
            await dozing.ExecuteAsync("SET SESSION wait_timeout = 1");
            await UntilGoneAsync(administrator, dozing.ServerThread);
            await FailsAsync(FailureKind.ConnectionLost, number: null, () => dozing.ExecuteAsync("SELECT 1"));
        }
    }

    [Fact]
    public async Task Out_of_time_or_asked_to_stop()
    {
        await using var administrator = await OpenAsync();
        await using var session = await OpenAsync();
        // Not over before rows are read: another error may end a statement that is still being prepared.
        await session.ExecuteAsync("SET SESSION max_statement_time = 0.5");
        Assert.True(_provider.IsCancellation(await FailsAsync(FailureKind.QueryTimeout, 1969, () => session.ExecuteAsync(Endless))));
        await session.ExecuteAsync("SET SESSION max_statement_time = 0");

        await using var impatient = new MySqlCommand(Endless, session) { CommandTimeout = 1 };
        Assert.True(_provider.IsCancellation(await FailsAsync(
            FailureKind.QueryTimeout, (int)MySqlErrorCode.CommandTimeoutExpired, () => impatient.ExecuteNonQueryAsync(TestContext.Current.CancellationToken))));

        var running = session.ExecuteAsync(Endless);
        await UntilRunningAsync(administrator, session.ServerThread);
        await administrator.ExecuteAsync($"KILL QUERY {session.ServerThread}");
        Assert.True(_provider.IsCancellation(await FailsAsync(FailureKind.Other, 1317, () => running)));

        using var cancellation = new CancellationTokenSource();
        await using var command = new MySqlCommand(Endless, session);
        var cancelled = command.ExecuteNonQueryAsync(cancellation.Token);
        await UntilRunningAsync(administrator, session.ServerThread);
        await cancellation.CancelAsync();
        var told = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        Assert.Equal(FailureKind.Other, _provider.ClassifyFailure(told));
        Assert.True(_provider.IsCancellation(told));
        await session.ExecuteAsync("SELECT 1");
    }

    [Fact]
    public async Task In_each_others_way()
    {
        await using var one = await OpenAsync();
        await using var other = await OpenAsync();
        var table = Statements.UniqueName("t");
        await one.ExecuteAsync($"CREATE TABLE {table}(id int PRIMARY KEY, n int) ENGINE=InnoDB");
        await one.ExecuteAsync($"INSERT INTO {table} VALUES (1, 0), (2, 0)");

        await one.ExecuteAsync("BEGIN");
        await one.ExecuteAsync($"UPDATE {table} SET n = 1 WHERE id = 1");
        await FailsAsync(FailureKind.Transient, 1205, () => other.ExecuteAsync($"SELECT * FROM {table} WHERE id = 1 FOR UPDATE NOWAIT"));
        await other.ExecuteAsync("SET SESSION innodb_lock_wait_timeout = 1");
        await FailsAsync(FailureKind.Transient, 1205, () => other.ExecuteAsync($"UPDATE {table} SET n = 2 WHERE id = 1"));
        await other.ExecuteAsync("SET SESSION innodb_lock_wait_timeout = 50");

        await other.ExecuteAsync("BEGIN");
        await other.ExecuteAsync($"UPDATE {table} SET n = 2 WHERE id = 2");
        var first = one.ExecuteAsync($"UPDATE {table} SET n = 1 WHERE id = 2");
        var second = other.ExecuteAsync($"UPDATE {table} SET n = 2 WHERE id = 1");
        await FailsAsync(FailureKind.Transient, 1213, () => Task.WhenAll(first, second));
        await one.ExecuteAsync("ROLLBACK");
        await other.ExecuteAsync("ROLLBACK");

        await FailsAsync(FailureKind.Other, 1062, () => other.ExecuteAsync($"INSERT INTO {table} VALUES (1, 1)"));
        await FailsAsync(FailureKind.Other, 1146, () => other.ExecuteAsync("SELECT * FROM no_such_table"));
        await other.ExecuteAsync("START TRANSACTION READ ONLY");
        await FailsAsync(FailureKind.ReadOnlyServer, 1792, () => other.ExecuteAsync($"UPDATE {table} SET n = 8"));
    }

    // What cannot be provoked without a server of its own, or only on MySQL's.
    [Theory]
    [InlineData(1040, FailureKind.TooManyConnections)]
    [InlineData(9001, FailureKind.Transient)]
    [InlineData(9002, FailureKind.Transient)]
    [InlineData(1203, FailureKind.TooManyConnections)]
    [InlineData(1698, FailureKind.InvalidCredentials)]
    [InlineData(3118, FailureKind.InvalidCredentials)]
    [InlineData(1862, FailureKind.InvalidCredentials)]
    [InlineData(1290, FailureKind.Other)]
    [InlineData(3100, FailureKind.Other)]
    [InlineData(3101, FailureKind.Transient)]
    [InlineData(1836, FailureKind.ReadOnlyServer)]
    [InlineData(3024, FailureKind.QueryTimeout)]
    [InlineData(3572, FailureKind.Transient)]
    [InlineData(1614, FailureKind.Transient)]
    [InlineData(1053, FailureKind.ConnectionLost)]
    [InlineData(2006, FailureKind.ConnectionLost)]
    [InlineData(2013, FailureKind.ConnectionLost)]
    [InlineData(1927, FailureKind.ConnectionLost)]
    [InlineData(4031, FailureKind.ConnectionLost)]
    [InlineData(1047, FailureKind.ConnectionLost)]
    [InlineData(1114, FailureKind.Other)]
    public void By_number(int number, FailureKind kind) => Assert.Equal(kind, _provider.ClassifyFailure(NewFailure(number, "text")));

    [Theory]
    [InlineData("en_US")]
    [InlineData("de_DE")]
    public async Task An_option_that_prevents_a_statement_makes_no_server_read_only(string language)
    {
        await using var session = await OpenAsync();
        await session.ExecuteAsync($"SET lc_messages = '{language}'");

        // The server writes files to one folder only (--secure-file-priv).
        var failure = await FailsAsync(FailureKind.Other, 1290, () => session.ExecuteAsync("SELECT 1 INTO OUTFILE '/nowhere/else'"));

        Assert.Contains("--secure-file-priv", failure.Message, StringComparison.Ordinal);
    }

    // MySQL's texts and MariaDB's, one of them translated. What a read-only server really says is seen in the fault
    // lab.
    [Theory]
    [InlineData("The MySQL server is running with the --read-only option so it cannot execute this statement")]
    [InlineData("The MySQL server is running with the --super-read-only option so it cannot execute this statement")]
    [InlineData("The MariaDB server is running with the --read-only option so it cannot execute this statement")]
    [InlineData("Der MariaDB-Server läuft mit der Option --read-only und kann diese Anweisung deswegen nicht ausführen")]
    public void The_read_only_option_makes_a_server_read_only(string text) =>
        Assert.Equal(FailureKind.ReadOnlyServer, _provider.ClassifyFailure(NewFailure(1290, text)));

    private static Exception NewFailure(int number, string text)
    {
        var constructor = typeof(MySqlException).GetConstructor(BindingFlags.Instance | BindingFlags.NonPublic, [typeof(MySqlErrorCode), typeof(string)]);
        Assert.NotNull(constructor);
        return (Exception)constructor.Invoke([(MySqlErrorCode)number, text]);
    }

    // Unlike SLEEP and BENCHMARK, which may end early without a word, this fails when it is cut off.
    // Unlike SLEEP and BENCHMARK, which may end early without a word, this fails when it is cut off; over one sequence
    // alone, MariaDB 10.11 ends without an error and with a wrong sum.
    private const string Endless = "SELECT sum(a.seq + b.seq) FROM seq_1_to_1000000 a, seq_1_to_1000000 b /* endless */";

    private async Task<Exception> FailsAsync(FailureKind kind, int? number, Func<Task> action)
    {
        // The driver lets a socket's exception through when it cannot send.
        var failure = await Assert.ThrowsAnyAsync<Exception>(action);
        Assert.True(failure is MySqlException or SocketException or IOException, failure.ToString());
        if (number is not null)
        {
            Assert.Equal(number, Assert.IsType<MySqlException>(failure).Number);
        }

        Assert.Equal(kind, _provider.ClassifyFailure(failure));
        Assert.Equal(kind, _provider.ClassifyFailure(new InvalidOperationException("wrapped", failure)));
        return failure;
    }

    private static async Task<MySqlConnection> OpenAsync(Action<MySqlConnectionStringBuilder>? configure = null)
    {
        // A cancelled statement is waited for: the driver would otherwise cut the line after two seconds, which a busy
        // machine may need.
        var builder = new MySqlConnectionStringBuilder(RealServers.MySql) { Pooling = false, AllowUserVariables = true, CancellationTimeout = 30 };
        configure?.Invoke(builder);
        var connection = new MySqlConnection(builder.ConnectionString);
        try
        {
            await connection.OpenAsync(TestContext.Current.CancellationToken);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    private static Task UntilGoneAsync(MySqlConnection administrator, int thread) => Patience.SoonAsync(
        async () => await administrator.ScalarAsync<int>($"SELECT count(*) FROM information_schema.processlist WHERE id = {thread}") == 0);

    /// <summary>
    /// Rows are being read: a request to stop that comes while the statement is still being prepared is lost now and
    /// then.
    /// </summary>
    private static Task UntilRunningAsync(MySqlConnection administrator, int thread) => Patience.SoonAsync(
        async () => await administrator.ScalarAsync<int>(
            $"SELECT count(*) FROM information_schema.processlist WHERE id = {thread} AND (state = 'User sleep' OR (state = 'Sending data' AND info LIKE '%/* endless */'))") == 1);
}
