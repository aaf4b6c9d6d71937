using System.Data;
using System.Data.Common;
using Cenote.Providers;
using SQLitePCL;

namespace Cenote.Sqlite;

/// <summary>
/// An open connection to a SQLite database, reset on the returning caller's thread because it does not wait for a
/// server.
/// </summary>
internal sealed class SqliteSession : PhysicalConnection
{
    private static readonly Lazy<SqliteConnection> Empty = new(() =>
    {
        var connection = new SqliteConnection("Data Source=:memory:;Pooling=false");
        connection.Open();
        return connection;
    });

    /// <summary>
    /// The steps of the virtual machine between two calls: some microseconds. Each statement counts from zero, so a
    /// larger number would let a command of many small ones run on.
    /// </summary>
    private const int StepsBetweenQuestions = 100;

    private readonly SqliteProvider _provider;
    private readonly TrackedConnection _connection;
    private sqlite3? _handle;
    private SessionWatch? _watch;
    private readonly TimeSpan? _queryTimeout;
    private int _defaultTimeout;
    private bool _hasStatements;
    private bool _isWatched;
    private volatile Func<bool>? _mustEnd;

    internal SqliteSession(SqliteProvider provider, string connectionString, ConnectionSettings settings)
        : this(provider, new TrackedConnection(connectionString), settings)
    {
    }

    private SqliteSession(SqliteProvider provider, TrackedConnection connection, ConnectionSettings settings)
        : base(connection, SessionReset.ByPool, settings.ResetMode)
    {
        _provider = provider;
        _queryTimeout = settings.QueryTimeout;
        _connection = connection;
    }

    /// <inheritdoc/>
    public override bool CanResetInline => true;

    /// <summary>
    /// Gets whether the connection is open, and its holder has not closed and opened it, which would undo its set-up.
    /// </summary>
    public override bool IsUsable => _connection.State == ConnectionState.Open && ReferenceEquals(_connection.Handle, _handle);

    /// <inheritdoc/>
    public override void Open()
    {
        _connection.Open();
        _provider.SetUp(_connection, _queryTimeout);
        _handle = _connection.Handle;
        _defaultTimeout = _connection.DefaultTimeout;
        if (ResetMode == ResetMode.Full)
        {
            _watch = new SessionWatch(_provider.BaselineOf(_connection));
            _watch.Start(_handle!);
            _connection.StartLeases(_watch);
        }
    }

    /// <summary>Opens on the calling thread: SQLite has no asynchronous form.</summary>
    /// <param name="cancellationToken">Checked before opening.</param>
    public override ValueTask OpenAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Open();
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc cref="SessionAbort"/>
    public override ValueTask AbortAsync() => new SessionAbort(_connection, _handle!, _watch).RunAsync();

    /// <inheritdoc/>
    public override void ResetSession()
    {
        _connection.EndLease();
        var database = _handle!;
        if (_isWatched)
        {
            raw.sqlite3_progress_handler(database, 0, null, null);
            _isWatched = false;
            _mustEnd = null;
        }

        // A transaction can only have begun in a statement that was compiled since, or in a kept statement.
        if ((_watch is not { HasCompiled: false } || _hasStatements) && raw.sqlite3_get_autocommit(database) == 0)
        {
            SessionWatch.Execute(database, "ROLLBACK");
        }

        _hasStatements = HasStatements(database);
        if (_hasStatements && IsReading(database))
        {
            AbandonedStatements.End(database);
            throw new InvalidOperationException("A lease left a statement running: it did not close a SqliteBlob, or the reader of a SqliteCommand that CreateCommand did not make.");
        }

        _connection.NoteFunctions();
        if (_watch is { IsDirty: true } watch)
        {
            watch.Restore(database);
        }

        if (_connection.DefaultTimeout != _defaultTimeout && ResetMode == ResetMode.Full)
        {
            _connection.DefaultTimeout = _defaultTimeout;
        }

        if (_watch is not null)
        {
            _watch.HasCompiled = false;
        }
    }

    /// <inheritdoc/>
    public override void Initialize(Action<DbConnection> initialize)
    {
        ArgumentNullException.ThrowIfNull(initialize);

        // A function that the lease registered still costs the connection.
        _connection.NoteFunctions();
        _connection.StopWatching();
        try
        {
            initialize(_connection);
        }
        finally
        {
            if (_watch is not null)
            {
                _connection.StartLeases(_watch);
            }
        }
    }

    /// <summary>Interrupts the statement, or the wait for a lock before it.</summary>
    /// <param name="command">The driver's command.</param>
    public override void CancelStatement(DbCommand command)
    {
        ArgumentNullException.ThrowIfNull(command);

        // While it waits for a lock, the driver reads its timeout every 150 ms, and 0 means forever.
        command.CommandTimeout = -1;
        raw.sqlite3_interrupt(_handle!);
    }

    /// <summary>Makes SQLite call the watch for each statement.</summary>
    internal void WatchStatements(Func<bool> mustEnd)
    {
        _mustEnd = mustEnd;
        raw.sqlite3_progress_handler(_handle!, StepsBetweenQuestions, (delegate_progress)OnProgress, null);
        _isWatched = true;
    }

    /// <inheritdoc/>
    public override ValueTask ResetSessionAsync(CancellationToken cancellationToken)
    {
        ResetSession();
        return ValueTask.CompletedTask;
    }

    /// <summary>Reads the database's header, which <c>SELECT 1</c> does not.</summary>
    /// <param name="timeout">Has no effect: SQLite's own busy timeout bounds it.</param>
    public override void Validate(TimeSpan timeout) => SessionWatch.Execute(_handle!, "PRAGMA schema_version");

    /// <inheritdoc/>
    public override ValueTask ValidateAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        Validate(timeout);
        return ValueTask.CompletedTask;
    }

    private int OnProgress(object state) => _mustEnd?.Invoke() == true ? 1 : 0;

    // Virtual tables such as FTS keep their own statements, so an existing statement is not conclusive.
    private static bool HasStatements(sqlite3 database)
    {
        try
        {
            return raw.sqlite3_next_stmt(database, null) is not null;
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            // SQLitePCL throws a bare Exception for a statement that it does not track.
            return true;
        }
    }

    // SQLite refuses to write a backup over a database that its connection is reading; without a step, nothing is
    // written.
    private static bool IsReading(sqlite3 database)
    {
        using var backup = raw.sqlite3_backup_init(database, "main", Empty.Value.Handle, "main");
        return backup.IsInvalid;
    }
}
