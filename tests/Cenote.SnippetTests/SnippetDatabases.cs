using Dapper;
using MySqlConnector;
using Npgsql;

namespace Cenote.SnippetTests;

/// <summary>
/// A database of PostgreSQL, one of MariaDB, and a current directory for files, with the tables that the snippets use.
/// </summary>
public sealed class SnippetDatabases : IAsyncLifetime
{
    private readonly string _name = $"snippets_{Guid.NewGuid():N}";
    private readonly string _directory = Directory.CreateTempSubdirectory("cenote-snippets-").FullName;
    private readonly string _directoryBefore = Environment.CurrentDirectory;
    private readonly List<PostgreSqlServer> _replicated = [];

    internal string PostgreSql { get; private set; } = "";

    internal string MySql { get; private set; } = "";

    /// <summary>A primary and two replicas, started when the first snippet needs them.</summary>
    internal async Task<string[]> ReplicatedAsync()
    {
        if (_replicated.Count == 0)
        {
            var primary = await PostgreSqlServer.StartPrimaryAsync();
            _replicated.Add(primary);
            _replicated.AddRange(await Task.WhenAll(primary.StartReplicaAsync(), primary.StartReplicaAsync()));
            await primary.ExecuteAsync(
                "CREATE TABLE orders (id bigserial PRIMARY KEY, customer int)",
                "CREATE TABLE customers (id int PRIMARY KEY, address text)",
                "INSERT INTO customers VALUES (7, 'elsewhere')",
                "CREATE SCHEMA ef AUTHORIZATION worker",
                "CREATE TABLE ef.orders (id serial PRIMARY KEY, customer text)",
                "GRANT ALL ON ALL TABLES IN SCHEMA public, ef TO worker",
                "GRANT ALL ON ALL SEQUENCES IN SCHEMA public, ef TO worker",
                "CREATE TABLE last_of_all ()");
            foreach (var replica in _replicated.Skip(1))
            {
                await using var admin = await replica.OpenAdminAsync();
                await Patience.SoonAsync(async () => await admin.ExecuteScalarAsync<bool>("SELECT to_regclass('last_of_all') IS NOT NULL"), () => "the replica has the tables");
            }
        }

        // Patience for a busy machine, which the fault lab must not have.
        return [.. _replicated.Select(static server => new NpgsqlConnectionStringBuilder(server.ConnectionString(server.Port)) { CommandTimeout = 30 }.ConnectionString)];
    }

    internal ConnectionPool NewPool() => new(new PostgreSqlProvider(PostgreSql), new ConnectionPoolOptions { Name = "snippets", MinSize = 0, MaxSize = 4 });

    /// <summary>The same rows before each snippet.</summary>
    internal Task ResetAsync() => RunAsync(
        new NpgsqlConnection(PostgreSql),
        """
        TRUNCATE orders, customers;
        INSERT INTO customers VALUES (2, 'Dora'), (4, 'Carl'), (7, 'Berta');
        INSERT INTO orders (customer, paid) VALUES ('Berta', NULL), ('Carl', now());
        """);

    public async ValueTask InitializeAsync()
    {
        PostgreSql = new NpgsqlConnectionStringBuilder(RealServers.PostgreSql) { Database = _name }.ConnectionString;
        MySql = new MySqlConnectionStringBuilder(RealServers.MySql) { Database = _name }.ConnectionString;
        Environment.CurrentDirectory = _directory;
        await RunAsync(new NpgsqlConnection(RealServers.PostgreSql), $"CREATE DATABASE {_name}");
        await RunAsync(new MySqlConnection(RealServers.MySql), $"CREATE DATABASE {_name}");
        await RunAsync(
            new NpgsqlConnection(PostgreSql),
            """
            CREATE TYPE mood AS ENUM ('calm', 'busy');
            CREATE TABLE customers (id int PRIMARY KEY, name text NOT NULL);
            CREATE TABLE orders (id bigserial PRIMARY KEY, customer text, paid timestamptz);
            """);
        await RunAsync(new MySqlConnection(MySql), "CREATE TABLE invoices (id int PRIMARY KEY, due datetime); INSERT INTO invoices VALUES (1, '2001-02-03')");
    }

    public async ValueTask DisposeAsync()
    {
        Environment.CurrentDirectory = _directoryBefore;
        foreach (var server in Enumerable.Reverse(_replicated))
        {
            await server.DisposeAsync();
        }

        await RunAsync(new NpgsqlConnection(RealServers.PostgreSql), $"DROP DATABASE {_name} WITH (FORCE)");
        await RunAsync(new MySqlConnection(RealServers.MySql), $"DROP DATABASE {_name}");
        TemporaryFolder.Delete(_directory);
    }

    private static async Task RunAsync(DbConnection connection, string sql)
    {
        await using (connection)
        {
            await connection.ExecuteAsync(sql);
        }
    }
}
