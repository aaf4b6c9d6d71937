using System.Data;
using System.Data.Common;
using System.Transactions;

namespace Cenote.Providers;

/// <summary>
/// A session at the server, which the pool opens, rents, resets, validates and closes. Derive from it. Where the driver
/// resets the session in a pool of exactly one connection of its own, derive from <see cref="DriverResetConnection"/>.
/// </summary>
/// <remarks>
/// The pool calls one member at a time, but from changing threads. An ability that only some connections have is an
/// interface: <see cref="IStatementTimeout"/>, <see cref="ISessionStatus"/>.
/// </remarks>
public abstract class PhysicalConnection
{
    /// <summary>The value of <see cref="Carried"/> for a context that is not known.</summary>
    internal static readonly SessionContextEntry[] UnknownContext = [default];

    private int _isEnded;
    private readonly ISessionStatus? _status;
    private List<object>? _setUps;
    private bool _isChecked;
    private bool _mayBeDirty = true;
    private DbConnectionHandlers _handlers;
    private object? _keptStatement;
    private IDisposable? _kept;

    /// <summary>Initializes a new instance of the <see cref="PhysicalConnection"/> class.</summary>
    /// <param name="connection">The driver's connection, not yet opened.</param>
    /// <param name="sessionReset">Whether the pool or the driver resets the session after a lease.</param>
    /// <param name="resetMode">What is reset after a lease.</param>
    protected PhysicalConnection(DbConnection connection, SessionReset sessionReset, ResetMode resetMode)
        : this(connection, sessionReset, resetMode, requiresReset: sessionReset == SessionReset.ByDriver || resetMode != ResetMode.None)
    {
    }

    private protected PhysicalConnection(DbConnection connection, SessionReset sessionReset, ResetMode resetMode, bool requiresReset)
    {
        Connection = connection;
        SessionReset = sessionReset;
        ResetMode = resetMode;
        RequiresReset = requiresReset;
        Limits = this as IStatementTimeout;
        _status = this as ISessionStatus;
    }

    /// <summary>Gets the driver's connection that a lease exposes.</summary>
    public DbConnection Connection { get; }

    /// <summary>Gets whether the pool or the driver resets the session after a lease.</summary>
    public SessionReset SessionReset { get; }

    /// <summary>Gets whether <see cref="ResetSession"/> is called after a lease.</summary>
    public bool RequiresReset { get; }

    /// <summary>Gets what is reset after a lease.</summary>
    protected ResetMode ResetMode { get; }

    /// <summary>
    /// Gets whether a reset needs no round trip to the server, so that the returning caller may do it on its own
    /// thread. Read at each return, before the reset. A holder that returns a lease twice may also read it during the
    /// next lease.
    /// </summary>
    /// <value>By default <see langword="false"/>.</value>
    public virtual bool CanResetInline => false;

    /// <summary>
    /// Gets whether <see cref="PrepareLease"/> is called for each lease. Constant for the lifetime of the connection.
    /// </summary>
    public virtual bool RequiresLeasePreparation => false;

    /// <summary>
    /// Gets whether the session is alive as far as the driver knows, without a round trip. The pool reads it after each
    /// lease, before the reset. Without a reset (<see cref="RequiresReset"/>), the pool reads only the state of
    /// <see cref="Connection"/>.
    /// </summary>
    public virtual bool IsUsable => Connection.State == ConnectionState.Open;

    /// <summary>
    /// Gets whether the server has already closed the connection, as far as the machine knows without a round trip. A
    /// command of the pool then runs on another connection, because nothing was sent on this one. Read for each
    /// execution of such a command, so it must cost next to nothing.
    /// </summary>
    /// <value>By default <see langword="false"/>: not known.</value>
    public virtual bool HasPeerClosed => false;

    /// <summary>
    /// Gets whether one session of the server answers every statement of this connection. Otherwise a session context
    /// is not kept for a later lease (<see cref="WhenDirtyOptions.KeepSessionContexts"/>).
    /// </summary>
    /// <value>By default <see langword="true"/>. <see langword="false"/> where a proxy is known, or not excluded, that
    /// may pass statements to several sessions.</value>
    public virtual bool HasOneSession => true;

