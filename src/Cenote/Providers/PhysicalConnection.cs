using System.Data;
using System.Data.Common;

namespace Cenote.Providers;

/// <summary>
/// One session at the server, as the pool works with it: open, lend, clear, validate, close.
/// Derive from <see cref="OwnResetConnection"/> or <see cref="DriverResetConnection"/>, the two ways there are.
/// </summary>
/// <remarks>The pool calls one member at a time, but from changing threads.</remarks>
public abstract class PhysicalConnection
{
    private int _isEnded;
    private List<object>? _setUps;
    private DbConnectionHandlers _handlers;

    private protected PhysicalConnection(DbConnection connection) => Connection = connection;

    /// <summary>The driver's connection that a lease exposes.</summary>
    public DbConnection Connection { get; }

    /// <summary>Who clears the session after a lease.</summary>
    public abstract SessionClearing SessionClearing { get; }

    /// <summary>
    /// Whether <see cref="ClearSession"/> has anything to do after a lease. Constant over the connection's life.
    /// </summary>
    public abstract bool ClearsSession { get; }

    /// <summary>
    /// Whether clearing needs no round trip to the server, so that the returning caller may do it on its own thread.
    /// May change with <see cref="ClearSession"/> once the connection is open, and at no other time.
    /// </summary>
    public abstract bool ClearsInline { get; }

    /// <summary>Whether <see cref="PrepareLease"/> is called for each lease. Constant over the connection's life.</summary>
    public virtual bool PreparesLeases => false;

    /// <summary>
    /// Whether the session is alive as far as the driver knows, asked after each lease before it is cleared. No round trip.
    /// Where nothing is cleared (<see cref="ClearsSession"/>), only the state of <see cref="Connection"/> is looked at.
    /// </summary>
    public virtual bool IsUsable => Connection.State == ConnectionState.Open;

    /// <summary>Connects and sets up the session, blocking the calling thread.</summary>
    public abstract void Open();

    /// <summary>Connects and sets up the session.</summary>
    /// <param name="cancellationToken">Signalled when the connect timeout has passed or the pool is closed.</param>
    public abstract ValueTask OpenAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Makes the driver's connection ready for its next holder, on the holder's thread. Must neither connect nor block. An exception
    /// means that the connection cannot be used again.
    /// </summary>
    public virtual void PrepareLease()
    {
    }

    /// <summary>
    /// Remembers the event handlers and callbacks that <see cref="Connection"/> has before its first lease. Called once, when it has been opened.
    /// </summary>
    public virtual void KeepHandlers() => _handlers = DbConnectionHandlers.Of(Connection);

    /// <summary>
    /// Removes the event handlers and callbacks that a holder added to <see cref="Connection"/>, so that nothing of the next holder's session reaches them.
    /// Called before each <see cref="ClearSession"/>. Must cost next to nothing where none was added.
    /// </summary>
    public virtual void RemoveHandlers() => _handlers.Restore(Connection);

    /// <summary>Clears what a lease did to the session. An exception means the connection cannot be used again.</summary>
    public abstract void ClearSession();

    /// <summary>Clears what a lease did to the session. An exception means the connection cannot be used again.</summary>
    /// <param name="cancellationToken">Signalled when the validation timeout has passed.</param>
    public abstract ValueTask ClearSessionAsync(CancellationToken cancellationToken);

    /// <summary>Proves, in the driver's cheapest way, that the session answers. An exception means it does not. The driver's connection is open.</summary>
    /// <param name="timeout">The longest it may take.</param>
    public abstract void Validate(TimeSpan timeout);

    /// <summary>Proves, in the driver's cheapest way, that the session answers. An exception means it does not. The driver's connection is open.</summary>
    /// <param name="timeout">The longest it may take.</param>
    /// <param name="cancellationToken">Signalled when that time has passed.</param>
    public abstract ValueTask ValidateAsync(TimeSpan timeout, CancellationToken cancellationToken);

    /// <summary>
    /// Ends the statement that a command is executing, or reading from, now. Unlike all other members called while the holder is
    /// inside the driver, but only while the lease lasts. Must not throw for a statement that has just ended.
    /// </summary>
    /// <param name="command">The driver's command.</param>
    public virtual void CancelStatement(DbCommand command)
    {
        ArgumentNullException.ThrowIfNull(command);
        command.Cancel();
    }

