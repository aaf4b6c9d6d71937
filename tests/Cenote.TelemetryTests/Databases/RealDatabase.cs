using Cenote.Providers;

namespace Cenote.TelemetryTests.Databases;

/// <summary>The servers that ./test starts, and files.</summary>
internal static class RealDatabase
{
    internal static DatabaseProvider NewProvider(Db db) => db switch
    {
        Db.Sqlite => new SqliteProvider($"Data Source=telemetry-{Guid.NewGuid():N};Mode=Memory;Cache=Shared"),
        Db.PostgreSql => new PostgreSqlProvider(RealServers.PostgreSql),
        _ => new MySqlProvider(RealServers.MySql),
    };

    /// <summary>OpenTelemetry's name for the database.</summary>
    internal static string SystemOf(Db db) => db switch
    {
        Db.Sqlite => "sqlite",
        Db.PostgreSql => "postgresql",
        _ => "mysql",
    };
}
