using System.Globalization;
using Cenote.Reporting;
using Npgsql;

namespace Cenote.ConnectBench;

/// <summary>A database made for the run, and what its server counts.</summary>
internal sealed class BenchDatabase : IAsyncDisposable
{
    private readonly string _database;
    private readonly NpgsqlDataSource _administrator;

    private BenchDatabase(string name, string database, string connectionString, NpgsqlDataSource administrator)
    {
        Name = name;
        _database = database;
        ConnectionString = new NpgsqlConnectionStringBuilder(connectionString) { Database = database }.ConnectionString;
        _administrator = administrator;
    }

    internal string Name { get; }

    internal string ConnectionString { get; }

    internal string Description { get; private set; } = string.Empty;

    internal static async Task<BenchDatabase> CreateAsync(string connectionString, int types)
    {
        var database = $"bench_{types}_{Guid.NewGuid():N}"[..24];

        // One connection that stays: what it does is not counted, since it works in another database.
        var administrator = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(connectionString) { MaxPoolSize = 1, MinPoolSize = 1 });
        var created = new BenchDatabase(types == 0 ? "empty" : string.Create(CultureInfo.InvariantCulture, $"{types:N0} types"), database, connectionString, administrator);
        await created.ExecuteAsync("CREATE EXTENSION IF NOT EXISTS pg_stat_statements");
        await created.ExecuteAsync($"CREATE DATABASE {database}");
        await using var source = NpgsqlDataSource.Create(created.ConnectionString + ";Pooling=false");
        await using var connection = await source.OpenConnectionAsync();
        created.Description = $"PostgreSQL {connection.ServerVersion} through Npgsql {Machine.VersionOf(typeof(NpgsqlConnection))}";
        await using var command = new NpgsqlCommand(
            $"DO $$ BEGIN FOR i IN 1..{types} LOOP EXECUTE format('CREATE TYPE kind_%s AS ENUM (''small'', ''large'')', i); END LOOP; END $$", connection)
        {
            CommandTimeout = 300,
        };
        await command.ExecuteNonQueryAsync();
        command.CommandText = "VACUUM ANALYZE";
        await command.ExecuteNonQueryAsync();
        return created;
    }

    /// <summary>How often the driver has loaded the types, by the server's count of statements.</summary>
    internal Task<long> CountLoadsAsync() => ScalarAsync(
        $"SELECT coalesce(sum(calls), 0)::bigint FROM pg_stat_statements JOIN pg_database ON pg_database.oid = dbid WHERE datname = '{_database}' AND query LIKE '%elemtyptype%'");

    /// <summary>
    /// Processor time of the server's processes for the database's sessions, and of the process that forks them.
    /// </summary>
    internal async Task<TimeSpan> ReadProcessorTimeAsync()
    {
        await using var command = _administrator.CreateCommand($"SELECT pid FROM pg_stat_activity WHERE datname = '{_database}' UNION ALL SELECT pg_backend_pid()");
        await using var reader = await command.ExecuteReaderAsync();
        var own = 0;
        var sum = TimeSpan.Zero;
        while (await reader.ReadAsync())
        {
            own = reader.GetInt32(0);
            sum += ServerProcess.ProcessorTime(own);
        }

        return sum - ServerProcess.ProcessorTime(own) + ServerProcess.ProcessorTime(ServerProcess.ParentOf(own));
    }

    /// <summary>Waits until no session is connected, so that no side pays for the end of another's sessions.</summary>
    internal async Task WaitUntilEmptyAsync()
    {
        while (await ScalarAsync($"SELECT count(*) FROM pg_stat_activity WHERE datname = '{_database}'") > 0)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await ExecuteAsync($"DROP DATABASE {_database} WITH (FORCE)");
        await _administrator.DisposeAsync();
    }

    private async Task ExecuteAsync(string text)
    {
        await using var command = _administrator.CreateCommand(text);
        await command.ExecuteNonQueryAsync();
    }

    private async Task<long> ScalarAsync(string text)
    {
        await using var command = _administrator.CreateCommand(text);
        return (long)(await command.ExecuteScalarAsync())!;
    }
}
