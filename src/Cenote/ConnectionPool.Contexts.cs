using System.Runtime.CompilerServices;
using Cenote.Leasing;

namespace Cenote;

// Rents with a session context of their own.
public sealed partial class ConnectionPool
{
    /// <summary>
    /// Rents a connection whose session has a context, waiting up to
    /// <see cref="ConnectionPoolOptions.AcquireTimeout"/>. The context is gone when the lease ends.
    /// </summary>
    /// <param name="context">The context, instead of that of the flow; <see cref="SessionContext.Empty"/> for
    /// none.</param>
    /// <param name="cancellationToken">A token to cancel the wait.</param>
    /// <param name="callerFilePath">Supplied by the compiler: the caller's file, for lease reports.</param>
    /// <param name="callerLineNumber">Supplied by the compiler: the caller's line.</param>
    /// <param name="callerMemberName">Supplied by the compiler: the caller's member.</param>
    /// <inheritdoc cref="RentAsync(CancellationToken, string, int, string)" path="/returns"/>
    /// <inheritdoc cref="RentAsync(CancellationToken, string, int, string)" path="/exception"/>
    /// <exception cref="SessionContextException">The database did not accept the context.</exception>
    /// <exception cref="NotSupportedException">The pool's sessions cannot carry the context.</exception>
    public ValueTask<ConnectionLease> RentAsync(
        SessionContext context,
        CancellationToken cancellationToken = default,
        [CallerFilePath] string callerFilePath = "",
        [CallerLineNumber] int callerLineNumber = 0,
        [CallerMemberName] string callerMemberName = "")
    {
        ArgumentNullException.ThrowIfNull(context);
        SessionContextUse.Begin();
        return IsInAmbientTransaction
            ? RentInTransactionAsync(new CallSite(callerFilePath, callerLineNumber, callerMemberName), cancellationToken, timeout: null, context)
            : _rents.Contexts.RentAsync(context, new CallSite(callerFilePath, callerLineNumber, callerMemberName), cancellationToken, timeout: null).AsValueTask();
    }

    /// <summary>
    /// Rents a connection whose session has a context, blocking the calling thread up to
    /// <see cref="ConnectionPoolOptions.AcquireTimeout"/>.
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
        SessionContextUse.Begin();
        return IsInAmbientTransaction
            ? RentInTransaction(new CallSite(callerFilePath, callerLineNumber, callerMemberName), cancellationToken, timeout: null, context)
            : _rents.Contexts.Rent(context, new CallSite(callerFilePath, callerLineNumber, callerMemberName), cancellationToken, timeout: null);
    }

    /// <summary>
    /// Opens a <see cref="PooledConnection"/> whose session has a context, see
    /// <see cref="PooledConnection.SessionContext"/>.
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
    /// Opens a <see cref="PooledConnection"/> whose session has a context, blocking the calling thread. See
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
}
