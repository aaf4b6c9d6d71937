using System.Collections.Frozen;
using System.Data;
using System.Data.Common;
using System.Runtime.CompilerServices;
using Cenote.Providers;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Cenote.Sqlite;

/// <summary>One open connection to a SQLite database, cleared on the returning caller's thread: there is no server to wait for.</summary>
internal sealed class SqliteSession : OwnResetConnection
{
    private static readonly Lazy<SqliteConnection> Empty = new(() =>
    {
        var connection = new SqliteConnection("Data Source=:memory:;Pooling=false");
        connection.Open();
        return connection;
    });

    /// <summary>An interrupt that is meant for the holder can hit the rollback instead.</summary>
    private const int MostAbortTries = 10;

    /// <summary>Of the virtual machine: some microseconds. Each statement counts from zero, so that few would let a command of many small ones run on.</summary>
    private const int StepsBetweenQuestions = 100;

    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

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
        : base(connection, settings.ResetMode)
    {
        _provider = provider;
        _queryTimeout = settings.QueryTimeout;
        _connection = connection;
    }

    /// <inheritdoc/>
    public override bool ClearsInline => true;

    /// <summary>Whether the connection is open and was not closed and opened anew by its holder, which would undo its set-up.</summary>
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

    /// <summary>
    /// Interrupts what runs, lets nothing new begin, and ends the transaction with its locks. The connection is not closed: a holder who reads
    /// a row at this moment would read freed memory. What it holds is freed when the holder lets go of it.
    /// </summary>
    public override async ValueTask AbortAsync()
    {
        _connection.Revoke();
        var watch = _watch ?? new SessionWatch(FrozenDictionary<string, string>.Empty);
        try
        {
            for (var tries = 0; tries < MostAbortTries && !await TryRollBackAsync(watch, starts: _watch is null && tries == 0).ConfigureAwait(false); tries++)
            {
                await Task.Delay(ShortestPause, TimeProvider.System).ConfigureAwait(false);
            }

            // Stops a reader between two rows. Earlier, this would have hit the rollback as well: it stays while a reader is open.
            raw.sqlite3_interrupt(_handle!);
        }
        catch (ObjectDisposedException)
        {
            // The holder closed the connection at this very moment.
        }
    }

