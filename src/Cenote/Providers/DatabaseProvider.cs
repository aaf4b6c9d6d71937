using System.Data.Common;

namespace Cenote.Providers;

/// <summary>
/// The support of a pool for one database system. Derive from <see cref="DriverProvider{TBuilder}"/> to support another
/// driver. <see cref="AdoNetProvider"/> supports any <see cref="DbProviderFactory"/> without more code.
/// </summary>
/// <remarks>
/// <para>One provider serves one pool, which disposes of it after the last connection is closed. Members may be called
/// from many threads at once.</para>
/// <para>
/// Abilities that only some databases have are interfaces: <see cref="IServerStatusReader"/>,
/// <see cref="IReplicationPositionReader"/>, <see cref="IConnectFailureAdvisor"/>,
/// <see cref="IConnectFailureAdapter"/>, <see cref="IStandaloneConnectionProvider"/>, <see cref="IInProcessProvider"/>,
/// <see cref="ITypeCache"/>, <see cref="ICommitOutcomeReader"/>.
/// </para>
/// </remarks>
public abstract class DatabaseProvider : IAsyncDisposable
{
    /// <summary>Initializes a new instance of the <see cref="DatabaseProvider"/> class.</summary>
    protected DatabaseProvider()
    {
        InProcess = this as IInProcessProvider;
        IgnoresTokens = IsInProcess;
    }

    /// <summary>Gets the database's name in OpenTelemetry's <c>db.system.name</c>, such as <c>postgresql</c>.</summary>
    public abstract string DatabaseSystem { get; }

    /// <summary>Gets the driver's factory of commands, parameters and batches.</summary>
    public abstract DbProviderFactory Factory { get; }

    /// <summary>Gets the connection string without secrets, safe to show anywhere.</summary>
    public abstract string ConnectionString { get; }

    /// <summary>Gets the server or file of the database. Contains no secrets.</summary>
    public abstract string DataSource { get; }

    /// <summary>Gets the initial database of connections; empty when the connection string contains none.</summary>
    public abstract string Database { get; }

    /// <summary>
    /// Gets the address of the database: <c>host:port/database</c>, or the path of a file. Contains no secrets.
    /// </summary>
    /// <value>By default <see cref="DataSource"/> and <see cref="Database"/>.</value>
    public virtual string Address => ServerAddress.WithDatabase(DataSource, Database);

    /// <summary>
    /// Gets the user of the connection string, which distinguishes pools to one database. Never shown.
    /// </summary>
    /// <value>By default <see langword="null"/>: not known, or the database has no users.</value>
    protected virtual string? UserName => null;

    /// <summary>
    /// Gets a key shared by pools to the same database as the same user; <see langword="null"/> where that is unknown.
    /// </summary>
    internal (string System, string Address, string? User)? Place =>
        DataSource is ":memory:" ? null : (DatabaseSystem, Address.Length > 0 ? Address : ConnectionString, UserName);

    /// <summary>
    /// Gets whether the pool or the driver resets a session after its lease, unless
    /// <see cref="ConnectionPoolOptions.SessionReset"/> is set.
    /// </summary>
    public abstract SessionReset DefaultSessionReset { get; }

    /// <summary>
    /// Gets the behaviour within an ambient transaction, unless
    /// <see cref="ConnectionPoolOptions.AmbientTransactionBehavior"/> is set.
    /// </summary>
    /// <value><see cref="AmbientTransactionBehavior.Ignore"/> if the connection string turns enlisting off;
    /// <see cref="AmbientTransactionBehavior.Throw"/> if the driver cannot enlist
    /// (<see cref="AmbientTransactionProblem"/>); <see cref="AmbientTransactionBehavior.Enlist"/> otherwise.</value>
    public virtual AmbientTransactionBehavior DefaultAmbientTransactionBehavior =>
        AmbientTransactionProblem is null ? AmbientTransactionBehavior.Enlist : AmbientTransactionBehavior.Throw;

