using System.Data.Common;
using System.Runtime.CompilerServices;
using Cenote.AdoNet;

namespace Cenote;

/// <summary>
/// A data source that chooses, each time a connection is opened, from which of several pools it rents: the base of what
/// routes reads and writes. Its connections are <see cref="PooledConnection"/>s like those of a pool. All pools must be
/// of one database family.
/// </summary>
public abstract class RoutedDataSource : DbDataSource
{
    private PooledProviderFactory? _providerFactory;

    /// <summary>
    /// A pool whose driver makes commands and parameters, and which speaks for a connection that is closed. May change.
    /// </summary>
    public abstract ConnectionPool DefaultPool { get; }

    /// <summary>
    /// Gets the provider factory of the data source, for tools that make connections, commands and adapters with a
    /// <see cref="DbProviderFactory"/>. <c>DbProviderFactories.GetFactory</c> returns it for the data source's
    /// connections.
    /// </summary>
    /// <value>Like <see cref="ConnectionPool.ProviderFactory"/>, but each of its connections rents from the pool of
    /// choice. Thread-safe.</value>
    public DbProviderFactory ProviderFactory =>
        _providerFactory ?? Interlocked.CompareExchange(ref _providerFactory, NewProviderFactory(), null) ?? _providerFactory;

    /// <summary>The connection string of <see cref="DefaultPool"/> without secrets.</summary>
    public override string ConnectionString => DefaultPool.ConnectionString;

    /// <summary>Rents from the pool of choice.</summary>
    /// <param name="cancellationToken">Ends the wait; nothing is lost by it.</param>
    /// <param name="callerFilePath">Filled in by the compiler: names the holder in reports.</param>
    /// <param name="callerLineNumber">Filled in by the compiler.</param>
    /// <param name="callerMemberName">Filled in by the compiler.</param>
    /// <returns>The lease; <see cref="ConnectionLease.Pool"/> tells the choice.</returns>
    public abstract ValueTask<ConnectionLease> RentAsync(
        CancellationToken cancellationToken = default,
        [CallerFilePath] string callerFilePath = "",
        [CallerLineNumber] int callerLineNumber = 0,
        [CallerMemberName] string callerMemberName = "");

    /// <summary>Rents from the pool of choice, blocking the calling thread.</summary>
    /// <inheritdoc cref="RentAsync"/>
    public abstract ConnectionLease Rent(
        CancellationToken cancellationToken = default,
        [CallerFilePath] string callerFilePath = "",
        [CallerLineNumber] int callerLineNumber = 0,
        [CallerMemberName] string callerMemberName = "");

    /// <summary>
    /// Makes a connection that rents when it is opened, each time from the pool of choice, and returns when it is
    /// closed.
    /// </summary>
    /// <param name="callerFilePath">Filled in by the compiler: names the holder in reports.</param>
    /// <param name="callerLineNumber">Filled in by the compiler.</param>
    /// <param name="callerMemberName">Filled in by the compiler.</param>
    public PooledConnection CreateConnection(
        [CallerFilePath] string callerFilePath = "",
        [CallerLineNumber] int callerLineNumber = 0,
        [CallerMemberName] string callerMemberName = "") =>
        new(this, new CallSite(callerFilePath, callerLineNumber, callerMemberName));

    /// <summary>Opens a connection, blocking the calling thread.</summary>
    /// <param name="callerFilePath">Filled in by the compiler: names the holder in reports.</param>
    /// <param name="callerLineNumber">Filled in by the compiler.</param>
    /// <param name="callerMemberName">Filled in by the compiler.</param>
    public PooledConnection OpenConnection(
        [CallerFilePath] string callerFilePath = "",
        [CallerLineNumber] int callerLineNumber = 0,
        [CallerMemberName] string callerMemberName = "") =>
        new(this, Rent(CancellationToken.None, callerFilePath, callerLineNumber, callerMemberName), new CallSite(callerFilePath, callerLineNumber, callerMemberName));

    /// <summary>Opens a connection.</summary>
    /// <param name="cancellationToken">Ends the wait; nothing is lost by it.</param>
    /// <param name="callerFilePath">Filled in by the compiler: names the holder in reports.</param>
    /// <param name="callerLineNumber">Filled in by the compiler.</param>
    /// <param name="callerMemberName">Filled in by the compiler.</param>
    public ValueTask<PooledConnection> OpenConnectionAsync(
        CancellationToken cancellationToken = default,
        [CallerFilePath] string callerFilePath = "",
        [CallerLineNumber] int callerLineNumber = 0,
        [CallerMemberName] string callerMemberName = "") =>
        OpenAsync(RentAsync(cancellationToken, callerFilePath, callerLineNumber, callerMemberName), callerFilePath, callerLineNumber, callerMemberName);

    /// <summary>Puts the safe face of a connection on a lease, when it has come.</summary>
    /// <param name="rent">A rent of this data source.</param>
    /// <param name="filePath">Names the holder in reports.</param>
    /// <param name="lineNumber">The line there.</param>
    /// <param name="memberName">The member there.</param>
    protected ValueTask<PooledConnection> OpenAsync(ValueTask<ConnectionLease> rent, string? filePath, int lineNumber, string? memberName)
    {
        return rent.IsCompletedSuccessfully
            ? new ValueTask<PooledConnection>(new PooledConnection(this, rent.Result, new CallSite(filePath, lineNumber, memberName)))
            : WaitAsync(rent, new CallSite(filePath, lineNumber, memberName));
    }

    /// <inheritdoc/>
    protected override DbConnection CreateDbConnection() => new PooledConnection(this, default(CallSite));

    /// <inheritdoc/>
    protected override DbConnection OpenDbConnection() => OpenConnection(null!, 0, null!);

    /// <inheritdoc/>
    protected override ValueTask<DbConnection> OpenDbConnectionAsync(CancellationToken cancellationToken = default)
    {
        // Not async, so that what a guard against nested rents notes is seen by the caller.
        var opening = OpenConnectionAsync(cancellationToken, null!, 0, null!);
        return opening.IsCompletedSuccessfully ? new ValueTask<DbConnection>(opening.Result) : AwaitAsync(opening);

        static async ValueTask<DbConnection> AwaitAsync(ValueTask<PooledConnection> pending) => await pending.ConfigureAwait(false);
    }

    /// <summary>Makes a command that rents a connection for each execution, until its reader is closed.</summary>
    protected override DbCommand CreateDbCommand(string? commandText = null) =>
        new PooledCommand(DefaultPool, new PooledConnection(this, default(CallSite)), opensConnection: true) { CommandText = commandText };

    /// <summary>Makes a batch that rents a connection for each execution, until its reader is closed.</summary>
    protected override DbBatch CreateDbBatch() =>
        new PooledBatch(DefaultPool, new PooledConnection(this, default(CallSite)), opensConnection: true);

    private PooledProviderFactory NewProviderFactory() => new(() => DefaultPool, () => new PooledConnection(this, default(CallSite)));

    private async ValueTask<PooledConnection> WaitAsync(ValueTask<ConnectionLease> rent, CallSite site) =>
        new(this, await rent.ConfigureAwait(false), site);
}