    /// <inheritdoc/>
    public override void ClearSession()
    {
        _connection.EndLease();
        var database = _handle!;
        if (_isWatched)
        {
            raw.sqlite3_progress_handler(database, 0, null, null);
            _isWatched = false;
            _mustEnd = null;
        }

        // A transaction can only have begun in a statement that was compiled since, or in one that is kept somewhere.
        if ((_watch is not { HasCompiled: false } || _hasStatements) && raw.sqlite3_get_autocommit(database) == 0)
        {
            SessionWatch.Execute(database, "ROLLBACK");
        }

        _hasStatements = HasStatements(database);
        if (_hasStatements && IsReading(database))
        {
            AbandonedStatements.End(database);
            throw new InvalidOperationException("A lease left a statement running: the reader of a SqliteCommand that was not made with CreateCommand was not closed, or a SqliteBlob.");
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
    public override void SetUp(Action<DbConnection> setUp)
    {
        ArgumentNullException.ThrowIfNull(setUp);

        // What the lease registered itself still costs it the connection.
        _connection.NoteFunctions();
        _connection.StopWatching();
        try
        {
            setUp(_connection);
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

        // While it waits for a lock, the driver looks at its timeout every 150 ms, and 0 means for ever.
        command.CommandTimeout = -1;
        raw.sqlite3_interrupt(_handle!);
    }

    /// <summary>Sets the connection's progress handler, of which there is one: a holder's own is gone.</summary>
    /// <param name="mustEnd">What the handler asks.</param>
    /// <returns><see langword="true"/>.</returns>
    public override bool WatchStatements(Func<bool> mustEnd)
    {
        _mustEnd = mustEnd;
        raw.sqlite3_progress_handler(_handle!, StepsBetweenQuestions, (delegate_progress)OnProgress, null);
        return _isWatched = true;
    }

    /// <summary>Ends the driver's wait for a lock.</summary>
    /// <param name="command">The driver's command.</param>
    public override void CancelWatchedStatement(DbCommand command)
    {
        ArgumentNullException.ThrowIfNull(command);
        command.CommandTimeout = -1;
    }

    /// <inheritdoc/>
    public override ValueTask ClearSessionAsync(CancellationToken cancellationToken)
    {
        ClearSession();
        return ValueTask.CompletedTask;
    }

    /// <summary>Reads the database's header, which <c>SELECT 1</c> would not.</summary>
    /// <param name="timeout">Has no effect: SQLite's own busy timeout bounds it.</param>
    public override void Validate(TimeSpan timeout) => SessionWatch.Execute(_handle!, "PRAGMA schema_version");

    /// <inheritdoc/>
    public override ValueTask ValidateAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        Validate(timeout);
        return ValueTask.CompletedTask;
    }

    private int OnProgress(object state) => _mustEnd?.Invoke() == true ? 1 : 0;

    private async ValueTask<bool> TryRollBackAsync(SessionWatch watch, bool starts)
    {
        // SQLite serializes the calls on a connection: while the holder is inside one, this waits, on a thread of its own.
        var rollback = Task.Factory.StartNew(() => TryRollBack(watch, starts), CancellationToken.None, TaskCreationOptions.LongRunning | TaskCreationOptions.DenyChildAttach, TaskScheduler.Default);
        for (var pause = ShortestPause; await IsRunningAfterAsync(rollback, pause).ConfigureAwait(false); pause = pause < LongestPause ? pause * 2 : pause)
        {
            // Once is not enough: it hits nothing when the holder is only about to begin a statement.
            raw.sqlite3_interrupt(_handle!);
        }

        return await rollback.ConfigureAwait(false);
    }

    // The driver asks for the state only once for a command of several statements, and never while it repeats one that finds the file locked.
    private bool TryRollBack(SessionWatch watch, bool starts)
    {
        watch.RefuseOtherThreads();
        try
        {
            if (starts)
            {
                watch.Start(_handle!);
            }

            // The PRAGMA makes every statement that is compiled already go through the watch again before its next run.
            var isReadOnly = raw.sqlite3_exec(_handle!, "PRAGMA query_only=1") == raw.SQLITE_OK;
            _ = raw.sqlite3_exec(_handle!, "ROLLBACK");
            AbandonedStatements.EndWrites(_handle!);
            return isReadOnly && raw.sqlite3_get_autocommit(_handle!) != 0;
        }
        finally
        {
            watch.RefuseAll();
        }
    }

    private static async ValueTask<bool> IsRunningAfterAsync(Task work, TimeSpan pause)
    {
        using var timer = new CancellationTokenSource();
        await Task.WhenAny(work, Task.Delay(pause, TimeProvider.System, timer.Token)).ConfigureAwait(false);
        await timer.CancelAsync().ConfigureAwait(false);
        return !work.IsCompleted;
    }

    // Virtual tables such as FTS keep statements of their own, so that having one says little.
    private static bool HasStatements(sqlite3 database)
    {
        try
        {
            return raw.sqlite3_next_stmt(database, null) is not null;
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            // SQLitePCL answers with a bare Exception when there is a statement that it was not told to keep track of.
            return true;
        }
    }

    // SQLite refuses to write a backup over a database that its connection is reading; without a step, nothing is written.
    private static bool IsReading(sqlite3 database)
    {
        using var backup = raw.sqlite3_backup_init(database, "main", Empty.Value.Handle, "main");
        return backup.IsInvalid;
    }

    /// <summary>
    /// The driver's connection, with what it keeps to itself: the transaction in progress, the functions that a lease registers,
    /// and the commands that it did not dispose of, whose readers stay open and whose entries the driver would collect until it closes.
    /// </summary>
    private sealed class TrackedConnection(string connectionString) : SqliteConnection(connectionString)
    {
        private readonly List<TrackedCommand> _commands = [];

        // Registering has three dozen overloads, and all write into one of two private collections.
        private static readonly bool KnowsFunctions = Probe();

        private SessionWatch? _watch;
        private volatile bool _isRevoked;

        /// <summary>What the driver asks before each command.</summary>
        public override ConnectionState State => _isRevoked ? ConnectionState.Closed : base.State;

        /// <summary>Refuses a late holder: the driver would open a closed connection again.</summary>
        public override void Open()
        {
            ObjectDisposedException.ThrowIf(_isRevoked, this);
            base.Open();
        }

        internal void Revoke() => _isRevoked = true;

        public override SqliteCommand CreateCommand()
        {
            var command = new TrackedCommand(this) { Connection = this, CommandTimeout = DefaultTimeout, Transaction = Transaction };
            command.Index = _commands.Count;
            _commands.Add(command);
            return command;
        }

        public override void CreateCollation(string name, Comparison<string>? comparison)
        {
            base.CreateCollation(name, comparison);
            _watch?.MarkIrreversible("a collation");
        }

        public override void CreateCollation<T>(string name, T state, Func<T, string, string, int>? comparison)
        {
            base.CreateCollation(name, state, comparison);
            _watch?.MarkIrreversible("a collation");
        }

        public override void EnableExtensions(bool enable = true)
        {
            base.EnableExtensions(enable);
            _watch?.MarkIrreversible("extension loading");
        }

        public override void LoadExtension(string file, string? proc = null)
        {
            base.LoadExtension(file, proc);
            _watch?.MarkIrreversible("an extension");
        }

        internal void StartLeases(SessionWatch watch)
        {
            _watch = watch;
            if (KnowsFunctions)
            {
                // The driver itself reads them only when it opens or pools a connection.
                Functions(this) = null;
                Aggregates(this) = null;
            }
        }

        internal void StopWatching() => _watch = null;

        internal void NoteFunctions()
        {
            if (KnowsFunctions && _watch is not null && (Functions(this) is not null || Aggregates(this) is not null))
            {
                _watch.MarkIrreversible("a function");
            }
        }

        internal void EndLease()
        {
            while (_commands.Count > 0)
            {
                _commands[^1].Dispose();
            }

            Transaction?.Dispose();
        }

        private static bool Probe()
        {
            try
            {
                using var connection = new SqliteConnection();
                return Functions(connection) is null && Aggregates(connection) is null;
            }
            catch (MissingFieldException)
            {
                return false;
            }
        }

        [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_functions")]
        private static extern ref Dictionary<(string, int), (int, object?, delegate_function_scalar?)>? Functions(SqliteConnection connection);

        [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_aggregates")]
        private static extern ref Dictionary<(string, int), (int, object?, delegate_function_aggregate_step?, delegate_function_aggregate_final?)>? Aggregates(SqliteConnection connection);

        private void Forget(TrackedCommand command)
        {
            if (command.Index >= 0)
            {
                var last = _commands[^1];
                _commands[command.Index] = last;
                last.Index = command.Index;
                _commands.RemoveAt(_commands.Count - 1);
                command.Index = -1;
            }
        }

        private sealed class TrackedCommand(TrackedConnection owner) : SqliteCommand
        {
            internal int Index { get; set; }

            protected override void Dispose(bool disposing)
            {
                if (disposing)
                {
                    owner.Forget(this);
                }

                base.Dispose(disposing);
            }
        }
    }
}
