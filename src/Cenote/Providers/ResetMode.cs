namespace Cenote;

/// <summary>The scope of the reset of a session between one lease and the next.</summary>
public enum ResetMode
{
    /// <summary>Everything is reset: the next lease never sees changes that a lease made to its session.</summary>
    Full,

    /// <summary>
    /// As <see cref="Full"/>, but only after a lease that may have changed its session. The pool checks each statement
    /// of a <see cref="PooledConnection"/> by its text. It cannot see what triggers, views, operators and casts do that
    /// call functions: see the page about resets. PostgreSQL, MySQL, MariaDB and SQL Server only.
    /// </summary>
    WhenDirty,

    /// <summary>Only an open transaction is rolled back. Settings, temporary tables and locks survive.</summary>
    Rollback,

    /// <summary>Nothing is sent. For sessions that no lease changes.</summary>
    None,
}
