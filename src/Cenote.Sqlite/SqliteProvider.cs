using System.Collections.Frozen;
using System.Data.Common;
using System.Globalization;
using System.Text;
using Cenote.Providers;
using Cenote.Sqlite;
using Cenote.Sqlite.Replication;

namespace Cenote;

/// <summary>
/// A provider for SQLite through Microsoft.Data.Sqlite, set up for server programs: see
/// <see cref="SqliteProviderOptions"/>.
/// </summary>
/// <remarks>
/// <para>
/// The pool resets a connection when it is returned, on the returning thread, in well under a microsecond without
/// changes. It undoes PRAGMAs, attached databases, temporary tables and open readers. The connection is closed when
/// SQLite cannot undo a change (a changed <c>journal_mode</c>, a new function). Register functions in
/// <see cref="SqliteProviderOptions.ConfigureConnection"/>. Changes through the native handle without SQL are not
/// detected.
/// </para>
/// <para>
/// A named in-memory database (<c>Data Source=shop;Mode=Memory;Cache=Shared</c>) lives as long as the provider, which
/// keeps its own connection to it. Thread-safe.
/// </para>
/// </remarks>
public sealed class SqliteProvider : DriverProvider<SqliteConnectionStringBuilder>, IServerStatusReader, IReplicationPositionReader, IInProcessProvider
{
    private readonly object _gate = new();
    private readonly SqliteConnectionStringBuilder _builder;
    private readonly SqliteProviderOptions _options;
    private readonly string _setUp;
    private readonly bool _inMemory;
    private readonly bool _shared;
    private FrozenDictionary<string, string>? _baseline;
    private SqliteConnection? _anchor;
    private bool _journalModeSet;
    private bool _disposed;

    /// <summary>Initializes a new instance of the <see cref="SqliteProvider"/> class.</summary>
    /// <param name="connectionString">Such as <c>Data Source=shop.db</c>, or <c>Data
    /// Source=shop;Mode=Memory;Cache=Shared</c> in memory.</param>
    /// <param name="options">How connections are set up; <see langword="null"/> for the defaults.</param>
    /// <exception cref="ArgumentException">The connection string cannot be read. The message quotes nothing of
    /// it.</exception>
    public SqliteProvider(string connectionString, SqliteProviderOptions? options = null)
        : this(connectionString, new SqliteConnectionStringBuilder(), options)
    {
    }

    private SqliteProvider(string connectionString, SqliteConnectionStringBuilder builder, SqliteProviderOptions? options)
        : base(SqliteFactory.Instance, builder, connectionString, AddressKind.File, static filled => new ConnectionTarget { DataSource = filled.DataSource })
    {
        _options = (options ?? new SqliteProviderOptions()).Copy();
        _builder = builder;
        var source = _builder.DataSource;
        var isMemdb = source.Contains("vfs=memdb", StringComparison.OrdinalIgnoreCase);
        _inMemory = isMemdb || _builder.Mode == SqliteOpenMode.Memory || source.Length == 0
            || source.Contains(":memory:", StringComparison.OrdinalIgnoreCase) || source.Contains("mode=memory", StringComparison.OrdinalIgnoreCase);
        _shared = isMemdb
            ? source.StartsWith("file:/", StringComparison.OrdinalIgnoreCase)
            : source.Length > 0 && (_builder.Cache == SqliteCacheMode.Shared || source.Contains("cache=shared", StringComparison.OrdinalIgnoreCase));
        Database = Path.GetFileName(DataSource);
        IsReadOnly = _options.IsReadOnly || _builder.Mode == SqliteOpenMode.ReadOnly;
        _builder.Pooling = false;
        if (IsReadOnly && !_inMemory)
        {
            _builder.Mode = SqliteOpenMode.ReadOnly;
        }

        if (_builder.DefaultTimeout == 30)
        {
            // The driver repeats a busy statement until the command timeout, asleep for 150 ms between two attempts. 0
            // means forever.
            _builder.DefaultTimeout = Math.Max(1, (int)Math.Ceiling(_options.BusyTimeout.TotalSeconds));
        }

        _setUp = SetUpStatements();
    }

    /// <inheritdoc/>
    public override string DatabaseSystem => "sqlite";

    /// <inheritdoc/>
    public override SqlLiteralRules LiteralRules => SqlLiteralRules.DoubleQuotedIdentifiers | SqlLiteralRules.DoubleQuotedStrings | SqlLiteralRules.BracketedIdentifiers | SqlLiteralRules.NoBackslashEscapes;

