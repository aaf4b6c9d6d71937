using System.Data.Common;

namespace Cenote.Providers;

/// <summary>
/// A database family, as a pool needs to know it. Derive from <see cref="DriverProvider{TBuilder}"/> to support another
/// driver. <see cref="AdoNetProvider"/> supports any <see cref="DbProviderFactory"/> without more code.
/// </summary>
/// <remarks>
/// <para>One provider serves one pool, which disposes of it after the last connection is closed. Members may be called
/// from many threads at once.</para>
/// <para>
/// Abilities that only some databases have are interfaces: <see cref="IServerStatusReader"/>,
/// <see cref="IReplicationPositionReader"/>, <see cref="IConnectFailureAdvisor"/>,
/// <see cref="IConnectFailureAdapter"/>, <see cref="IStandaloneConnectionProvider"/>, <see cref="IInProcessProvider"/>,
/// <see cref="ITypeCache"/>.
/// </para>
/// </remarks>
public abstract class DatabaseProvider : IAsyncDisposable
{
    /// <summary>Initializes a new instance of the <see cref="DatabaseProvider"/> class.</summary>
    protected DatabaseProvider() => InProcess = this as IInProcessProvider;

    /// <summary>Gets the database's name in OpenTelemetry's <c>db.system.name</c>, such as <c>postgresql</c>.</summary>
    public abstract string DatabaseSystem { get; }

    /// <summary>Gets the driver's factory, which makes commands, parameters and batches.</summary>
    public abstract DbProviderFactory Factory { get; }

    /// <summary>Gets the connection string without secrets, safe to show anywhere.</summary>
    public abstract string ConnectionString { get; }

    /// <summary>Gets the server or file that connections lead to; never a secret.</summary>
    public abstract string DataSource { get; }

    /// <summary>Gets the database that connections start in; empty when the connection string names none.</summary>
    public abstract string Database { get; }

    /// <summary>
    /// Gets the address that connections lead to: <c>host:port/database</c>, or the path of a file. Never a secret.
    /// </summary>
    /// <value>By default <see cref="DataSource"/> and <see cref="Database"/>.</value>
    public virtual string Address => ServerAddress.WithDatabase(DataSource, Database);

    /// <summary>
    /// Gets the user of the connection string, which distinguishes pools to one database. Never shown.
    /// </summary>
    /// <value>By default <see langword="null"/>: not known, or the database has no users.</value>
    protected virtual string? UserName => null;

    /// <summary>
    /// Gets what pools to the same database as the same user have in common; <see langword="null"/> where that is
    /// unknown.
    /// </summary>
    internal (string System, string Address, string? User)? Place =>
        DataSource is ":memory:" ? null : (DatabaseSystem, Address.Length > 0 ? Address : ConnectionString, UserName);

    /// <summary>
    /// Gets who clears a session after its lease, unless <see cref="ConnectionPoolOptions.SessionReset"/> is set.
    /// </summary>
    public abstract SessionReset DefaultSessionReset { get; }

    /// <summary>
    /// Gets what a pool does within an ambient transaction, unless
    /// <see cref="ConnectionPoolOptions.AmbientTransactionBehavior"/> is set.
    /// </summary>
    /// <value><see cref="AmbientTransactionBehavior.Ignore"/> if the connection string turns enlisting off;
    /// <see cref="AmbientTransactionBehavior.Throw"/> otherwise.</value>
    public virtual AmbientTransactionBehavior DefaultAmbientTransactionBehavior => AmbientTransactionBehavior.Throw;

    /// <summary>Gets how literals in the text of a statement are found, so that statistics show none.</summary>
    public virtual SqlLiteralRules LiteralRules => SqlLiteralRules.None;

    /// <summary>
    /// Gets whether connections accept credentials from <see cref="ConnectionPoolOptions.CredentialsProvider"/>.
    /// </summary>
    public virtual bool SupportsCredentials => true;

    /// <summary>
    /// Finds all settings of the pool, and of the provider's own connection string, that cannot work.
    /// Called when the pool is constructed, and when it is reconfigured.
    /// </summary>
    /// <param name="settings">How the pool will open and clear connections.</param>
    /// <returns>One text a problem: the setting, its value, and what to do. Never a secret.</returns>
    public virtual IEnumerable<string> Validate(ConnectionSettings settings) => [];

    /// <summary>Creates a physical connection, not yet opened. Must not block.</summary>
    /// <param name="settings">How to open it, and how to clear it after each lease.</param>
    public abstract PhysicalConnection CreateConnection(ConnectionSettings settings);

    /// <summary>Determines what an exception of the driver means.</summary>
    /// <param name="exception">The driver's exception, or one that wraps it.</param>
    public virtual FailureKind ClassifyFailure(Exception exception) => FailureClassification.Classify(exception);

    /// <summary>
    /// Determines whether an exception is the database's confirmation that it has ended a statement because of a
    /// request or a timeout. Then no request to cancel can still be on its way to the connection.
    /// </summary>
    /// <param name="exception">The driver's exception, or one that wraps it.</param>
    /// <returns>By default, whether the exception means <see cref="FailureKind.QueryTimeout"/>. In doubt
    /// <see langword="false"/>: the connection is then closed.</returns>
    public virtual bool IsCancellation(Exception exception) => ClassifyFailure(exception) == FailureKind.QueryTimeout;

    /// <summary>
    /// Determines whether a cancel that was sent, and that the database did not confirm, can no longer end a later
    /// statement of the session. Then the pool keeps the connection and validates it before its next lease.
    /// </summary>
    /// <param name="sendDuration">
    /// The time that the driver took to send it. <see langword="null"/> when the driver sent it by itself, because a
    /// cancellation token was signalled.
    /// </param>
    /// <returns>
    /// <see langword="true"/> where the driver returns from sending only after the database has received the cancel, or
    /// when it could not be sent. By default <see langword="false"/>: the connection is closed.
    /// </returns>
    public virtual bool IsCancelComplete(TimeSpan? sendDuration) => false;

    /// <summary>
    /// Frees what the provider itself holds, for example the connection that keeps an in-memory database alive. The
    /// default does nothing.
    /// </summary>
    public virtual ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    /// <summary>
    /// Gets the ability to end statements within the process, if the provider has it. A field, because each statement
    /// looks at it.
    /// </summary>
    internal IInProcessProvider? InProcess { get; }

    /// <summary>Gets whether the database runs within the process.</summary>
    internal bool IsInProcess => InProcess is not null;
}
