using MySqlConnector;
using Npgsql;

namespace Cenote.Benchmarks;

/// <summary>Where the real drivers connect to.</summary>
internal static class Databases
{
    private static readonly string SqliteFile = Path.Combine(Path.GetTempPath(), $"cenote-bench-{Environment.ProcessId}.db");

    internal static string? PostgreSql { get; } = Environment.GetEnvironmentVariable("CENOTE_TEST_POSTGRESQL");

    internal static string? MySql { get; } = Environment.GetEnvironmentVariable("CENOTE_TEST_MYSQL");

    internal static string Sqlite { get; } = $"Data Source={SqliteFile}";

    internal static string DescribeServers()
    {
        List<string> servers = [];
        if (PostgreSql is not null)
        {
            using var connection = new NpgsqlConnection(PostgreSql);
            connection.Open();
            servers.Add($"PostgreSQL {connection.ServerVersion}");
        }

        if (MySql is not null)
        {
            using var connection = new MySqlConnection(MySql);
            connection.Open();
            servers.Add($"MariaDB {connection.ServerVersion}");
        }

        return servers.Count == 0 ? "none" : string.Join(", ", servers);
    }

    internal static void DeleteFiles()
    {
        foreach (var file in new[] { SqliteFile, $"{SqliteFile}-wal", $"{SqliteFile}-shm" })
        {
            File.Delete(file);
        }
    }
}
