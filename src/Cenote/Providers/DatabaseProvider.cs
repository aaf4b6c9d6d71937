using System.Data.Common;

namespace Cenote.Providers;

/// <summary>
/// What a pool must know of one database family. Derive from it to teach Cenote another driver;
/// <see cref="AdoNetProvider"/> serves any <see cref="DbProviderFactory"/> without more code.
/// </summary>
/// <remarks>
/// One provider serves one pool, which disposes of it after the last connection is closed.
/// Members may be called from many threads at once.
/// </remarks>
public abstract class DatabaseProvider : IAsyncDisposable
{
    /// <summary>The database's name in OpenTelemetry's <c>db.system.name</c>, such as <c>postgresql</c>.</summary>
    public abstract string DatabaseSystem { get; }

    /// <summary>Makes the driver's commands, parameters and batches.</summary>
    public abstract DbProviderFactory Factory { get; }

    /// <summary>The connection string without secrets, safe to show anywhere.</summary>
    public abstract string ConnectionString { get; }

    /// <summary>The server or file that connections lead to; never a secret.</summary>
    public abstract string DataSource { get; }

    /// <summary>The database that connections start in; empty when the connection string names none.</summary>
    public abstract string Database { get; }

    /// <summary>Where connections lead, as people write it: <c>host:port/database</c>, or the path of a file. Never a secret.</summary>
    /// <value>By default <see cref="DataSource"/> and <see cref="Database"/>.</value>
    public virtual string Address => ServerAddress.WithDatabase(DataSource, Database);

    /// <summary>Gets the user of the connection string, by which pools to one database are told apart. Never shown.</summary>
    /// <value>By default <see langword="null"/>: not known, or the database has no users.</value>
    protected virtual string? UserName => null;

    /// <summary>What pools to the same database as the same user have in common; <see langword="null"/> where that cannot be said.</summary>
    internal (string System, string Address, string? User)? Place =>
        DataSource is ":memory:" ? null : (DatabaseSystem, Address.Length > 0 ? Address : ConnectionString, UserName);

    /// <summary>Who clears a session after its lease, unless <see cref="ConnectionPoolOptions.SessionClearing"/> says otherwise.</summary>
    public abstract SessionClearing DefaultSessionClearing { get; }

    /// <summary>
    /// What a pool does within an ambient transaction, unless <see cref="ConnectionPoolOptions.AmbientTransactions"/> says otherwise:
    /// <see cref="AmbientTransactions.Ignore"/> if the connection string says that connections are not to join one, <see cref="AmbientTransactions.Throw"/> otherwise.
    /// </summary>
    public virtual AmbientTransactions DefaultAmbientTransactions => AmbientTransactions.Throw;

    /// <summary>How literals in the text of a statement are told from the rest, so that statistics show none.</summary>
    public virtual SqlLiterals Literals => SqlLiterals.Unknown;

    /// <summary>
    /// Whether connections accept credentials from <see cref="ConnectionPoolOptions.Credentials"/>.
    /// </summary>
    public virtual bool AcceptsCredentials => true;

    /// <summary>
    /// Names everything in the settings, or in the provider's own connection string, that cannot work.
    /// Called when the pool is constructed, and when it is reconfigured.
    /// </summary>
    /// <param name="settings">How the pool will open and clear connections.</param>
    /// <returns>One sentence a problem: what, which value, and the remedy. Empty when all is well. Never a secret.</returns>
    public virtual IEnumerable<string> FindProblems(ConnectionSettings settings) => [];

    /// <summary>Makes a physical connection, not yet opened. Must not block.</summary>
    /// <param name="settings">How to open it, and how to clear it after each lease.</param>
    public abstract PhysicalConnection CreateConnection(ConnectionSettings settings);

    /// <summary>
    /// Makes a connection outside the pool, not yet opened, that other code opens, closes, and makes copies of by means of the driver. Its credentials must go
    /// along with those copies. Must not block.
    /// </summary>
    /// <param name="settings">How to open it. It is never cleared.</param>
    /// <returns>By default what <see cref="CreateConnection"/> makes: enough where all that opens the connection is in its connection string.</returns>
    public virtual PhysicalConnection CreateStandaloneConnection(ConnectionSettings settings) => CreateConnection(settings);

    /// <summary>Says what an exception of the driver means.</summary>
    /// <param name="exception">What the driver threw, or what wraps it.</param>
    public virtual FailureKind Classify(Exception exception) => FailureClassification.Default(exception);

