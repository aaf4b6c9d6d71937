using System.Data.Common;

namespace Cenote;

/// <summary>
/// The exception for a session that was lost during a call, where the driver throws no <see cref="DbException"/> of its
/// own. The inner exception is a bare <see cref="System.Net.Sockets.SocketException"/> or <see cref="IOException"/>. A
/// <see cref="DbException"/> of the driver is thrown unchanged.
/// </summary>
public sealed class ConnectionLostException : PoolException
{
    private ConnectionLostException(string poolName, Exception failure)
        : base(
            poolName,
            $"Pool '{poolName}': the session was lost during a call ({failure.GetType().Name}: {failure.Message}). Whether the server has executed the statement is unknown. The connection is closed when it is returned. Open another one and run the work again, or use ExecuteAsync with RetryOptions.",
            failure) => HelpLink = Help.Link("troubleshooting.md", "connection-lost");

    private ConnectionLostException(string poolName)
        : base(
            poolName,
            $"Pool '{poolName}': the session of the ambient transaction was lost before its end. The server rolls its work back. Run the whole scope again.",
            null) => HelpLink = Help.Link("troubleshooting.md", "connection-lost");

    /// <summary>Gets <see langword="true"/>, because the pool opens another connection.</summary>
    public override bool IsTransient => true;

    /// <summary>Creates the exception that a transaction is rolled back with when its session is lost.</summary>
    internal static ConnectionLostException InTransaction(string poolName) => new(poolName);

    /// <summary>
    /// Wraps a failure that the driver let through from its socket, so that callers can catch it as a
    /// <see cref="DbException"/>.
    /// </summary>
    /// <returns><see langword="null"/> for a failure that the caller gets unchanged.</returns>
    internal static ConnectionLostException? TryWrap(string poolName, Exception failure, FailureKind kind) =>
        kind == FailureKind.ConnectionLost && failure is not (DbException or OperationCanceledException) ? new ConnectionLostException(poolName, failure) : null;
}