    /// <summary>
    /// Gets the reason why connections cannot join an ambient transaction: a sentence; <see langword="null"/> when they
    /// can.
    /// </summary>
    public virtual string? AmbientTransactionProblem => null;

    /// <summary>Gets the rules for finding literals in statements, so that statistics show none.</summary>
    public virtual SqlLiteralRules LiteralRules => SqlLiteralRules.None;

    /// <summary>
    /// Gets whether connections accept credentials from <see cref="ConnectionPoolOptions.CredentialsProvider"/>.
    /// </summary>
    public virtual bool SupportsCredentials => true;

    /// <summary>
    /// Returns the problems of the pool's settings, and of the provider's own connection string. Called when the pool
    /// is constructed or reconfigured.
    /// </summary>
    /// <param name="settings">The settings with which the pool will open and reset connections.</param>
    /// <returns>One text per problem: the setting, its value, and what to do. Contains no secrets.</returns>
    public virtual IEnumerable<string> Validate(ConnectionSettings settings) => [];

    /// <summary>Creates a physical connection without opening it. Must not block.</summary>
    /// <param name="settings">The settings with which it is opened, and reset after each lease.</param>
    public abstract PhysicalConnection CreateConnection(ConnectionSettings settings);

    /// <summary>Classifies an exception of the driver.</summary>
    /// <param name="exception">The driver's exception, or one that wraps it.</param>
    public virtual FailureKind ClassifyFailure(Exception exception) => FailureClassification.Classify(exception);

    /// <summary>
    /// Returns whether an exception confirms that the database has ended a statement because of a request or a timeout.
    /// Then no cancel request can still be on its way to the connection.
    /// </summary>
    /// <param name="exception">The driver's exception, or one that wraps it.</param>
    /// <returns>By default, whether the exception means <see cref="FailureKind.QueryTimeout"/>. In doubt
    /// <see langword="false"/>: the connection is then closed.</returns>
    public virtual bool IsCancellation(Exception exception) => ClassifyFailure(exception) == FailureKind.QueryTimeout;

    /// <summary>
    /// Returns whether a cancel that was sent, but not confirmed by the database, can no longer end a later statement
    /// of the session. Then the pool keeps the connection and validates it before its next lease.
    /// </summary>
    /// <param name="sendDuration">The time that the driver took to send it; <see langword="null"/> when the driver sent
    /// it by itself because of a cancellation token.</param>
    /// <returns>
    /// <see langword="true"/> where the driver returns from sending only after the database has received the cancel, or
    /// when it could not be sent. By default <see langword="false"/>: the connection is closed.
    /// </returns>
    public virtual bool IsCancelComplete(TimeSpan? sendDuration) => false;

    /// <summary>
    /// Returns whether a failure of a statement that was cancelled counts as the effect of the cancel, because the
    /// driver's exceptions do not show it.
    /// </summary>
    internal virtual bool MayEndByCancel(Exception exception) => false;

    /// <summary>
    /// Returns whether an exception is an answer of the database, and not of the driver or the network.
    /// </summary>
    internal virtual bool IsAnswer(DbException exception) => exception.SqlState is { Length: 5 } || IsInProcess;

    /// <summary>
    /// Frees the provider's own resources, for example the connection that keeps an in-memory database alive. Does
    /// nothing by default.
    /// </summary>
    public virtual ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    /// <summary>
    /// Gets the ability to end statements within the process; <see langword="null"/> if the provider does not have it.
    /// A field, because each statement reads it.
    /// </summary>
    internal IInProcessProvider? InProcess { get; }

    /// <summary>
    /// Gets whether the driver ignores cancellation tokens, so that the pool cancels its statements. Constant. A field,
    /// because each statement reads it.
    /// </summary>
    internal bool IgnoresTokens { get; private protected init; }

    /// <summary>Gets whether the database runs within the process.</summary>
    internal bool IsInProcess => InProcess is not null;
}
