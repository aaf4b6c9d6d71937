using System.ComponentModel;
using System.Data;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using Cenote.AdoNet;

namespace Cenote;

/// <summary>
/// A connection that rents from its pool when it is opened and returns when it is closed. Works wherever ADO.NET does.
/// </summary>
/// <remarks>
/// <para>
/// Whatever was made from it (commands, batches, transactions, readers) stops working when the connection is closed,
/// and never reaches the next holder's session: it throws <see cref="InvalidOperationException"/>. Open it again, and
/// its commands and batches work again. Readers and transactions end with their lease: what is still open is closed and
/// rolled back.
/// </para>
/// <para>
/// Not thread-safe, as no ADO.NET connection is, but closing is: closing twice, or on two threads at once, is harmless,
/// and when another thread is inside the driver at that moment, the physical connection goes back only once that call
/// is out.
/// </para>
/// <para>Dispose of it. One that is garbage-collected while open is counted as a leak, and its physical connection is
/// closed.</para>
/// </remarks>
[DesignerCategory("")]
public sealed partial class PooledConnection : DbConnection
{
    private static readonly StateChangeEventArgs OpenedChange = new(ConnectionState.Closed, ConnectionState.Open);
    private static readonly StateChangeEventArgs ClosedChange = new(ConnectionState.Open, ConnectionState.Closed);

    private readonly RoutedDataSource? _route;

    // Three fields, not a CallSite, which would make every connection 8 bytes larger.
    private readonly string? _filePath;
    private readonly string? _memberName;
    private readonly int _lineNumber;

    // Where a route leads to changes from lease to lease, while the connection is closed.
    private ConnectionPool _pool;

    private SessionGate _gate;
    private LeaseWork _work;
    private bool _isFinalizerSuppressed;

    internal PooledConnection(ConnectionPool pool, CallSite site)
    {
        _pool = pool;
        _filePath = site.FilePath;
        _lineNumber = site.LineNumber;
        _memberName = site.MemberName;
    }

    internal PooledConnection(ConnectionPool pool, ConnectionLease lease, CallSite site)
        : this(pool, site) => _gate = new SessionGate(in lease);

    internal PooledConnection(RoutedDataSource route, CallSite site)
        : this(route.DefaultPool, site) => _route = route;

    internal PooledConnection(RoutedDataSource route, ConnectionLease lease, CallSite site)
        : this(lease.Pool!, lease, site) => _route = route;

    /// <summary>
    /// The pool that the connection rents from. One of a <see cref="RoutedDataSource"/> may have another each time it
    /// is opened.
    /// </summary>
    public ConnectionPool Pool => _pool;

    /// <summary>
    /// The pool's connection string without secrets. It cannot be changed: the pool decides where connections lead.
    /// </summary>
    /// <exception cref="NotSupportedException">Set to another text.</exception>
    [AllowNull]
    public override string ConnectionString
    {
        get => _pool.ConnectionString;
        set => _pool.ThrowIfOtherConnectionString(value);
    }

    /// <summary>The pool's acquire timeout in seconds, rounded up.</summary>
    public override int ConnectionTimeout => (int)Math.Min(int.MaxValue, Math.Ceiling(_pool.Engine.Settings.AcquireTimeout.TotalSeconds));

    /// <summary>
    /// The longest that a statement of this connection's commands and batches may run; then it is ended with a
    /// <see cref="QueryTimeoutException"/>.
    /// </summary>
    /// <value>
    /// Default <see langword="null"/>: <see cref="ConnectionPoolOptions.QueryTimeout"/>. Range 1 ms to 1 day, or
    /// <see cref="Timeout.InfiniteTimeSpan"/> for none. May be changed at any time, and counts for executions that
    /// begin later. Stays when the connection is closed and opened again. A
    /// <see cref="System.Data.Common.DbCommand.CommandTimeout"/> that was set goes before it.
    /// </value>
    /// <exception cref="ArgumentOutOfRangeException">Set to a time out of range.</exception>
    public TimeSpan? QueryTimeout
    {
        get => _work.Extras?.QueryTimeout;
        set
        {
            QueryLimit.ThrowIfOutOfRange(value, mayBeInfinite: true);
            _work.RequireExtras().QueryTimeout = value;
        }
    }

    /// <summary>The current database; while closed, the one that connections start in.</summary>
    public override string Database => TryGetLease(out var lease) ? lease.Connection.Database : _pool.Provider.Database;

    /// <summary>The server or file; never a secret.</summary>
    public override string DataSource => _pool.Provider.DataSource;

    /// <summary>The server's version as the driver reports it.</summary>
    /// <exception cref="InvalidOperationException">The connection is not open.</exception>
    public override string ServerVersion => TryGetLease(out var lease) ? lease.Connection.ServerVersion : throw NotOpen();

    /// <summary>
    /// <see cref="ConnectionState.Open"/> while it holds a lease; <see cref="ConnectionState.Broken"/> when the
    /// driver's connection was lost meanwhile, or the pool has revoked the lease: close it, and open it again for
    /// another one.
    /// </summary>
    public override ConnectionState State => _gate.Phase switch
    {
        ConnectionPhase.Opening => ConnectionState.Connecting,
        ConnectionPhase.Open when TryGetLease(out var lease) =>
            lease.TryGetConnection() is { } driver && (driver.State & (ConnectionState.Open | ConnectionState.Broken)) == ConnectionState.Open
                ? ConnectionState.Open
                : ConnectionState.Broken,
        ConnectionPhase.Open => ConnectionState.Broken,
        _ => ConnectionState.Closed,
    };

