using MySqlConnector;

namespace Cenote.ProviderTests.Replication;

/// <summary>What servers without replicas say of themselves, to users without privileges.</summary>
public sealed class ServerStatusTests
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    private const string Password = "status-password-5512";

    [Fact]
    public async Task PostgreSQL_shows_an_ordinary_user_the_whole_status_of_a_primary()
    {
        await using var administrator = await OpenAsync(new NpgsqlConnection(RealServers.PostgreSql));
        await using var user = await OpenPostgreSqlUserAsync(administrator, "postgres");
        var identity = await administrator.ScalarAsync<string>("SELECT system_identifier::text FROM pg_control_system()");
        await using var provider = new PostgreSqlProvider(RealServers.PostgreSql);

        var status = await provider.ReadStatusAsync(user, TestContext.Current.CancellationToken);

        Assert.Equal(
            new ServerStatus { Role = ServerRole.Primary, Timeline = 1, ClusterId = identity, Position = status.Position, ServerId = status.ServerId }, status);
        Assert.NotNull(status.Position);
        Assert.NotNull(status.ServerId);
        Assert.True(provider.ReadPosition(user, Timeout)!.Covers(status.Position));
        Assert.True((await provider.ReadPositionAsync(user, TestContext.Current.CancellationToken))!.Covers(status.Position));
    }

    [Fact]
    public async Task A_commit_that_PostgreSQL_acknowledged_before_it_wrote_it_is_in_the_position()
    {
        await using var session = await OpenAsync(new NpgsqlConnection(RealServers.PostgreSql));
        await using var provider = new PostgreSqlProvider(RealServers.PostgreSql);
        await session.ExecuteAsync("SET synchronous_commit = off; CREATE TEMP TABLE warm (n int)");
        for (var round = 0; round < 100; round++)
        {
            await session.ExecuteAsync("BEGIN; SELECT txid_current(); SELECT pg_logical_emit_message(true, 'cenote', repeat('x', 100))");
            var written = provider.ParsePosition(await session.ScalarAsync<string>("SELECT pg_current_wal_insert_lsn()::text"));
            await session.ExecuteAsync("COMMIT");
            Assert.True(provider.ReadPosition(session, Timeout)!.Covers(written), "The position is before what the session itself has logged.");
        }
    }

    [Fact]
    public async Task A_PostgreSQL_server_with_fewer_functions_is_queried_for_less()
    {
        await using var administrator = await OpenAsync(new NpgsqlConnection(RealServers.PostgreSql));
        var database = $"taciturn_{Guid.NewGuid():N}";
        await administrator.ExecuteAsync($"CREATE DATABASE {database}");
        try
        {
            await using var owner = await OpenAsync(new NpgsqlConnection(
                new NpgsqlConnectionStringBuilder(RealServers.PostgreSql) { Database = database, Pooling = false }.ConnectionString));
            await using var user = await OpenPostgreSqlUserAsync(owner, database);
            await using var provider = new PostgreSqlProvider(RealServers.PostgreSql);

            await owner.ExecuteAsync("REVOKE EXECUTE ON FUNCTION pg_control_system() FROM PUBLIC");
            var anonymous = await provider.ReadStatusAsync(user, TestContext.Current.CancellationToken);
            Assert.Equal(
                new ServerStatus { Role = ServerRole.Primary, Timeline = 1, Position = anonymous.Position, ServerId = anonymous.ServerId }, anonymous);
            Assert.NotNull(anonymous.Position);

            await owner.ExecuteAsync("REVOKE EXECUTE ON FUNCTION pg_current_wal_insert_lsn() FROM PUBLIC");
            Assert.Equal(new ServerStatus { Role = ServerRole.Primary }, await provider.ReadStatusAsync(user, TestContext.Current.CancellationToken));
            Assert.Null(provider.ReadPosition(user, Timeout));
            Assert.Null(await provider.ReadPositionAsync(user, TestContext.Current.CancellationToken));

            await using var stranger = new PostgreSqlProvider(RealServers.PostgreSql);
            Assert.Null(await stranger.ReadPositionAsync(user, TestContext.Current.CancellationToken));
        }
        finally
        {
            await administrator.ExecuteAsync($"DROP DATABASE {database} WITH (FORCE)");
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task MariaDB_without_a_binary_log_is_a_primary_without_a_position(bool isAdministrator)
    {
        await using var administrator = await OpenAsync(new MySqlConnection(RealServers.MySql));
        var user = $"u{Guid.NewGuid():N}"[..20];
        await administrator.ExecuteAsync($"CREATE USER {user} IDENTIFIED BY '{Password}'");
        try
        {
            var connectionString = new MySqlConnectionStringBuilder(RealServers.MySql) { UserID = user, Password = Password, Database = "", Pooling = false };
            await using var session = await OpenAsync(new MySqlConnection(isAdministrator ? RealServers.MySql : connectionString.ConnectionString));
            await using var provider = new MySqlProvider(RealServers.MySql);

            for (var time = 0; time < 2; time++)
            {
                Assert.Equal(new ServerStatus { Role = ServerRole.Primary }, await provider.ReadStatusAsync(session, TestContext.Current.CancellationToken));
                Assert.Null(provider.ReadPosition(session, Timeout));
                Assert.Null(await provider.ReadPositionAsync(session, TestContext.Current.CancellationToken));
            }
        }
        finally
        {
            await administrator.ExecuteAsync($"DROP USER {user}");
        }
    }

    private static async Task<DbConnection> OpenPostgreSqlUserAsync(DbConnection administrator, string database)
    {
        const string User = "status_reader";
        await administrator.ExecuteAsync(
            $"""
             DO $do$ BEGIN
                 PERFORM pg_advisory_xact_lock(5512);
                 IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{User}') THEN CREATE ROLE {User} LOGIN PASSWORD '{Password}'; END IF;
             END $do$
             """);
        return await OpenAsync(new NpgsqlConnection(
            new NpgsqlConnectionStringBuilder(RealServers.PostgreSql) { Username = User, Password = Password, Database = database, Pooling = false }.ConnectionString));
    }

    private static async Task<DbConnection> OpenAsync(DbConnection connection)
    {
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        return connection;
    }
}
