using System.Data.Common;
using Cenote.Testing;
using MySqlConnector;
using Npgsql;

namespace Cenote.CliTests.Measuring;

/// <summary>
/// A table on a real server, and a statement that writes to it only while many sessions are connected, so that a trial
/// does not find out.
/// </summary>
internal sealed class WriteTarget : IAsyncDisposable
{
    private readonly DbConnection _connection;
    private readonly string _name = "writes_" + Guid.NewGuid().ToString("N")[..12];
    private readonly bool _isMySql;

    private WriteTarget(string database)
    {
        _isMySql = database == "mysql";
        ConnectionString = _isMySql
            ? new MySqlConnectionStringBuilder(RealServers.MySql) { Database = _name }.ConnectionString
            : new NpgsqlConnectionStringBuilder(RealServers.PostgreSql) { ApplicationName = _name }.ConnectionString;
        _connection = _isMySql ? new MySqlConnection(RealServers.MySql) : new NpgsqlConnection(RealServers.PostgreSql);
    }

    /// <summary>Gets the connection string of the sessions that the function counts.</summary>
    public string ConnectionString { get; }

    public string Insert => $"INSERT INTO {Table} VALUES (1)";

    /// <summary>
    /// Gets a statement that writes once more than five sessions are connected. MariaDB refuses a function as soon as
    /// it has a write in it.
    /// </summary>
    public string WriteWhenBusy => _isMySql
        ? $"SET @sessions = ({CountSessions}); EXECUTE IMMEDIATE IF(@sessions > 5, '{Insert}', 'SELECT 1')"
        : $"SELECT {_name}()";

    private string CountSessions => _isMySql
        ? $"SELECT count(*) FROM information_schema.processlist WHERE db = '{_name}'"
        : $"SELECT count(*) FROM pg_stat_activity WHERE application_name = '{_name}'";

    private string Table => _isMySql ? $"{_name}.t" : $"{_name}_t";

    public static async Task<WriteTarget> CreateAsync(string database)
    {
        var target = new WriteTarget(database);
        await target._connection.OpenAsync();
        string[] statements = target._isMySql
            ? [$"CREATE DATABASE {target._name}", $"CREATE TABLE {target.Table} (id int)"]
            :
            [
                $"CREATE TABLE {target.Table} (id int)",
                $"CREATE FUNCTION {target._name}() RETURNS int LANGUAGE plpgsql AS $$ BEGIN IF ({target.CountSessions}) > 5 THEN {target.Insert}; END IF; RETURN 1; END $$",
            ];
        foreach (var statement in statements)
        {
            await target.ExecuteAsync(statement);
        }

        return target;
    }

    public async Task<long> CountAsync()
    {
        await using var command = _connection.CreateCommand();
        command.CommandText = $"SELECT count(*) FROM {Table}";
        return (long)(await command.ExecuteScalarAsync())!;
    }

    public async ValueTask DisposeAsync()
    {
        await ExecuteAsync(_isMySql ? $"DROP DATABASE {_name}" : $"DROP FUNCTION {_name}(); DROP TABLE {Table}");
        await _connection.DisposeAsync();
    }

    private async Task ExecuteAsync(string statement)
    {
        await using var command = _connection.CreateCommand();
        command.CommandText = statement;
        await command.ExecuteNonQueryAsync();
    }
}
