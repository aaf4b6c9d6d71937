using System.Data.Common;
using System.Runtime.CompilerServices;
using Cenote.AdoNet;

namespace Cenote;

/// <summary>
/// A data source that chooses one of several pools each time a connection is opened, for example to route reads and
/// writes. Its connections are <see cref="PooledConnection"/>s. All pools must be of one database system.
/// </summary>
public abstract class RoutedDataSource : DbDataSource
{
    private PooledProviderFactory? _providerFactory;

    /// <summary>
    /// Gets the pool whose driver creates commands and parameters, and which represents a closed connection. May
    /// change.
    /// </summary>
    public abstract ConnectionPool DefaultPool { get; }

    /// <summary>
    /// Gets the provider factory of the data source, for tools that make connections, commands and adapters with a
    /// <see cref="DbProviderFactory"/>. <c>DbProviderFactories.GetFactory</c> returns it for the data source's
    /// connections.
    /// </summary>
    /// <value>Like <see cref="ConnectionPool.ProviderFactory"/>, but each connection rents from the chosen pool.
    /// Thread-safe.</value>
    public DbProviderFactory ProviderFactory =>
        _providerFactory ?? Interlocked.CompareExchange(ref _providerFactory, NewProviderFactory(), null) ?? _providerFactory;

    /// <summary>Gets the connection string of <see cref="DefaultPool"/> without secrets.</summary>
    public override string ConnectionString => DefaultPool.ConnectionString;

    /// <summary>Rents a connection from the chosen pool.</summary>
    /// <inheritdoc cref="ConnectionPool.RentAsync(CancellationToken, string, int, string)" path="/param"/>
    /// <returns>The lease, whose <see cref="ConnectionLease.Pool"/> is the chosen pool.</returns>
    public abstract ValueTask<ConnectionLease> RentAsync(
        CancellationToken cancellationToken = default,
        [CallerFilePath] string callerFilePath = "",
        [CallerLineNumber] int callerLineNumber = 0,
        [CallerMemberName] string callerMemberName = "");

    /// <summary>Rents a connection from the chosen pool, blocking the calling thread.</summary>
    /// <inheritdoc cref="RentAsync(CancellationToken, string, int, string)"/>
    public abstract ConnectionLease Rent(
        CancellationToken cancellationToken = default,
        [CallerFilePath] string callerFilePath = "",
        [CallerLineNumber] int callerLineNumber = 0,
        [CallerMemberName] string callerMemberName = "");

    /// <summary>
    /// Rents a connection from the chosen pool, whose session has a context. The context is gone when the lease ends.
    /// </summary>
    /// <inheritdoc cref="ConnectionPool.RentAsync(SessionContext, CancellationToken, string, int, string)" path="/param"/>
    /// <inheritdoc cref="ConnectionPool.RentAsync(SessionContext, CancellationToken, string, int, string)" path="/exception"/>
    /// <returns>The lease, whose <see cref="ConnectionLease.Pool"/> is the chosen pool.</returns>
    public ValueTask<ConnectionLease> RentAsync(
        SessionContext context,
        CancellationToken cancellationToken = default,
        [CallerFilePath] string callerFilePath = "",
        [CallerLineNumber] int callerLineNumber = 0,
        [CallerMemberName] string callerMemberName = "")
    {
        ArgumentNullException.ThrowIfNull(context);
        using var scope = context.BeginPassing();
#pragma warning disable MA0100 // The scope is for the start of the rent, whose flow takes it along.
        return RentAsync(cancellationToken, callerFilePath, callerLineNumber, callerMemberName);
#pragma warning restore MA0100
    }

    /// <summary>
    /// Rents a connection from the chosen pool, whose session has a context, blocking the calling thread.
    /// </summary>
    /// <inheritdoc cref="RentAsync(SessionContext, CancellationToken, string, int, string)"/>
    public ConnectionLease Rent(
        SessionContext context,
        CancellationToken cancellationToken = default,
        [CallerFilePath] string callerFilePath = "",
        [CallerLineNumber] int callerLineNumber = 0,
        [CallerMemberName] string callerMemberName = "")
    {
        ArgumentNullException.ThrowIfNull(context);
        using var scope = context.BeginPassing();
        return Rent(cancellationToken, callerFilePath, callerLineNumber, callerMemberName);
    }

    /// <summary>
    /// Creates a connection that rents from the chosen pool each time it is opened, and returns when it is closed.
    /// </summary>
    /// <inheritdoc cref="RentAsync(CancellationToken, string, int, string)" path="/param[@name!='cancellationToken']"/>
    public PooledConnection CreateConnection(
        [CallerFilePath] string callerFilePath = "",
        [CallerLineNumber] int callerLineNumber = 0,
        [CallerMemberName] string callerMemberName = "") =>
        new(this, new CallSite(callerFilePath, callerLineNumber, callerMemberName));

