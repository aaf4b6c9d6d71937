using Cenote.Providers;
using MySqlConnector;
using Npgsql;

namespace Cenote.AdoNetTests.Databases;

/// <summary>The servers of the tests, reached through another port.</summary>
internal static class Relayed
{
    public static int PortOf(Db db) => db == Db.MariaDb
        ? (int)new MySqlConnectionStringBuilder(RealServers.MySql).Port
        : new NpgsqlConnectionStringBuilder(RealServers.PostgreSql).Port;

    public static DatabaseProvider CreateProvider(Db db, int port) => db == Db.MariaDb
        ? new MySqlProvider(new MySqlConnectionStringBuilder(RealServers.MySql) { Port = (uint)port }.ConnectionString)
        : new PostgreSqlProvider(new NpgsqlConnectionStringBuilder(RealServers.PostgreSql) { Port = port }.ConnectionString);
}