    /// <summary>Connects and sets up the session, blocking the calling thread.</summary>
    public virtual void Open() => Connection.Open();

    /// <summary>Connects and sets up the session.</summary>
    /// <param name="cancellationToken">A token to cancel the wait, when the connect timeout has passed or the pool is
    /// closed.</param>
    public virtual async ValueTask OpenAsync(CancellationToken cancellationToken) => await Connection.OpenAsync(cancellationToken).ConfigureAwait(false);

    /// <summary>
    /// Prepares the driver's connection for its next holder, on the holder's thread or on the thread that passes the
    /// connection on. Must neither connect nor block. After an exception the connection is not used again.
    /// </summary>
    public virtual void PrepareLease()
    {
    }

    /// <summary>
    /// Records the event handlers and callbacks that <see cref="Connection"/> has before its first lease. Called once,
    /// after it was opened.
    /// </summary>
    public virtual void SaveHandlers() => _handlers = DbConnectionHandlers.Of(Connection);

    /// <summary>
    /// Removes the event handlers and callbacks that a holder added to <see cref="Connection"/>, so that they receive
    /// nothing of the next holder's session. Called before each <see cref="ResetSession"/>. Must cost next to nothing
    /// where none was added.
    /// </summary>
    public virtual void RemoveHandlers() => _handlers.Restore(Connection);

    /// <summary>
    /// Resets the changes that a lease made to the session. After an exception the connection is not used again.
    /// </summary>
    public abstract void ResetSession();

    /// <summary>
    /// Resets the changes that a lease made to the session. After an exception the connection is not used again.
    /// </summary>
    /// <param name="cancellationToken">A token to cancel the wait, when the validation timeout has passed.</param>
    public abstract ValueTask ResetSessionAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Checks, in the driver's cheapest way, that the session answers. Throws when it does not. The driver's connection
    /// is open.
    /// </summary>
    /// <param name="timeout">The timeout of the check.</param>
    public abstract void Validate(TimeSpan timeout);

    /// <summary>
    /// Checks, in the driver's cheapest way, that the session answers. Throws when it does not. The driver's connection
    /// is open.
    /// </summary>
    /// <param name="timeout">The timeout of the check.</param>
    /// <param name="cancellationToken">A token to cancel the wait, when that time has passed.</param>
    public abstract ValueTask ValidateAsync(TimeSpan timeout, CancellationToken cancellationToken);

    /// <summary>
    /// Ends the statement that a command is executing, or reading from. Unlike all other members, it is called while
    /// the holder is inside the driver, but only during the lease. Must not throw for a statement that has just ended.
    /// </summary>
    /// <param name="command">The driver's command.</param>
    public virtual void CancelStatement(DbCommand command)
    {
        ArgumentNullException.ThrowIfNull(command);
        command.Cancel();
    }

    /// <summary>
    /// Gets whether a command of the driver can be executed for several holders of the connection, one after the other.
    /// The pool then keeps one, for the commands of its <see cref="PooledConnection"/> that have a text alone. Called
    /// for each new command that it could keep, before the first execution. After a refusal the pool keeps none on any
    /// connection, and does not ask again.
    /// </summary>
    /// <param name="command">The driver's command.</param>
    /// <returns>By default <see langword="false"/>. Return <see langword="true"/> only if an execution that has ended
    /// leaves nothing at the server and nothing in the command that the next execution does not replace, and if the
    /// command need not be disposed of.</returns>
    public virtual bool CanReuseCommand(DbCommand command) => false;

    /// <summary>
    /// Gets the idle time after which the server ends this session, as the server reports it when connections are
    /// opened; <see langword="null"/> when no limit is known. The pool validates its connections more often
    /// than that. Read once a second, from any thread.
    /// </summary>
    public virtual TimeSpan? ServerIdleTimeout => null;

