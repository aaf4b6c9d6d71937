using System.Data.Common;
using System.Runtime.CompilerServices;

namespace Cenote;

// The two ways to hold a connection.
public sealed partial class ConnectionPool
{
    /// <summary>Rents a connection, waiting up to <see cref="ConnectionPoolOptions.AcquireTimeout"/> for it.</summary>
    /// <param name="cancellationToken">Ends the wait; nothing is lost by it.</param>
    /// <param name="callerFilePath">Filled in by the compiler: names the holder in reports.</param>
    /// <param name="callerLineNumber">Filled in by the compiler.</param>
    /// <param name="callerMemberName">Filled in by the compiler.</param>
    /// <returns>The lease; dispose of it to return the connection.</returns>
    /// <exception cref="PoolTimeoutException">No connection came free in time.</exception>
    /// <exception cref="ConnectionOpenException">No connection could be opened, and none was there to wait
    /// for.</exception>
    /// <exception cref="PoolClosedException">The pool is closed.</exception>
    /// <exception cref="NotSupportedException">The caller is in an ambient transaction, see
    /// <see cref="ConnectionPoolOptions.AmbientTransactionBehavior"/>.</exception>
    /// <exception cref="OperationCanceledException">The token was signalled while the caller waited.</exception>
    public ValueTask<ConnectionLease> RentAsync(
        CancellationToken cancellationToken = default,
        [CallerFilePath] string callerFilePath = "",
        [CallerLineNumber] int callerLineNumber = 0,
        [CallerMemberName] string callerMemberName = "") =>
        IsInAmbientTransaction ? ValueTask.FromException<ConnectionLease>(InAmbientTransaction())
            : _rents.RentAsync(new CallSite(callerFilePath, callerLineNumber, callerMemberName), cancellationToken);

    /// <summary>
    /// Rents a connection if one is idle now and nobody waits for one. Never waits, and opens nothing.
    /// </summary>
    /// <param name="lease">The lease; dispose of it to return the connection.</param>
    /// <param name="callerFilePath">Filled in by the compiler: names the holder in reports.</param>
    /// <param name="callerLineNumber">Filled in by the compiler.</param>
    /// <param name="callerMemberName">Filled in by the compiler.</param>
    /// <returns><see langword="false"/> when there is none, when the pool is suspended or closed, and always in a pool
    /// that looks for nested rents (<see cref="ConnectionPoolOptions.NestedRentBehavior"/>), where only the other
    /// methods rent.</returns>
    /// <exception cref="NotSupportedException">The caller is in an ambient transaction, see
    /// <see cref="ConnectionPoolOptions.AmbientTransactionBehavior"/>.</exception>
    public bool TryRent(
        out ConnectionLease lease,
        [CallerFilePath] string callerFilePath = "",
        [CallerLineNumber] int callerLineNumber = 0,
        [CallerMemberName] string callerMemberName = "")
    {
        lease = IsInAmbientTransaction ? throw InAmbientTransaction() : _rents.TryRent(new CallSite(callerFilePath, callerLineNumber, callerMemberName));
        return lease.IsValid;
    }

    /// <summary>
    /// Connections that are leased now and callers that wait for one: a glance without a lock, for choosing between
    /// pools.
    /// </summary>
    public int GetApproximateLoad() => _engine.Desk.GetApproximateLoad();

