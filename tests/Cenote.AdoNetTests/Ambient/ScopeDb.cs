namespace Cenote.AdoNetTests.Ambient;

/// <summary>A way to take part in an ambient transaction.</summary>
public enum ScopeDb
{
    PostgreSqlOwnReset,
    PostgreSqlDriverReset,
    MariaDb,
    MariaDbWithoutXa,

    /// <summary>The provider for any driver, over Npgsql, whose own enlistment it uses.</summary>
    AdoNet,
}