    /// <summary>
    /// Runs a set-up within a lease whose effect must outlive the lease: functions, collations, extensions. The
    /// connection keeps what it registers, also after <see cref="ResetSession"/>. Event handlers and callbacks are
    /// removed: see <see cref="RemoveHandlers"/>.
    /// </summary>
    /// <param name="initialize">The set-up, called at once with <see cref="Connection"/>.</param>
    /// <remarks>The default only calls it, which is enough where the reset touches nothing that a set-up can
    /// register.</remarks>
    public virtual void Initialize(Action<DbConnection> initialize)
    {
        ArgumentNullException.ThrowIfNull(initialize);
        initialize(Connection);
    }

    /// <summary>
    /// Begins the part of an ambient transaction on the session, which the holder of the lease opens.
    /// </summary>
    /// <param name="transaction">The ambient transaction. For its isolation level and identifier; the pool itself
    /// enlists in it.</param>
    /// <returns>By default, a branch in which the driver's <see cref="DbConnection.EnlistTransaction"/> takes part. It
    /// cannot be prepared.</returns>
    /// <exception cref="NotSupportedException">The driver cannot enlist. The session is unchanged.</exception>
    public virtual TransactionBranch BeginBranch(Transaction transaction)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        return new DriverBranch(Connection, transaction);
    }

    /// <summary>
    /// Begins the part of an ambient transaction on the session, for a caller that awaits the opening of a connection.
    /// </summary>
    /// <param name="transaction">The ambient transaction.</param>
    /// <param name="cancellationToken">A token to cancel the beginning. The session is closed then.</param>
    /// <returns>By default, the branch of <see cref="BeginBranch"/>. Override it where that waits for the
    /// server.</returns>
    /// <exception cref="NotSupportedException">The driver cannot enlist. The session is unchanged.</exception>
    public virtual ValueTask<TransactionBranch> BeginBranchAsync(Transaction transaction, CancellationToken cancellationToken) =>
        new(BeginBranch(transaction));

    /// <summary>
    /// Returns the reason why the session cannot be one of several in an ambient transaction. Called before the second
    /// session of a pool joins a transaction. May ask the server.
    /// </summary>
    /// <returns>A sentence; <see langword="null"/> when it can.</returns>
    public virtual string? FindTwoPhaseProblem() => "The driver's connections cannot be prepared for a common commit.";

    /// <summary>
    /// Returns the same reason for a caller that awaits the opening of a connection.
    /// </summary>
    /// <param name="cancellationToken">A token to cancel the question. The session is closed then.</param>
    /// <returns>By default, the answer of <see cref="FindTwoPhaseProblem"/>. Override it where that asks the
    /// server.</returns>
    public virtual ValueTask<string?> FindTwoPhaseProblemAsync(CancellationToken cancellationToken) => new(FindTwoPhaseProblem());

    /// <summary>Ends the session and frees everything. Called once, also after a failed open.</summary>
    public virtual async ValueTask CloseAsync() => await Connection.DisposeAsync().ConfigureAwait(false);

    /// <summary>
    /// Gets the ability to set limits at the server; <see langword="null"/> if the connection does not have it. A
    /// field, because statements read it.
    /// </summary>
    internal IStatementTimeout? Limits { get; }

    /// <summary>Gets the ability to set limits at the server.</summary>
    /// <exception cref="NotSupportedException">The database has no limit of its own.</exception>
    internal IStatementTimeout RequiredLimits => Limits ?? throw new NotSupportedException(
        "This database has no statement timeout of its own. Use a PooledConnection, whose statements the pool ends itself.");

    /// <summary>
    /// Gets the statement that is kept for the next command, or the weak reference to one that a command has.
    /// </summary>
    internal object? KeptStatement => Volatile.Read(ref _keptStatement);

    /// <summary>Gets or sets whether the pool uses <see cref="ResetMode.Full"/>.</summary>
    internal bool IsResetFull { get; set; }

    /// <summary>
    /// Gets whether no lease has changed the session since its last reset, as far as the pool knows. Always
    /// <see langword="false"/> unless the pool checks statements (<see cref="ResetMode.WhenDirty"/>).
    /// </summary>
    internal bool IsClean => !_mayBeDirty && _status is not { IsAtRest: false };

    /// <summary>Gets whether the pool checks statements, and none so far may have changed the session.</summary>
    internal bool HasNoMark => !_mayBeDirty;

    /// <summary>
    /// Records that the lease may change the session. Called before the change is sent. A mark that comes after the
    /// lease costs the next one a reset.
    /// </summary>
    internal void MarkDirty()
    {
        if (!_mayBeDirty)
        {
            _mayBeDirty = true;
        }
    }

    /// <summary>Gets whether an open transaction is seen at the return, however it was begun.</summary>
    internal bool ShowsTransactions => _status is not null;

    /// <summary>Records that the session is new, and that the pool checks its statements.</summary>
    internal void StartChecking()
    {
        _isChecked = true;
        _mayBeDirty = false;
    }

    /// <summary>Records that the session was reset. Its owner calls it before the next lease.</summary>
    internal void RecordReset()
    {
        ForgetContext();
        _mayBeDirty = !_isChecked;
    }

    /// <summary>Records that a reset takes the session context back, also one that is not the end of a lease.</summary>
    internal void ForgetContext()
    {
        if (Carried is not null)
        {
            Carried = null;
        }
    }

    /// <summary>
    /// Gets or sets the session context that the session has, unless it is marked: <see langword="null"/> for none,
    /// and <see cref="UnknownContext"/> while one is being set, or if that failed. Written by the owner of the slot,
    /// and only where sessions may keep their contexts (<see cref="WhenDirtyOptions.KeepSessionContexts"/>).
    /// </summary>
    internal SessionContextEntry[]? Carried { get; set; }

    /// <summary>
    /// Gets or sets the credentials that it was opened with, if they expire, or the same ones with a later expiry.
    /// </summary>
    internal DatabaseCredentials? ExpiringCredentials { get; set; }

    /// <summary>
    /// Gets or sets when its credentials are to be renewed, on the pool's clock; 0 before maintenance has seen it.
    /// Written by maintenance alone.
    /// </summary>
    internal long RenewAt { get; set; }

    /// <summary>Gets or sets whether it is to be replaced, because new credentials are available.</summary>
    internal bool MustRenew { get; set; }

    /// <summary>
    /// Ends the session under its holder, who may be inside a call of the driver, and frees everything. Called once,
    /// instead of <see cref="CloseAsync"/>. Afterwards the holder's use of <see cref="Connection"/> must fail, and must
    /// not reach the session of another lease.
    /// </summary>
    /// <remarks>The default closes the connection, which is enough for a driver whose connections may be closed during
    /// a call.</remarks>
    public virtual ValueTask AbortAsync() => CloseAsync();

    /// <summary>Gets whether the pool may end a hanging call with <see cref="AbortAsync"/> by itself.</summary>
    internal virtual bool MayBeAborted => true;

    /// <summary>Runs a set-up unless one with its key has run. Only the holder calls it.</summary>
    internal void InitializeOnce(object key, Action<DbConnection> setUp)
    {
        if (_setUps?.Contains(key) != true)
        {
            Initialize(setUp);
            (_setUps ??= []).Add(key);
        }
    }

    /// <summary>Changes <see cref="KeptStatement"/> if it is still the expected one.</summary>
    internal bool TryChangeKeptStatement(object? expected, object? next) =>
        Interlocked.CompareExchange(ref _keptStatement, next, expected) == expected;

    /// <summary>Returns whether the caller is the first to end the connection.</summary>
    internal bool TryEnd() => Interlocked.Exchange(ref _isEnded, 1) == 0;

    /// <summary>Keeps something until the connection has ended, which may have happened by now.</summary>
    internal void KeepUntilEnded(IDisposable kept)
    {
        if (Interlocked.CompareExchange(ref _kept, kept, null) is not null)
        {
            kept.Dispose();
        }
    }

    /// <summary>Disposes of what is kept until now, and of what will be.</summary>
    internal void EndKept() => Interlocked.Exchange(ref _kept, Stream.Null)?.Dispose();
}
