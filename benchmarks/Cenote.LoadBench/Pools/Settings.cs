namespace Cenote.LoadBench.Pools;

/// <summary>What the connections of a pool are made by, as the report names it.</summary>
internal static class Settings
{
    internal const string Stub = "stub";
    internal const string PostgreSql = "PostgreSQL";
    internal const string MariaDb = "MariaDB";
    internal const string Sqlite = "SQLite";
}
