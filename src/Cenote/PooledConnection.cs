using System.ComponentModel;
using System.Data;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using Cenote.AdoNet;

namespace Cenote;

/// <summary>
/// A connection that rents from its pool when it is opened and returns when it is closed. Works with any ADO.NET code.
/// </summary>
/// <remarks>
/// <para>
/// Objects created from it (commands, batches, transactions, readers) stop working when the connection is closed. They
/// throw <see cref="InvalidOperationException"/> and never reach the next holder's session. When the connection is
/// opened again, its commands and batches work again. Readers and transactions end with their lease: open readers are
/// closed, and an open transaction is rolled back.
/// </para>
/// <para>
/// Not thread-safe, like every ADO.NET connection, except for closing. Closing twice, or on two threads at once, is
/// harmless. When another thread is inside the driver at that moment, the physical connection is returned when that
/// call ends.
/// </para>
/// <para>Dispose of it. A connection that is garbage-collected while open is counted as abandoned, and its physical
/// connection is closed.</para>
/// </remarks>
[DesignerCategory("")]
public sealed partial class PooledConnection : DbConnection
{
    private static readonly StateChangeEventArgs OpenedChange = new(ConnectionState.Closed, ConnectionState.Open);
    private static readonly StateChangeEventArgs ClosedChange = new(ConnectionState.Open, ConnectionState.Closed);

    // The object of each open, and so 64 bytes: the base class has 41, and the word and three flags fill its last
    // eight. Everything that most connections do without is in the details of the owner.
    private object _owner;
    private long _ticket;
    private int _word;
    private bool _isFinalizerSuppressed;
    private bool _unwrapsDriverExceptions;
    private bool _isSiteInSlot;

    internal PooledConnection(ConnectionPool pool, CallSite site) =>
        _owner = site.IsKnown ? new ConnectionDetails(pool) { Site = site } : pool;

    internal PooledConnection(in ConnectionLease lease, CallSite site)
    {
        _owner = lease.Slot!;
        _ticket = lease.Ticket;
        _isSiteInSlot = site.IsKnown;
        Gate.StartOpen();
    }

    internal PooledConnection(RoutedDataSource route, CallSite site) =>
        _owner = new ConnectionDetails(route.DefaultPool) { Route = route, Site = site };

    internal PooledConnection(RoutedDataSource route, in ConnectionLease lease, CallSite site)
        : this(in lease, site: default) => _owner = new ConnectionDetails(lease.Slot!) { Route = route, Site = site };

    /// <summary>
    /// Gets the pool that the connection rents from. A connection of a <see cref="RoutedDataSource"/> may have another
    /// one each time it is opened.
    /// </summary>
    public ConnectionPool Pool => ConnectionOwner.PoolOf(Volatile.Read(ref _owner));

    /// <summary>
    /// Gets the pool's connection string without secrets. It cannot be changed, because the pool decides where it
    /// connects.
    /// </summary>
    /// <exception cref="NotSupportedException">The property was set to another text.</exception>
    [AllowNull]
    public override string ConnectionString
    {
        get => Pool.ConnectionString;
        set => Pool.ThrowIfOtherConnectionString(value);
    }

    /// <summary>Gets the pool's acquire timeout in seconds, rounded up.</summary>
    public override int ConnectionTimeout => (int)Math.Min(int.MaxValue, Math.Ceiling(Pool.Engine.Settings.AcquireTimeout.TotalSeconds));

    /// <summary>
    /// Gets or sets the timeout of statements of this connection's commands and batches. A statement that exceeds it is
    /// ended with a <see cref="QueryTimeoutException"/>.
    /// </summary>
    /// <value>
    /// Default <see langword="null"/>: <see cref="ConnectionPoolOptions.QueryTimeout"/>. Range 1 ms to 1 day, or
    /// <see cref="Timeout.InfiniteTimeSpan"/> for none. May be changed at any time, and applies to executions that
    /// begin later. It is kept when the connection is closed and opened again. A
    /// <see cref="System.Data.Common.DbCommand.CommandTimeout"/> that was set takes precedence.
    /// </value>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of range.</exception>
    public TimeSpan? QueryTimeout
    {
        get => Details?.Work.Extras?.QueryTimeout;
        set
        {
            QueryLimit.ThrowIfOutOfRange(value, mayBeInfinite: true);
            Work.RequireExtras().QueryTimeout = value;
        }
    }

    /// <summary>Gets or sets the context that the session carries whenever the connection is open.</summary>
    /// <value>
    /// Default <see langword="null"/>: that of the flow that opens the connection, or of the pool, see
    /// <see cref="ConnectionPoolOptions.SessionContextProvider"/>. <see cref="SessionContext.Empty"/> for none. It is
    /// kept when the connection is closed and opened again.
    /// </value>
    /// <exception cref="InvalidOperationException">The connection is open. Set it before.</exception>
    public SessionContext? SessionContext
    {
        get => Details?.Work.Extras?.SessionContext;
        set
        {
            if (Gate.Phase != ConnectionPhase.Closed)
            {
                throw new InvalidOperationException("The connection is open, and its session has the context of that moment. Set SessionContext while the connection is closed.");
            }

            Work.RequireExtras().SessionContext = value;
        }
    }