    /// <summary>Learns from a failed attempt to connect what the server, or a proxy before it, does not accept.</summary>
    /// <param name="exception">The exception that the driver threw.</param>
    /// <param name="settings">How the connection was opened.</param>
    /// <returns>Whether the next <see cref="CreateConnection"/> leaves that out, so that one more attempt is made at once. By default <see langword="false"/>.</returns>
    public virtual bool AdaptTo(Exception exception, ConnectionSettings settings) => false;

    /// <summary>Gets what to do about a failure to connect: which setting sent what the server refuses, which limit of a proxy was reached.</summary>
    /// <param name="exception">The exception that the driver threw.</param>
    /// <param name="settings">How the pool opens connections.</param>
    /// <returns>Whole sentences without secrets; <see langword="null"/>, the default, where the provider knows nothing to say.</returns>
    public virtual string? Advise(Exception exception, ConnectionSettings settings) => null;

    /// <summary>
    /// Whether an exception is the database's own word that it has ended a statement because it was asked to, or because of a time
    /// limit. Then no request to cancel can still be on its way to the connection.
    /// </summary>
    /// <param name="exception">What the driver threw, or what wraps it.</param>
    /// <returns>By default, whether the exception means <see cref="FailureKind.QueryTimeout"/>. In doubt <see langword="false"/>: the connection is then closed.</returns>
    public virtual bool IsCancellation(Exception exception) => Classify(exception) == FailureKind.QueryTimeout;

    /// <summary>
    /// Gets whether a cancel that was sent, and that the database did not confirm, can no longer end a later statement of the session, so that
    /// the pool keeps the connection and validates it before its next lease.
    /// </summary>
    /// <param name="sendingTime">
    /// The time that the driver took to send it. <see langword="null"/> when the driver sent it by itself, because a cancellation token was signalled.
    /// </param>
    /// <returns>
    /// <see langword="true"/> where the driver returns from sending only after the database has received the cancel, or when it could not be sent.
    /// By default <see langword="false"/>: the connection is closed.
    /// </returns>
    public virtual bool IsCancelSettled(TimeSpan? sendingTime) => false;

    /// <summary>
    /// Whether the database runs within the process: a request to cancel takes effect at once instead of travelling on a connection of
    /// its own, the driver itself heeds neither cancellation tokens nor <see cref="DbCommand.Cancel"/>, and its command timeout only
    /// limits the wait for locks. The pool then ends statements with <see cref="PhysicalConnection.CancelStatement"/>.
    /// </summary>
    public virtual bool CancelsInProcess => false;

    /// <summary>Asks the server behind a connection whether it is a primary or a replica, and how far behind. A round trip.</summary>
    /// <param name="connection">An open connection of the driver that nobody else is using.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>By default <see cref="ServerStatus.Unknown"/>, without asking.</returns>
    public virtual ValueTask<ServerStatus> ReadStatusAsync(DbConnection connection, CancellationToken cancellationToken) => new(ServerStatus.Unknown);

    /// <summary>Asks the server behind a connection how far its data has come. A round trip.</summary>
    /// <param name="connection">An open connection of the driver that nobody else is using.</param>
    /// <returns>
    /// On a primary everything committed before the call, on a replica what can be read there.
    /// By default <see langword="null"/>, without asking: this database has no positions, or does not tell this user.
    /// </returns>
    public virtual ReplicationPosition? ReadPosition(DbConnection connection) => null;

    /// <inheritdoc cref="ReadPosition"/>
    /// <param name="connection">An open connection of the driver that nobody else is using.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    public virtual ValueTask<ReplicationPosition?> ReadPositionAsync(DbConnection connection, CancellationToken cancellationToken) => new(default(ReplicationPosition));

    /// <summary>Reads the text of a position.</summary>
    /// <param name="text">What <see cref="ReplicationPosition.ToString"/> gave, perhaps in another process.</param>
    /// <exception cref="FormatException">The text is none of this database's positions. May come from anybody, and is not quoted.</exception>
    /// <exception cref="NotSupportedException">The provider knows no positions: the default.</exception>
    public virtual ReplicationPosition ParsePosition(string text) =>
        throw new NotSupportedException($"The provider for {DatabaseSystem} knows no replication positions.");

    /// <summary>
    /// Forgets what was loaded of the database's types: a migration has changed them, or another database has the name now. Connections
    /// opened from now on load them again; <see cref="ConnectionPool.RetireAll"/> replaces the others. The default does nothing.
    /// </summary>
    public virtual void ForgetTypes()
    {
    }

    /// <summary>Frees what the provider itself holds (an anchor of an in-memory database, say). The default does nothing.</summary>
    public virtual ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }
}