    /// <summary>Opens a connection, blocking the calling thread.</summary>
    /// <inheritdoc cref="RentAsync(CancellationToken, string, int, string)" path="/param[@name!='cancellationToken']"/>
    public PooledConnection OpenConnection(
        [CallerFilePath] string callerFilePath = "",
        [CallerLineNumber] int callerLineNumber = 0,
        [CallerMemberName] string callerMemberName = "") =>
        new(this, Rent(CancellationToken.None, callerFilePath, callerLineNumber, callerMemberName), new CallSite(callerFilePath, callerLineNumber, callerMemberName));

    /// <summary>Opens a connection.</summary>
    /// <inheritdoc cref="RentAsync(CancellationToken, string, int, string)" path="/param"/>
    public ValueTask<PooledConnection> OpenConnectionAsync(
        CancellationToken cancellationToken = default,
        [CallerFilePath] string callerFilePath = "",
        [CallerLineNumber] int callerLineNumber = 0,
        [CallerMemberName] string callerMemberName = "") =>
        OpenAsync(RentAsync(cancellationToken, callerFilePath, callerLineNumber, callerMemberName), new CallSite(callerFilePath, callerLineNumber, callerMemberName));

    /// <summary>
    /// Opens a connection whose session has a context, see <see cref="PooledConnection.SessionContext"/>.
    /// </summary>
    /// <inheritdoc cref="RentAsync(SessionContext, CancellationToken, string, int, string)" path="/param"/>
    /// <inheritdoc cref="RentAsync(SessionContext, CancellationToken, string, int, string)" path="/exception"/>
    public ValueTask<PooledConnection> OpenConnectionAsync(
        SessionContext context,
        CancellationToken cancellationToken = default,
        [CallerFilePath] string callerFilePath = "",
        [CallerLineNumber] int callerLineNumber = 0,
        [CallerMemberName] string callerMemberName = "")
    {
        ArgumentNullException.ThrowIfNull(context);
        return CreateConnection(callerFilePath, callerLineNumber, callerMemberName).OpenWithAsync(context, cancellationToken);
    }

    /// <summary>
    /// Opens a connection whose session has a context, blocking the calling thread. See
    /// <see cref="PooledConnection.SessionContext"/>.
    /// </summary>
    /// <inheritdoc cref="RentAsync(SessionContext, CancellationToken, string, int, string)" path="/param[@name!='cancellationToken']"/>
    /// <inheritdoc cref="RentAsync(SessionContext, CancellationToken, string, int, string)" path="/exception"/>
    public PooledConnection OpenConnection(
        SessionContext context,
        [CallerFilePath] string callerFilePath = "",
        [CallerLineNumber] int callerLineNumber = 0,
        [CallerMemberName] string callerMemberName = "")
    {
        ArgumentNullException.ThrowIfNull(context);
        var connection = CreateConnection(callerFilePath, callerLineNumber, callerMemberName);
        connection.SessionContext = context;
        connection.Open();
        return connection;
    }

    /// <summary>Returns a pooled connection for a lease, once it is rented.</summary>
    /// <param name="rent">A rent of this data source.</param>
    /// <param name="callSite">The caller, for lease reports.</param>
    protected ValueTask<PooledConnection> OpenAsync(ValueTask<ConnectionLease> rent, CallSite callSite) =>
        rent.IsCompletedSuccessfully ? new ValueTask<PooledConnection>(new PooledConnection(this, rent.Result, callSite)) : WaitAsync(rent, callSite);

    /// <inheritdoc/>
    protected override DbConnection CreateDbConnection() => new PooledConnection(this, default(CallSite));

    /// <inheritdoc/>
    protected override DbConnection OpenDbConnection() => OpenConnection(null!, 0, null!);

    /// <inheritdoc/>
    protected override ValueTask<DbConnection> OpenDbConnectionAsync(CancellationToken cancellationToken = default)
    {
        // Not async, so that the caller's flow sees the record of the guard against nested rents.
        var opening = OpenConnectionAsync(cancellationToken, null!, 0, null!);
        return opening.IsCompletedSuccessfully ? new ValueTask<DbConnection>(opening.Result) : AwaitAsync(opening);

        static async ValueTask<DbConnection> AwaitAsync(ValueTask<PooledConnection> pending) => await pending.ConfigureAwait(false);
    }

    /// <summary>Creates a command that rents a connection for each execution, until its reader is closed.</summary>
    protected override DbCommand CreateDbCommand(string? commandText = null) =>
        new PooledCommand(DefaultPool, new PooledConnection(this, default(CallSite)), opensConnection: true) { CommandText = commandText };

    /// <summary>Creates a batch that rents a connection for each execution, until its reader is closed.</summary>
    protected override DbBatch CreateDbBatch() =>
        new PooledBatch(DefaultPool, new PooledConnection(this, default(CallSite)), opensConnection: true);

    private PooledProviderFactory NewProviderFactory() => new(() => DefaultPool, () => new PooledConnection(this, default(CallSite)));

    private async ValueTask<PooledConnection> WaitAsync(ValueTask<ConnectionLease> rent, CallSite site) =>
        new(this, await rent.ConfigureAwait(false), site);
}
