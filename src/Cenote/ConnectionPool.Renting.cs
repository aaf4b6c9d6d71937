using System.Data.Common;
using System.Runtime.CompilerServices;

namespace Cenote;

// The two ways to rent: raw leases and pooled connections.
public sealed partial class ConnectionPool
{
    /// <summary>Rents a connection, waiting up to <see cref="ConnectionPoolOptions.AcquireTimeout"/>.</summary>
    /// <param name="cancellationToken">A token to cancel the wait.</param>
    /// <param name="callerFilePath">Supplied by the compiler: the caller's file, for lease reports.</param>
    /// <param name="callerLineNumber">Supplied by the compiler: the caller's line.</param>
    /// <param name="callerMemberName">Supplied by the compiler: the caller's member.</param>
    /// <returns>The lease. Dispose of it to return the connection.</returns>
    /// <exception cref="PoolTimeoutException">No connection became available within the timeout.</exception>
    /// <exception cref="ConnectionOpenException">No connection could be opened, and none was in use that the caller
    /// could wait for.</exception>
    /// <exception cref="PoolClosedException">The pool is closed.</exception>
    /// <exception cref="NotSupportedException">The caller is in an ambient transaction that the connection cannot join,
    /// see <see cref="ConnectionPoolOptions.AmbientTransactionBehavior"/>.</exception>
    /// <exception cref="System.Transactions.TransactionException">The ambient transaction has ended.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled while the caller waited.</exception>
    public ValueTask<ConnectionLease> RentAsync(
        CancellationToken cancellationToken = default,
        [CallerFilePath] string callerFilePath = "",
        [CallerLineNumber] int callerLineNumber = 0,
        [CallerMemberName] string callerMemberName = "") =>
        IsInAmbientTransaction ? RentInTransactionAsync(new CallSite(callerFilePath, callerLineNumber, callerMemberName), cancellationToken)
            : _rents.RentAsync(new CallSite(callerFilePath, callerLineNumber, callerMemberName), cancellationToken);

    /// <summary>Rents a connection if one is idle and no caller waits. Never waits, and opens no connection.</summary>
    /// <param name="lease">The lease. Dispose of it to return the connection.</param>
    /// <param name="callerFilePath">Supplied by the compiler: the caller's file, for lease reports.</param>
    /// <param name="callerLineNumber">Supplied by the compiler: the caller's line.</param>
    /// <param name="callerMemberName">Supplied by the compiler: the caller's member.</param>
    /// <returns><see langword="false"/> when no connection is available, or the pool is suspended or closed. Always
    /// <see langword="false"/> in a pool that looks for nested rents
    /// (<see cref="ConnectionPoolOptions.NestedRentBehavior"/>); use the other methods there.</returns>
    /// <exception cref="NotSupportedException">The caller is in an ambient transaction that the connection cannot join,
    /// see <see cref="ConnectionPoolOptions.AmbientTransactionBehavior"/>.</exception>
    /// <exception cref="System.Transactions.TransactionException">The ambient transaction has ended.</exception>
    public bool TryRent(
        out ConnectionLease lease,
        [CallerFilePath] string callerFilePath = "",
        [CallerLineNumber] int callerLineNumber = 0,
        [CallerMemberName] string callerMemberName = "")
    {
        var site = new CallSite(callerFilePath, callerLineNumber, callerMemberName);
        lease = IsInAmbientTransaction ? TryRentInTransaction(site) : _rents.TryRent(site);
        return lease.IsValid;
    }

    /// <summary>
    /// Gets the approximate number of leased connections plus waiting callers, without taking a lock. Use it to choose
    /// between pools.
    /// </summary>
    public int GetApproximateLoad() => _engine.Desk.GetApproximateLoad();

    /// <summary>Rents a connection, waiting up to the given timeout.</summary>
    /// <param name="acquireTimeout">The timeout, instead of the pool's. 1 ms to 1 day.</param>
    /// <param name="cancellationToken">A token to cancel the wait.</param>
    /// <param name="callerFilePath">Supplied by the compiler: the caller's file, for lease reports.</param>
    /// <param name="callerLineNumber">Supplied by the compiler: the caller's line.</param>
    /// <param name="callerMemberName">Supplied by the compiler: the caller's member.</param>
    /// <inheritdoc cref="RentAsync(CancellationToken, string, int, string)" path="/returns"/>
    /// <inheritdoc cref="RentAsync(CancellationToken, string, int, string)" path="/exception"/>
    public ValueTask<ConnectionLease> RentAsync(
        TimeSpan acquireTimeout,
        CancellationToken cancellationToken = default,
        [CallerFilePath] string callerFilePath = "",
        [CallerLineNumber] int callerLineNumber = 0,
        [CallerMemberName] string callerMemberName = "")
    {
        PoolSettings.ThrowIfNotAcquireTimeout(acquireTimeout);
        return IsInAmbientTransaction
            ? RentInTransactionAsync(new CallSite(callerFilePath, callerLineNumber, callerMemberName), cancellationToken, acquireTimeout)
            : _rents.RentAsync(new CallSite(callerFilePath, callerLineNumber, callerMemberName), cancellationToken, acquireTimeout);
    }

