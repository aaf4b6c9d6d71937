namespace Cenote.ProviderTests.PostgreSql;

/// <summary>
/// A database that no other test uses: its sessions and the loads of its types can be counted at the server.
/// </summary>
internal sealed class OwnDatabase : IAsyncDisposable
{
    private readonly string _name = Statements.UniqueName("d");

    // The driver's load of the types reads the whole of this catalogue, which nothing else does.
    private const string Scans = "SELECT coalesce(seq_scan, 0) FROM pg_stat_sys_tables WHERE relname = 'pg_enum'";

    private OwnDatabase()
    {
    }

    internal string ConnectionString => new NpgsqlConnectionStringBuilder(RealServers.PostgreSql) { Database = _name }.ConnectionString;

    internal static async Task<OwnDatabase> CreateAsync()
    {
        var database = new OwnDatabase();
        await using var administrator = await ConnectAsync(RealServers.PostgreSql);
        await administrator.ExecuteAsync($"CREATE DATABASE {database._name}");
        return database;
    }

    internal ConnectionPool NewPool(
        SessionReset clearing, int maxSize = 1, Action<ConnectionPoolOptions>? configure = null, string? connectionString = null)
    {
        var options = new ConnectionPoolOptions { MinSize = 0, MaxSize = maxSize, SessionReset = clearing, MaxOpenRetries = 0 };
        configure?.Invoke(options);
        return new ConnectionPool(new PostgreSqlProvider(connectionString ?? ConnectionString), options);
    }

    internal Task<NpgsqlConnection> ConnectAsync() => ConnectAsync(ConnectionString);

    /// <summary>Waits until the server has so many sessions in the database.</summary>
    internal async Task WaitForSessionsAsync(int count)
    {
        await using var administrator = await ConnectAsync(RealServers.PostgreSql);
        await Patience.SoonAsync(async () => await CountSessionsAsync(administrator) == count);
    }

    internal async Task<int> CountSessionsAsync()
    {
        await using var administrator = await ConnectAsync(RealServers.PostgreSql);
        return await CountSessionsAsync(administrator);
    }

    /// <summary>How often the types were loaded, counted by the server, which a session tells at its end.</summary>
    internal async Task<int> CountLoadsAsync(Func<Task> work)
    {
        var one = await CountScansAsync(async () =>
        {
            // A data source of its own, because one that Npgsql keeps by connection string may have loaded them.
            await using var source = NpgsqlDataSource.Create(ConnectionString + ";Pooling=false");
            await using var connection = await source.OpenConnectionAsync(TestContext.Current.CancellationToken);
        });
        Assert.True(one > 0, "A load of the types reads pg_enum.");
        var scans = await CountScansAsync(work);
        Assert.Equal(0, scans % one);
        return (int)(scans / one);
    }

    public async ValueTask DisposeAsync()
    {
        await using var administrator = await ConnectAsync(RealServers.PostgreSql);
        await Patience.SoonAsync(async () =>
        {
            try
            {
                await administrator.ExecuteAsync($"DROP DATABASE {_name} WITH (FORCE)");
                return true;
            }
            catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.ObjectInUse)
            {
                // The server gives the sessions that it ends five seconds.
                return false;
            }
        });
    }

    private static async Task<NpgsqlConnection> ConnectAsync(string connectionString)
    {
        var connection = new NpgsqlConnection(connectionString + ";Pooling=false");
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        return connection;
    }

    private async Task<long> CountScansAsync(Func<Task> work)
    {
        await WaitForSessionsAsync(0);
        var before = await ReadScansAsync();
        await work();
        await WaitForSessionsAsync(0);
        return await ReadScansAsync() - before;
    }

    // Without a load of its own.
    private async Task<long> ReadScansAsync()
    {
        await using var source = new NpgsqlSlimDataSourceBuilder(ConnectionString + ";Pooling=false")
            .ConfigureTypeLoading(options => options.EnableTypeLoading(false)).Build();
        await using var connection = await source.OpenConnectionAsync(TestContext.Current.CancellationToken);
        var scans = await connection.ScalarAsync<long>(Scans);
        await connection.CloseAsync();
        await WaitForSessionsAsync(0);
        return scans;
    }

    private Task<int> CountSessionsAsync(NpgsqlConnection administrator) =>
        administrator.ScalarAsync<int>($"SELECT count(*) FROM pg_stat_activity WHERE datname = '{_name}' AND backend_type = 'client backend'");
}
