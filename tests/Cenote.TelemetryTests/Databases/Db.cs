namespace Cenote.TelemetryTests.Databases;

/// <summary>A real database.</summary>
public enum Db
{
    Sqlite,
    PostgreSql,
    MariaDb,
}