    /// <summary>Gets the name of the file, or of the in-memory database.</summary>
    public override string Database { get; }

    /// <summary>Gets <see langword="false"/>: SQLite has no users.</summary>
    public override bool SupportsCredentials => false;

    /// <summary>Gets the reason why connections cannot join an ambient transaction.</summary>
    public override string AmbientTransactionProblem => "Microsoft.Data.Sqlite connections cannot join an ambient transaction.";

    private bool IsReadOnly { get; }

    /// <inheritdoc/>
    public override IEnumerable<string> Validate(ConnectionSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        if (settings.SessionReset == SessionReset.ByDriver)
        {
            yield return "SessionReset is ByDriver, but Microsoft.Data.Sqlite's own pool resets almost nothing. Use ByPool.";
        }

        if (_inMemory && !_shared)
        {
            yield return "The connection string names an in-memory database without a name, of which each connection would have its own. Use Data Source=name;Mode=Memory;Cache=Shared.";
        }

        if (_options.BusyTimeout < TimeSpan.Zero || _options.BusyTimeout > TimeSpan.FromMinutes(10))
        {
            yield return $"SqliteProviderOptions.BusyTimeout is {_options.BusyTimeout}. Set 0 to 10 minutes.";
        }

        if (_options.CacheSizeKiB is < 64 or > 4_194_304)
        {
            yield return $"SqliteProviderOptions.CacheSizeKiB is {_options.CacheSizeKiB}. Set 64 to 4,194,304.";
        }

        if (_options.MemoryMapBytes is < 0 or > 2_147_418_112)
        {
            yield return $"SqliteProviderOptions.MemoryMapBytes is {_options.MemoryMapBytes}. Set 0 to 2,147,418,112.";
        }
    }

    /// <inheritdoc/>
    public override PhysicalConnection CreateConnection(ConnectionSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return new SqliteSession(this, _builder.ConnectionString, settings);
    }

    /// <inheritdoc/>
    public override FailureKind ClassifyFailure(Exception exception)
    {
        for (var current = exception; current is not null; current = current.InnerException)
        {
            if (current is SqliteException error)
            {
                // SQLITE_READONLY_DBMOVED: the file was replaced under the connection.
                return error.SqliteExtendedErrorCode == 1032 ? FailureKind.ConnectionLost : FromCode(error.SqliteErrorCode);
            }
        }

        return FailureClassification.Classify(exception);
    }

    /// <summary>Determines whether SQLite reports that it was interrupted.</summary>
    /// <param name="exception">The driver's exception, or one that wraps it.</param>
    public override bool IsCancellation(Exception exception) =>
        exception is SqliteException { SqliteErrorCode: 9 } || (exception?.InnerException is { } inner && IsCancellation(inner));

    /// <summary>
    /// Sets the connection's only progress handler. A handler of the holder is lost.
    /// </summary>
    /// <param name="connection">The connection of the lease.</param>
    /// <param name="shouldCancel">The check that the handler calls.</param>
    /// <returns><see langword="true"/>.</returns>
    public bool TryWatchStatements(PhysicalConnection connection, Func<bool> shouldCancel)
    {
        ((SqliteSession)connection).WatchStatements(shouldCancel);
        return true;
    }

    /// <summary>Ends the driver's wait for a lock.</summary>
    /// <param name="connection">The connection of the lease.</param>
    /// <param name="command">The driver's command.</param>
    public void CancelWatchedStatement(PhysicalConnection connection, DbCommand command)
    {
        ArgumentNullException.ThrowIfNull(command);
        command.CommandTimeout = -1;
    }

    /// <summary>
    /// Reads the status. The file is a replica without lag for a provider that only reads
    /// (<see cref="SqliteProviderOptions.IsReadOnly"/>) and for a read-only file. For every other provider it is a
    /// primary. Reads the file's header.
    /// </summary>
    /// <param name="connection">An open connection of the driver that is not in use.</param>
    /// <param name="cancellationToken">Not used, because only another connection's lock makes it wait.</param>
    public ValueTask<ServerStatus> ReadStatusAsync(DbConnection connection, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(connection);
        return new(FileStatus.Read((SqliteConnection)connection, IsReadOnly));
    }

    /// <summary>Returns the only position, because all connections have the same data.</summary>
    /// <param name="connection">Not used.</param>
    /// <param name="timeout">Not used.</param>
    public ReplicationPosition? ReadPosition(DbConnection connection, TimeSpan timeout) => FilePosition.Instance;

