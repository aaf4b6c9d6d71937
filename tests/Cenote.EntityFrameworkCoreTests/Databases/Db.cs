namespace Cenote.EntityFrameworkCoreTests.Databases;

/// <summary>A real database, and what resets its sessions.</summary>
public enum Db
{
    Sqlite,
    PostgreSqlOwnReset,
    PostgreSqlDriverReset,

    /// <summary>A replica set of PostgreSQL: a primary and its streaming replica.</summary>
    ReplicaSet,
}