    /// <summary>
    /// For a database within the process (<see cref="DatabaseProvider.CancelsInProcess"/>) whose <see cref="CancelStatement"/> ends everything that runs on
    /// the connection: has the database ask, while it executes a statement and on the thread that executes it, whether that statement is to end.
    /// Called by the holder, outside of the driver, before the first statement of a lease that runs beside another. <see cref="ClearSession"/> undoes it.
    /// </summary>
    /// <param name="mustEnd">What to ask: fast, takes no lock, never throws.</param>
    /// <returns>Whether the database asks. The default is <see langword="false"/>: each cancel then goes to <see cref="CancelStatement"/>.</returns>
    public virtual bool WatchStatements(Func<bool> mustEnd) => false;

    /// <summary>
    /// Ends what the database does not ask about while it executes a statement, such as the driver's wait for a lock; the statement itself ends because
    /// it is asked about (<see cref="WatchStatements"/>). Called like <see cref="CancelStatement"/>, and instead of it. The default does nothing.
    /// </summary>
    /// <param name="command">The driver's command.</param>
    public virtual void CancelWatchedStatement(DbCommand command)
    {
    }

    /// <summary>Whether the server itself ends statements that run too long: it was told <see cref="ConnectionSettings.QueryTimeout"/> when the connection was opened.</summary>
    public virtual bool LimitsStatements => false;

    /// <summary>Tells the server another limit for the statements of this lease. A full reset takes it back.</summary>
    /// <param name="limit">The limit; <see langword="null"/> for none.</param>
    /// <exception cref="NotSupportedException">The database has no such limit (<see cref="LimitsStatements"/>).</exception>
    public virtual void LimitStatements(TimeSpan? limit) =>
        throw new NotSupportedException("This database has no limit of its own for the time that a statement may run. Use a PooledConnection, whose commands the pool ends itself.");

    /// <inheritdoc cref="LimitStatements"/>
    /// <param name="limit">The limit; <see langword="null"/> for none.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    public virtual ValueTask LimitStatementsAsync(TimeSpan? limit, CancellationToken cancellationToken)
    {
        LimitStatements(limit);
        return ValueTask.CompletedTask;
    }

    /// <summary>
    /// How long the server lets this session be idle before it ends it, as the server says when connections are opened;
    /// <see langword="null"/> for no limit, or none that is known. The pool validates its connections more often than that. Asked once a second, from any thread.
    /// </summary>
    public virtual TimeSpan? ServerIdleTimeout => null;

    /// <summary>
    /// Runs a set-up within a lease that is to outlive it: functions, collations, extensions. What it registers belongs to the
    /// connection from then on, and <see cref="ClearSession"/> leaves it. Not event handlers and callbacks: see <see cref="RemoveHandlers"/>.
    /// </summary>
    /// <param name="setUp">Called at once, with <see cref="Connection"/>.</param>
    /// <remarks>The default only calls it: enough where clearing a session touches nothing that a set-up can register.</remarks>
    public virtual void SetUp(Action<DbConnection> setUp)
    {
        ArgumentNullException.ThrowIfNull(setUp);
        setUp(Connection);
    }

    /// <summary>Ends the session and frees everything. Called once, also after a failed open.</summary>
    public abstract ValueTask CloseAsync();

    /// <summary>Whether the pool uses <see cref="ResetMode.Full"/>.</summary>
    internal bool ClearsFully { get; set; }

    /// <summary>
    /// Ends the session under its holder, who may be inside a call of the driver, and frees everything. Called once, instead of
    /// <see cref="CloseAsync"/>. Afterwards the holder's use of <see cref="Connection"/> must fail, and reach nobody else's session.
    /// </summary>
    /// <remarks>The default closes: enough for a driver whose connections may be closed during a call.</remarks>
    public virtual ValueTask AbortAsync() => CloseAsync();

    /// <summary>Whether a call that hangs may be ended by <see cref="AbortAsync"/> without anybody having asked for it.</summary>
    internal virtual bool MayBeAborted => true;

    /// <summary>Runs a set-up if none with its key has run. Only the holder calls it.</summary>
    internal void SetUpOnce(object key, Action<DbConnection> setUp)
    {
        if (_setUps?.Contains(key) != true)
        {
            SetUp(setUp);
            (_setUps ??= []).Add(key);
        }
    }

    /// <summary>Whether the caller is the first to end the connection, which is done once.</summary>
    internal bool TryEnd() => Interlocked.Exchange(ref _isEnded, 1) == 0;

}
