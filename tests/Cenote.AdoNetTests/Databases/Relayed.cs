using Cenote.MySql;
using Cenote.PostgreSql;
using Cenote.Providers;
using MySqlConnector;
using Npgsql;

namespace Cenote.AdoNetTests.Databases;

/// <summary>The servers of the tests, reached through another port.</summary>
internal static class Relayed
{
    public static int PortOf(Db db) => db == Db.MariaDb
        ? (int)new MySqlConnectionStringBuilder(TestPool.ConnectionString("CENOTE_TEST_MYSQL")).Port
        : new NpgsqlConnectionStringBuilder(TestPool.ConnectionString("CENOTE_TEST_POSTGRESQL")).Port;

    public static DatabaseProvider CreateProvider(Db db, int port) => db == Db.MariaDb
        ? new MySqlProvider(new MySqlConnectionStringBuilder(TestPool.ConnectionString("CENOTE_TEST_MYSQL")) { Port = (uint)port }.ConnectionString)
        : new PostgreSqlProvider(new NpgsqlConnectionStringBuilder(TestPool.ConnectionString("CENOTE_TEST_POSTGRESQL")) { Port = port }.ConnectionString);
}
