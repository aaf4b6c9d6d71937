namespace Cenote;

/// <summary>The set-up of each connection to a SQLite database. Read once, when the provider is constructed.</summary>
public sealed class SqliteProviderOptions
{
    /// <summary>
    /// Gets or sets whether the database uses write-ahead logging, so that readers and the one writer do not block each
    /// other: <c>PRAGMA journal_mode</c>.
    /// </summary>
    /// <value>Default <see langword="true"/>. Has no effect on in-memory databases and read-only connections. The mode
    /// stays with the file.</value>
    public bool UseWriteAheadLog { get; set; } = true;

    /// <summary>
    /// Gets or sets how long a statement waits for another connection's lock before it fails with <c>database is
    /// locked</c>: <c>PRAGMA busy_timeout</c>.
    /// </summary>
    /// <value>
    /// Default 5 s. Range 0 to 10 min. The driver waits too, as long as the command timeout: unless the connection
    /// string sets <c>Default Timeout</c>, it is lowered to this time, rounded up to seconds.
    /// </value>
    public TimeSpan BusyTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Gets or sets when SQLite waits for the disk: <c>PRAGMA synchronous</c>.</summary>
    /// <value>Default <see cref="SqliteSynchronous.Normal"/>.</value>
    public SqliteSynchronous Synchronous { get; set; } = SqliteSynchronous.Normal;

    /// <summary>Gets or sets whether foreign keys are enforced: <c>PRAGMA foreign_keys</c>.</summary>
    /// <value>Default <see langword="true"/>. <c>Foreign Keys</c> in the connection string takes precedence.</value>
    public bool EnforceForeignKeys { get; set; } = true;

    /// <summary>
    /// Gets or sets whether connections only read: the file is opened read-only, and <c>PRAGMA query_only</c> is set.
    /// </summary>
    /// <value>Default <see langword="false"/>, unless the connection string says <c>Mode=ReadOnly</c>.</value>
    public bool IsReadOnly { get; set; }

    /// <summary>Gets or sets the page cache of each connection, in KiB: <c>PRAGMA cache_size</c>.</summary>
    /// <value>Default <see langword="null"/>: SQLite's own, 2,000 KiB. Range 64 to 4,194,304.</value>
    public int? CacheSizeKiB { get; set; }

    /// <summary>
    /// Gets or sets how much of the file each connection reads through memory mapping, in bytes: <c>PRAGMA
    /// mmap_size</c>.
    /// </summary>
    /// <value>Default <see langword="null"/>: SQLite's own, usually 0. Range 0 to 2,147,418,112.</value>
    public long? MemoryMapBytes { get; set; }

    /// <summary>
    /// Gets or sets a callback for each new connection, open and set up, before it is first rented: for functions,
    /// collations, extensions and further PRAGMAs. Every lease starts with its settings, so it must do the same for
    /// each connection.
    /// </summary>
    /// <value>Default <see langword="null"/>. May be called from several threads at once.</value>
    public Action<SqliteConnection>? ConfigureConnection { get; set; }

    internal SqliteProviderOptions Copy() => (SqliteProviderOptions)MemberwiseClone();
}
