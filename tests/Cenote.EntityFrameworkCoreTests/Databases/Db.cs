namespace Cenote.EntityFrameworkCoreTests.Databases;

/// <summary>A real database, and who clears its sessions.</summary>
public enum Db
{
    Sqlite,
    PostgreSqlOwnReset,
    PostgreSqlDriverReset,
}