    /// <summary>
    /// Rents a connection, blocking the calling thread up to <see cref="ConnectionPoolOptions.AcquireTimeout"/>.
    /// </summary>
    /// <inheritdoc cref="RentAsync(CancellationToken, string, int, string)" path="/param"/>
    /// <inheritdoc cref="RentAsync(CancellationToken, string, int, string)" path="/returns"/>
    /// <inheritdoc cref="RentAsync(CancellationToken, string, int, string)" path="/exception"/>
    public ConnectionLease Rent(
        CancellationToken cancellationToken = default,
        [CallerFilePath] string callerFilePath = "",
        [CallerLineNumber] int callerLineNumber = 0,
        [CallerMemberName] string callerMemberName = "") =>
        IsInAmbientTransaction ? RentInTransaction(new CallSite(callerFilePath, callerLineNumber, callerMemberName), cancellationToken)
            : _rents.Rent(new CallSite(callerFilePath, callerLineNumber, callerMemberName), cancellationToken);

    /// <summary>Rents a connection, blocking the calling thread up to the given timeout.</summary>
    /// <inheritdoc cref="RentAsync(TimeSpan, CancellationToken, string, int, string)" path="/param"/>
    /// <inheritdoc cref="RentAsync(CancellationToken, string, int, string)" path="/returns"/>
    /// <inheritdoc cref="RentAsync(CancellationToken, string, int, string)" path="/exception"/>
    public ConnectionLease Rent(
        TimeSpan acquireTimeout,
        CancellationToken cancellationToken = default,
        [CallerFilePath] string callerFilePath = "",
        [CallerLineNumber] int callerLineNumber = 0,
        [CallerMemberName] string callerMemberName = "")
    {
        PoolSettings.ThrowIfNotAcquireTimeout(acquireTimeout);
        var site = new CallSite(callerFilePath, callerLineNumber, callerMemberName);
        return IsInAmbientTransaction ? RentInTransaction(site, cancellationToken, acquireTimeout) : _rents.Rent(site, cancellationToken, acquireTimeout);
    }

    /// <summary>Creates a connection that rents when it is opened and returns when it is closed.</summary>
    /// <inheritdoc cref="RentAsync(CancellationToken, string, int, string)" path="/param[@name!='cancellationToken']"/>
    public PooledConnection CreateConnection(
        [CallerFilePath] string callerFilePath = "",
        [CallerLineNumber] int callerLineNumber = 0,
        [CallerMemberName] string callerMemberName = "") =>
        new(this, new CallSite(callerFilePath, callerLineNumber, callerMemberName));

    /// <summary>Opens a <see cref="PooledConnection"/>, blocking the calling thread.</summary>
    /// <inheritdoc cref="RentAsync(CancellationToken, string, int, string)" path="/param[@name!='cancellationToken']"/>
    /// <inheritdoc cref="RentAsync(CancellationToken, string, int, string)" path="/exception"/>
    public PooledConnection OpenConnection(
        [CallerFilePath] string callerFilePath = "",
        [CallerLineNumber] int callerLineNumber = 0,
        [CallerMemberName] string callerMemberName = "") =>
        new(Rent(CancellationToken.None, callerFilePath, callerLineNumber, callerMemberName), new CallSite(callerFilePath, callerLineNumber, callerMemberName));

    /// <summary>Opens a <see cref="PooledConnection"/>.</summary>
    /// <inheritdoc cref="RentAsync(CancellationToken, string, int, string)" path="/param"/>
    /// <inheritdoc cref="RentAsync(CancellationToken, string, int, string)" path="/exception"/>
    public ValueTask<PooledConnection> OpenConnectionAsync(
        CancellationToken cancellationToken = default,
        [CallerFilePath] string callerFilePath = "",
        [CallerLineNumber] int callerLineNumber = 0,
        [CallerMemberName] string callerMemberName = "")
    {
        var rent = RentAsync(cancellationToken, callerFilePath, callerLineNumber, callerMemberName);
        return rent.IsCompletedSuccessfully
            ? new ValueTask<PooledConnection>(new PooledConnection(rent.Result, new CallSite(callerFilePath, callerLineNumber, callerMemberName)))
            : WaitAsync(rent, new CallSite(callerFilePath, callerLineNumber, callerMemberName));
    }

    // A method of its own, because a local function would allocate a closure on the path that does not wait.
    private static async ValueTask<PooledConnection> WaitAsync(ValueTask<ConnectionLease> rent, CallSite site) =>
        new(await rent.ConfigureAwait(false), site);

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
}
