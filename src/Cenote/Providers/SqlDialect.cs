namespace Cenote.Providers;

/// <summary>A dialect of SQL whose statements the pool can check, for <see cref="ResetMode.WhenDirty"/>.</summary>
public enum SqlDialect
{
    /// <summary>The dialect of PostgreSQL.</summary>
    PostgreSql,

    /// <summary>The dialect of MySQL and MariaDB.</summary>
    MySql,

    /// <summary>The dialect of SQL Server.</summary>
    TransactSql,
}
