using Cenote.LoadBench.Pools;
using Cenote.LoadBench.Sides;
using Microsoft.Data.Sqlite;
using MySqlConnector;
using Npgsql;

namespace Cenote.LoadBench.Peers;

/// <summary>The pools of .NET, ours first in each setting.</summary>
internal static class Contestants
{
    /// <summary>Creates the contestants that can be measured.</summary>
    /// <param name="missing">The reasons why others cannot.</param>
    internal static IContestant[] Create(List<string> missing)
    {
        List<IContestant> all =
        [
            Of(new CenoteKind()),
            Of(new ObjectPoolKind()),
            Of(new SemaphoreKind()),
            Of(new ChannelKind()),
        ];
        AddServer("CENOTE_TEST_POSTGRESQL", "Npgsql", AddPostgreSql);
        AddServer("CENOTE_TEST_MYSQL", "MySqlConnector", AddMariaDb);
        AddSqlite(all);
        return [.. all];

        void AddServer(string variable, string driver, Action<List<IContestant>, string> add)
        {
            if (Environment.GetEnvironmentVariable(variable) is { Length: > 0 } connectionString)
            {
                add(all, connectionString);
            }
            else
            {
                missing.Add($"{driver}: {variable} names no server");
            }
        }
    }

    private static void AddPostgreSql(List<IContestant> all, string connectionString)
    {
        var database = new Database(Settings.PostgreSql, connectionString, new ResetCounter(
            () => new NpgsqlConnection(connectionString + ";Pooling=false"),
            "CREATE EXTENSION IF NOT EXISTS pg_stat_statements",
            "SELECT coalesce(sum(calls), 0)::bigint FROM pg_stat_statements WHERE query NOT ILIKE 'SELECT%'",
            countsQueries: false));
        all.Add(Of(new CenoteDriverKind("Npgsql", database, static (builder, connection) => builder.UsePostgreSql(connection))));
        all.Add(Of(new DriverKind("Npgsql", database, static (connection, min, max) =>
        {
            var source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(connection) { MinPoolSize = min, MaxPoolSize = max, Timeout = 60 });
            return (source.CreateConnection, source.Dispose);
        })));
    }

    private static void AddMariaDb(List<IContestant> all, string connectionString)
    {
        var database = new Database(Settings.MariaDb, connectionString, new ResetCounter(
            () => new MySqlConnection(connectionString + ";Pooling=false"),
            prepare: null,
            "SELECT variable_value FROM information_schema.global_status WHERE variable_name = 'QUESTIONS'",
            countsQueries: true));
        all.Add(Of(new CenoteDriverKind("MySqlConnector", database, static (builder, connection) => builder.UseMySql(connection))));
        all.Add(Of(new DriverKind("MySqlConnector", database, static (connection, min, max) =>
        {
            var source = new MySqlDataSource(
                new MySqlConnectionStringBuilder(connection) { MinimumPoolSize = (uint)min, MaximumPoolSize = (uint)max, ConnectionTimeout = 60 }.ConnectionString);
            return (source.CreateConnection, source.Dispose);
        })));
    }

    private static void AddSqlite(List<IContestant> all)
    {
        var file = Path.Combine(Path.GetTempPath(), $"cenote-peers-{Environment.ProcessId}.db");
        var database = new Database(Settings.Sqlite, $"Data Source={file}", Resets: null);
        all.Add(Of(new CenoteDriverKind("Microsoft.Data.Sqlite", database, static (builder, connection) => builder.UseSqlite(connection))));
        all.Add(Of(new DriverKind("Microsoft.Data.Sqlite", database, (connection, _, _) => (() => new SqliteConnection(connection), () =>
        {
            SqliteConnection.ClearAllPools();
            foreach (var written in Directory.GetFiles(Path.GetTempPath(), Path.GetFileName(file) + "*"))
            {
                File.Delete(written);
            }
        }))));
    }

    private static Contestant<TSide, T> Of<TSide, T>(PoolKind<TSide, T> kind)
        where TSide : struct, IPeerSide<T> => new(kind);
}
