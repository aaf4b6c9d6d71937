namespace Cenote.ProviderTests;

/// <summary>Real servers that end idle sessions sooner than the pool was told to validate them.</summary>
public sealed class ServerIdleTimeoutTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(2);

    public static TheoryData<string, ResetMode, SessionReset?> Sessions => new()
    {
        { "mysql", ResetMode.Full, null },
        { "mysql", ResetMode.None, null },
        { "postgresql", ResetMode.Full, SessionReset.ByDriver },
        { "postgresql", ResetMode.Full, SessionReset.ByPool },
        { "postgresql", ResetMode.None, SessionReset.ByPool },
    };

    [Theory]
    [MemberData(nameof(Sessions))]
    public async Task The_limit_of_the_server_is_read_when_a_connection_is_opened(string database, ResetMode mode, SessionReset? clearing)
    {
        foreach (var limit in new TimeSpan?[] { Limit, null })
        {
            await using var provider = NewProvider(database, limit);
            foreach (var isSynchronous in new[] { true, false })
            {
                var physical = provider.CreateConnection(new ConnectionSettings
                {
                    SessionReset = clearing ?? provider.DefaultSessionReset,
                    ResetMode = mode,
                    ConnectTimeout = TimeSpan.FromSeconds(15),
                });
                if (isSynchronous)
                {
                    physical.Open();
                }
                else
                {
                    await physical.OpenAsync(TestContext.Current.CancellationToken);
                }

                // MariaDB's own default is 8 hours, PostgreSQL's none.
                Assert.Equal(limit ?? (provider is MySqlProvider ? TimeSpan.FromHours(8) : null), physical.ServerIdleTimeout);
                await physical.CloseAsync();
            }
        }
    }

    [Theory]
    [InlineData("mysql")]
    [InlineData("postgresql")]
    public async Task No_lease_gets_a_connection_that_the_server_ended_because_it_was_idle(string database)
    {
        const int size = 8;
        await using var pool = new ConnectionPool(NewProvider(database, Limit), new ConnectionPoolOptions
        {
            MinSize = size,
            MaxSize = size,
            ValidationInterval = TimeSpan.FromSeconds(30),
        });
        await pool.WaitUntilReadyAsync(TestContext.Current.CancellationToken);

        // Then every connection was idle for longer than the server allows, or has been validated or replaced.
        await WhenAnIdleSessionHasEndedAsync(database);
        var leases = new List<ConnectionLease>();
        try
        {
            for (var i = 0; i < size; i++)
            {
                var lease = await pool.RentAsync(TestContext.Current.CancellationToken);
                leases.Add(lease);
                Assert.Equal(1, await lease.Connection.ScalarAsync<int>("SELECT 1"));
            }
        }
        finally
        {
            leases.ForEach(static lease => lease.Dispose());
        }
    }

    /// <summary>
    /// Opens a session with the same limit outside the pool, leaves it idle, and waits until the server has ended it.
    /// </summary>
    private static async Task WhenAnIdleSessionHasEndedAsync(string database)
    {
        await using var provider = NewProvider(database, Limit);
        await using var watching = NewProvider(database, limit: null);
        var settings = new ConnectionSettings { SessionReset = SessionReset.ByPool, ResetMode = ResetMode.Full, ConnectTimeout = TimeSpan.FromSeconds(15) };
        var idle = provider.CreateConnection(settings);
        var watcher = watching.CreateConnection(settings);
        await idle.OpenAsync(TestContext.Current.CancellationToken);
        await watcher.OpenAsync(TestContext.Current.CancellationToken);
        var isPostgreSql = provider is PostgreSqlProvider;
        var session = await idle.Connection.ScalarAsync<long>(isPostgreSql ? "SELECT pg_backend_pid()::bigint" : "SELECT CONNECTION_ID()");
        var count = isPostgreSql
            ? FormattableString.Invariant($"SELECT count(*) FROM pg_stat_activity WHERE pid = {session}")
            : FormattableString.Invariant($"SELECT count(*) FROM information_schema.processlist WHERE id = {session}");
        await Patience.SoonAsync(async () => await watcher.Connection.ScalarAsync<long>(count) == 0);
        await idle.CloseAsync();
        await watcher.CloseAsync();
    }

    /// <summary>Of a user's or a database's own, which no other test sees.</summary>
    private static DatabaseProvider NewProvider(string database, TimeSpan? limit)
    {
        if (string.Equals(database, "postgresql", StringComparison.Ordinal))
        {
            var builder = new NpgsqlConnectionStringBuilder(RealServers.PostgreSql);
            builder.Options = limit is { } idle ? FormattableString.Invariant($"-c idle_session_timeout={idle.TotalMilliseconds}") : builder.Options;
            return new PostgreSqlProvider(builder.ConnectionString);
        }

        return new MySqlProvider(RealServers.MySql, limit is not { } wait ? null : builder => builder.UseConnectionOpenedCallback(async (context, token) =>
        {
            await using var command = context.Connection.CreateCommand();
            command.CommandText = FormattableString.Invariant($"SET SESSION wait_timeout = {wait.TotalSeconds}");
            await command.ExecuteNonQueryAsync(token);
        }));
    }
}