    /// <summary>
    /// What makes commands, batches and adapters for this connection: <see cref="ConnectionPool.ProviderFactory"/> or
    /// <see cref="RoutedDataSource.ProviderFactory"/>.
    /// </summary>
    protected override DbProviderFactory DbProviderFactory => _route?.ProviderFactory ?? _pool.ProviderFactory;

    /// <summary>
    /// The driver's own connection, for what only it can do: COPY, bulk copy, notifications, type mappings.
    /// </summary>
    /// <typeparam name="TConnection">The driver's connection type, such as <c>NpgsqlConnection</c>.</typeparam>
    /// <returns>
    /// The connection that this lease holds. Do not close it, and do not keep it: once this object is closed, or no
    /// longer referenced, the next holder uses the same one.
    /// </returns>
    /// <exception cref="InvalidOperationException">The connection is not open.</exception>
    /// <exception cref="LeaseRevokedException">The pool has taken the connection back from a holder that kept it too
    /// long.</exception>
    /// <exception cref="InvalidCastException">The pool's driver has another connection type.</exception>
    public TConnection Unwrap<TConnection>()
        where TConnection : DbConnection =>
        TryGetLease(out var lease) ? Unwrap<TConnection>(in lease) : throw NotOpen();

    private TConnection Unwrap<TConnection>(in ConnectionLease lease)
        where TConnection : DbConnection
    {
        Progress?.RecordUnwrapped();
        return lease.Unwrap<TConnection>();
    }

    /// <summary>The driver's own reader behind one that a command or batch of a pooled connection gave.</summary>
    /// <typeparam name="TReader">The driver's reader type, such as <c>NpgsqlDataReader</c>.</typeparam>
    /// <param name="reader">What the execution returned. Close this one, also after reading from the driver's; do not
    /// keep the driver's. Another reader of the type is given back as it is.</param>
    /// <exception cref="InvalidOperationException">The reader is closed.</exception>
    /// <exception cref="InvalidCastException">The pool's driver has another reader type.</exception>
    public static TReader UnwrapReader<TReader>(DbDataReader reader)
        where TReader : DbDataReader
    {
        ArgumentNullException.ThrowIfNull(reader);
        return reader is PooledDataReader pooled
            ? pooled.Unwrap<TReader>()
            : reader as TReader ?? throw new InvalidCastException($"The reader is a {reader.GetType()}, neither one of a pooled connection nor a {typeof(TReader)}.");
    }

    /// <summary>
    /// Sets the physical connection up, once however often it is lent, for what clearing the session would otherwise
    /// undo or punish with a new connection: functions, collations, extensions that a library needs on each connection
    /// that it is given.
    /// </summary>
    /// <param name="key">Tells one set-up from others; compared by <see cref="object.Equals(object)"/>.</param>
    /// <param name="initialize">Called with the driver's connection unless a set-up with the key has run on it. Every
    /// later holder has what it registers in the session.</param>
    /// <exception cref="InvalidOperationException">The connection is not open.</exception>
    /// <exception cref="LeaseRevokedException">The pool has taken the connection back from a holder that kept it too
    /// long.</exception>
    /// <remarks>
    /// What it throws is thrown, and it runs again next time. The physical connection is not lent again. Event handlers
    /// and callbacks of the driver's connection are not kept: they cannot be told from the holder's own, and go with
    /// its lease.
    /// </remarks>
    public void InitializeOnce(object key, Action<DbConnection> initialize)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(initialize);
        var lease = Enter();
        try
        {
            lease.GetPhysical().InitializeOnce(key, initialize);
        }
        catch
        {
            // Half of it may be there, which no clearing would find.
            lease.RetireOnReturn();
            throw;
        }
        finally
        {
            Leave();
        }
    }

    /// <summary>
    /// Asks that the physical connection be closed, not lent again, when this one is closed: its session is in a state
    /// that the pool must not pass on. No effect while closed.
    /// </summary>
    public void RetireOnReturn()
    {
        if (TryGetLease(out var lease))
        {
            lease.RetireOnReturn();
        }
    }

    /// <summary>
    /// Whether commands made for the pool can run here: on a connection of that pool, or one whose route leads to
    /// servers of one kind.
    /// </summary>
    internal bool Accepts(ConnectionPool pool) => _pool == pool || (_route is not null && pool.Provider.Factory == _pool.Provider.Factory);

    /// <summary>Makes a command that runs on this connection, now or whenever it is open.</summary>
    public new PooledCommand CreateCommand() => new(_pool, this, opensConnection: false);

    /// <inheritdoc/>
    protected override DbCommand CreateDbCommand() => CreateCommand();

    /// <summary>
    /// Whether the driver can make batches without a connection, which is how the pool keeps them from outliving their
    /// lease.
    /// </summary>
    public override bool CanCreateBatch => _pool.Provider.Factory.CanCreateBatch;

    /// <inheritdoc/>
    protected override DbBatch CreateDbBatch() => new PooledBatch(_pool, this, opensConnection: false);

    private Exception NotOpen() => _gate.IsDisposed
        ? new ObjectDisposedException(nameof(PooledConnection), "The connection was disposed of: its physical connection went back to the pool and may serve someone else. Take another one from the pool.")
        : _gate.Revocation as Exception ?? new InvalidOperationException(
            "The connection is not open: it was never opened, or it was closed and its physical connection went back to the pool, where it may serve someone else. Open it (again) first.");
}
