using System.Data.Common;
using Cenote.Providers;
using Npgsql;

namespace Cenote.HostingTests.Databases;

/// <summary>A real database with a table <c>work</c> of this test's own.</summary>
internal sealed class TestDatabase : IAsyncDisposable
{
    private readonly string _table = $"hosting_{Guid.NewGuid():N}"[..24];
    private readonly string _file = Path.Combine(Path.GetTempPath(), $"cenote-hosting-{Guid.NewGuid():N}.db");
    private readonly Db _db;
    private readonly ConnectionPool _own;

    private TestDatabase(Db db)
    {
        _db = db;
        ConnectionString = db switch
        {
            Db.Sqlite => $"Data Source={_file}",
            Db.PostgreSql => RealServers.PostgreSql,
            _ => RealServers.MySql,
        };
        _own = new ConnectionPool(CreateProvider(), new ConnectionPoolOptions { MinSize = 0, MaxSize = 1 });
    }

    public string ConnectionString { get; }

    public string Insert => $"INSERT INTO {_table} (id) VALUES (@id)";

    public static async Task<TestDatabase> CreateAsync(Db db)
    {
        var database = new TestDatabase(db);
        await database.ExecuteAsync($"CREATE TABLE {database._table} (id VARCHAR(100) NOT NULL)");
        return database;
    }

    public DatabaseProvider CreateProvider() => CreateProvider(ConnectionString);

    public DatabaseProvider CreateProvider(string connectionString) => _db switch
    {
        Db.Sqlite => new SqliteProvider(connectionString),
        Db.PostgreSql => new PostgreSqlProvider(connectionString),
        _ => new MySqlProvider(connectionString),
    };

    /// <summary>By way of a relay to the PostgreSQL server.</summary>
    public DatabaseProvider CreateProvider(Relay relay) =>
        CreateProvider(new NpgsqlConnectionStringBuilder(ConnectionString) { Host = "127.0.0.1", Port = relay.Port }.ConnectionString);

    public Relay CreateRelay() => new(new NpgsqlConnectionStringBuilder(ConnectionString).Port);

    public async Task InsertAsync(DbConnection connection, string id)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = Insert;
        var parameter = command.CreateParameter();
        parameter.ParameterName = "@id";
        parameter.Value = id;
        command.Parameters.Add(parameter);
        await command.ExecuteNonQueryAsync();
    }

    public async Task<IReadOnlyList<string>> ReadIdsAsync()
    {
        List<string> ids = [];
        await using var command = _own.CreateCommand($"SELECT id FROM {_table} ORDER BY id");
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            ids.Add(reader.GetString(0));
        }

        return ids;
    }

    public async ValueTask DisposeAsync()
    {
        await ExecuteAsync($"DROP TABLE {_table}");
        await _own.DisposeAsync();
        File.Delete(_file);
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var command = _own.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