    /// <summary>Gets the current database; while closed, the initial database of new connections.</summary>
    public override string Database => TryGetLease(out var lease) ? lease.DriverConnection.Database : Pool.Provider.Database;

    /// <summary>Gets the server or file. Contains no secrets.</summary>
    public override string DataSource => Pool.Provider.DataSource;

    /// <summary>Gets the server's version as the driver reports it.</summary>
    /// <exception cref="InvalidOperationException">The connection is not open.</exception>
    public override string ServerVersion => TryGetLease(out var lease) ? lease.DriverConnection.ServerVersion : throw NotOpen();

    /// <summary>
    /// Gets the state: <see cref="ConnectionState.Open"/> while the connection holds a lease,
    /// <see cref="ConnectionState.Broken"/> when the driver's connection was lost or the pool has revoked the lease.
    /// Close a broken connection and open it again to get another one.
    /// </summary>
    public override ConnectionState State => Gate.Phase switch
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
    /// Gets the factory of commands, batches and adapters for this connection:
    /// <see cref="ConnectionPool.ProviderFactory"/> or <see cref="RoutedDataSource.ProviderFactory"/>.
    /// </summary>
    protected override DbProviderFactory DbProviderFactory => Details?.Route?.ProviderFactory ?? Pool.ProviderFactory;

    /// <summary>
    /// Gets the driver's own connection, for features that only it has: COPY, bulk copy, notifications, type mappings.
    /// </summary>
    /// <typeparam name="TConnection">The driver's connection type, such as <c>NpgsqlConnection</c>.</typeparam>
    /// <returns>
    /// The connection that this lease holds. Do not close or keep it: once this object is closed, or no longer
    /// referenced, the next holder uses the same one.
    /// </returns>
    /// <exception cref="InvalidOperationException">The connection is not open.</exception>
    /// <exception cref="LeaseRevokedException">The pool has revoked the lease of a holder that kept it too
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

    /// <summary>
    /// Runs a set-up of the physical connection once, however often the connection is rented: functions, collations or
    /// extensions that a library needs on each of its connections. The reset of the session would otherwise undo such a
    /// set-up, or close the connection because of it.
    /// </summary>
    /// <param name="key">The key of the set-up, compared by <see cref="object.Equals(object)"/>.</param>
    /// <param name="initialize">The set-up, called with the driver's connection unless one with this key has run on it.
    /// Every later holder sees what it registers in the session.</param>
    /// <exception cref="InvalidOperationException">The connection is not open.</exception>
    /// <exception cref="LeaseRevokedException">The pool has revoked the lease of a holder that kept it too
    /// long.</exception>
    /// <remarks>
    /// When the set-up throws, its exception is thrown, the physical connection is not rented again, and the set-up
    /// runs again on the next one. Event handlers and callbacks of the driver's connection are not kept: they cannot be
    /// distinguished from the holder's own, and end with its lease.
    /// </remarks>
    public void InitializeOnce(object key, Action<DbConnection> initialize)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(initialize);
        var lease = Enter();
        lease.MarkDirty();
        try
        {
            lease.GetPhysical().InitializeOnce(key, initialize);
        }
        catch
        {
            // Half of the set-up may be there, and no reset would find it.
            lease.RetireOnReturn();
            throw;
        }
        finally
        {
            Leave();
        }
    }

    /// <summary>
    /// Marks the physical connection to be closed, instead of rented again, when this connection is closed. Use it when
    /// the session is in a state that the next holder must not get. Does nothing while closed.
    /// </summary>
    public void RetireOnReturn()
    {
        if (TryGetLease(out var lease))
        {
            lease.RetireOnReturn();
        }
    }

    /// <summary>
    /// Returns whether commands of the pool can run here: on a connection of that pool, or of a route to servers of the
    /// same kind.
    /// </summary>
    internal bool Accepts(ConnectionPool pool) => Pool == pool || (Details?.Route is not null && pool.Provider.Factory == Pool.Provider.Factory);

    /// <summary>Creates a command that runs on this connection whenever it is open.</summary>
    public new PooledCommand CreateCommand() => new(this);

    /// <inheritdoc/>
    protected override DbCommand CreateDbCommand() => CreateCommand();

    /// <summary>
    /// Gets whether the driver can create batches without a connection. Only then can the pool keep a batch from
    /// outliving its lease.
    /// </summary>
    public override bool CanCreateBatch => Pool.Provider.Factory.CanCreateBatch;

    /// <inheritdoc/>
    protected override DbBatch CreateDbBatch() => new PooledBatch(Pool, this, opensConnection: false);

    private Exception NotOpen() => Gate.IsDisposed
        ? new ObjectDisposedException(nameof(PooledConnection), "The connection was disposed of: its physical connection was returned to the pool and may serve another holder. Open another one from the pool.")
        : Gate.Revocation as Exception ?? new InvalidOperationException(
            "The connection is not open: it was never opened, or it was closed and its physical connection was returned to the pool, where it may serve another holder. Open it (again) first.");
}