    /// <summary>Rents a connection, waiting up to the given time for it.</summary>
    /// <param name="acquireTimeout">The longest wait, instead of the pool's. 1 ms to 1 day.</param>
    /// <param name="cancellationToken">Ends the wait; nothing is lost by it.</param>
    /// <param name="callerFilePath">Filled in by the compiler: names the holder in reports.</param>
    /// <param name="callerLineNumber">Filled in by the compiler.</param>
    /// <param name="callerMemberName">Filled in by the compiler.</param>
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
            ? ValueTask.FromException<ConnectionLease>(InAmbientTransaction())
            : _rents.RentAsync(new CallSite(callerFilePath, callerLineNumber, callerMemberName), cancellationToken, acquireTimeout);
    }

    /// <summary>
    /// Rents a connection, blocking the calling thread up to <see cref="ConnectionPoolOptions.AcquireTimeout"/>.
    /// </summary>
    /// <param name="cancellationToken">Ends the wait; nothing is lost by it.</param>
    /// <param name="callerFilePath">Filled in by the compiler: names the holder in reports.</param>
    /// <param name="callerLineNumber">Filled in by the compiler.</param>
    /// <param name="callerMemberName">Filled in by the compiler.</param>
    /// <inheritdoc cref="RentAsync(CancellationToken, string, int, string)" path="/returns"/>
    /// <inheritdoc cref="RentAsync(CancellationToken, string, int, string)" path="/exception"/>
    public ConnectionLease Rent(
        CancellationToken cancellationToken = default,
        [CallerFilePath] string callerFilePath = "",
        [CallerLineNumber] int callerLineNumber = 0,
        [CallerMemberName] string callerMemberName = "") =>
        IsInAmbientTransaction ? throw InAmbientTransaction()
            : _rents.Rent(new CallSite(callerFilePath, callerLineNumber, callerMemberName), cancellationToken);

    /// <summary>Rents a connection, blocking the calling thread up to the given time.</summary>
    /// <param name="acquireTimeout">The longest wait, instead of the pool's. 1 ms to 1 day.</param>
    /// <param name="cancellationToken">Ends the wait; nothing is lost by it.</param>
    /// <param name="callerFilePath">Filled in by the compiler: names the holder in reports.</param>
    /// <param name="callerLineNumber">Filled in by the compiler.</param>
    /// <param name="callerMemberName">Filled in by the compiler.</param>
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
        return IsInAmbientTransaction ? throw InAmbientTransaction() : _rents.Rent(new CallSite(callerFilePath, callerLineNumber, callerMemberName), cancellationToken, acquireTimeout);
    }

    /// <summary>Makes a connection that rents when it is opened and returns when it is closed.</summary>
    /// <param name="callerFilePath">Filled in by the compiler: names the holder in reports.</param>
    /// <param name="callerLineNumber">Filled in by the compiler.</param>
    /// <param name="callerMemberName">Filled in by the compiler.</param>
    public PooledConnection CreateConnection(
        [CallerFilePath] string callerFilePath = "",
        [CallerLineNumber] int callerLineNumber = 0,
        [CallerMemberName] string callerMemberName = "") =>
        new(this, new CallSite(callerFilePath, callerLineNumber, callerMemberName));

    /// <summary>
    /// Rents a connection behind the safe face of a <see cref="PooledConnection"/>, blocking the calling thread.
    /// </summary>
    /// <param name="callerFilePath">Filled in by the compiler: names the holder in reports.</param>
    /// <param name="callerLineNumber">Filled in by the compiler.</param>
    /// <param name="callerMemberName">Filled in by the compiler.</param>
    /// <inheritdoc cref="RentAsync(CancellationToken, string, int, string)" path="/exception"/>
    public PooledConnection OpenConnection(
        [CallerFilePath] string callerFilePath = "",
        [CallerLineNumber] int callerLineNumber = 0,
        [CallerMemberName] string callerMemberName = "") =>
        new(this, Rent(CancellationToken.None, callerFilePath, callerLineNumber, callerMemberName), new CallSite(callerFilePath, callerLineNumber, callerMemberName));

    /// <summary>Rents a connection behind the safe face of a <see cref="PooledConnection"/>.</summary>
    /// <param name="cancellationToken">Ends the wait; nothing is lost by it.</param>
    /// <param name="callerFilePath">Filled in by the compiler: names the holder in reports.</param>
    /// <param name="callerLineNumber">Filled in by the compiler.</param>
    /// <param name="callerMemberName">Filled in by the compiler.</param>
    /// <inheritdoc cref="RentAsync(CancellationToken, string, int, string)" path="/exception"/>
    public ValueTask<PooledConnection> OpenConnectionAsync(
        CancellationToken cancellationToken = default,
        [CallerFilePath] string callerFilePath = "",
        [CallerLineNumber] int callerLineNumber = 0,
        [CallerMemberName] string callerMemberName = "")
    {
        var rent = RentAsync(cancellationToken, callerFilePath, callerLineNumber, callerMemberName);
        return rent.IsCompletedSuccessfully
            ? new ValueTask<PooledConnection>(new PooledConnection(this, rent.Result, new CallSite(callerFilePath, callerLineNumber, callerMemberName)))
            : WaitAsync(rent, new CallSite(callerFilePath, callerLineNumber, callerMemberName));
    }

    // A method of its own: a local function would capture, and allocate, on the path that does not wait.
    private async ValueTask<PooledConnection> WaitAsync(ValueTask<ConnectionLease> rent, CallSite site) =>
        new(this, await rent.ConfigureAwait(false), site);

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
}