    /// <inheritdoc cref="ReadPosition"/>
    /// <param name="connection">Not used.</param>
    /// <param name="cancellationToken">Not used.</param>
    public ValueTask<ReplicationPosition?> ReadPositionAsync(DbConnection connection, CancellationToken cancellationToken) => new(FilePosition.Instance);

    /// <summary>Reads <c>file</c>, the text of the one position.</summary>
    /// <param name="text">The result of a position's <see cref="ReplicationPosition.ToString"/>.</param>
    /// <exception cref="FormatException">The text is another.</exception>
    public ReplicationPosition ParsePosition(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return FilePosition.Parse(text);
    }

    /// <summary>Closes the connection that kept an in-memory database alive.</summary>
    public override async ValueTask DisposeAsync()
    {
        SqliteConnection? anchor;
        lock (_gate)
        {
            _disposed = true;
            (anchor, _anchor) = (_anchor, null);
        }

        if (anchor is not null)
        {
            await anchor.DisposeAsync().ConfigureAwait(false);
        }

        await base.DisposeAsync().ConfigureAwait(false);
    }

    internal void SetUp(SqliteConnection connection, TimeSpan? queryTimeout)
    {
        KeepMemoryAlive();
        using (var command = connection.CreateCommand())
        {
            // SQLite's own wait for a lock cannot be interrupted. The driver's wait after it can.
            command.CommandText = queryTimeout < _options.BusyTimeout
                ? _setUp + SetUpStatement("busy_timeout", (long)queryTimeout.Value.TotalMilliseconds)
                : _setUp;
            command.ExecuteNonQuery();
            UseWriteAheadLog(command);
        }

        _options.ConfigureConnection?.Invoke(connection);
    }

    // Every connection starts with the same settings, so reading them once is enough.
    internal FrozenDictionary<string, string> BaselineOf(SqliteConnection connection) =>
        _baseline ??= SessionWatch.ReadBaseline(connection);

    private static FailureKind FromCode(int code) => code switch
    {
        5 or 6 or 15 => FailureKind.Transient, // BUSY, LOCKED, PROTOCOL (a race between two that open the log)
        8 => FailureKind.ReadOnlyServer, // READONLY
        10 or 11 or 14 or 26 => FailureKind.ConnectionLost, // IOERR, CORRUPT, CANTOPEN, NOTADB
        _ => FailureKind.Other,
    };

    private void KeepMemoryAlive()
    {
        if (!_inMemory)
        {
            return;
        }

        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_anchor is null)
            {
                var anchor = new SqliteConnection(_builder.ConnectionString);
                anchor.Open();
                _anchor = anchor;
            }
        }
    }

    // The mode stays with the file, and changing it fails during use by another connection. So one connection changes
    // it, once.
    private void UseWriteAheadLog(SqliteCommand command)
    {
        if (!_options.UseWriteAheadLog || _inMemory || IsReadOnly || Volatile.Read(ref _journalModeSet))
        {
            return;
        }

        lock (_gate)
        {
            command.CommandText = "PRAGMA journal_mode=WAL";
            if (command.ExecuteScalar() is string mode && !mode.Equals("wal", StringComparison.OrdinalIgnoreCase))
            {
                throw new InvalidOperationException($"SQLite keeps the journal mode '{mode}' for this file instead of write-ahead logging. The file system may not support it. Set SqliteProviderOptions.UseWriteAheadLog to false.");
            }

            Volatile.Write(ref _journalModeSet, true);
        }
    }

    private string SetUpStatements()
    {
        var text = new StringBuilder();
        Add("busy_timeout", (long)Math.Ceiling(_options.BusyTimeout.TotalMilliseconds));
        Add("synchronous", (long)_options.Synchronous);
        Add("foreign_keys", (_builder.ForeignKeys ?? _options.EnforceForeignKeys) ? 1 : 0);
        if (_options.CacheSizeKiB is { } cache)
        {
            Add("cache_size", -cache);
        }

        if (_options.MemoryMapBytes is { } map)
        {
            Add("mmap_size", map);
        }

        if (IsReadOnly)
        {
            Add("query_only", 1);
        }

        return text.ToString();

        void Add(string name, long value) => text.Append(SetUpStatement(name, value));
    }

    private static string SetUpStatement(string name, long value) => string.Create(CultureInfo.InvariantCulture, $"PRAGMA {name}={value};");
}
