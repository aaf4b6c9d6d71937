using System.Data.Common;

namespace Cenote;

/// <summary>
/// A call found that the session is gone, and the driver said so by an exception that is none of a database's: a bare
/// <see cref="System.Net.Sockets.SocketException"/> or <see cref="IOException"/>, which is the inner one. Where the
/// driver throws a <see cref="DbException"/> of its own, that is thrown as it is.
/// </summary>
public sealed class ConnectionLostException : PoolException
{
    private ConnectionLostException(string poolName, Exception failure)
        : base(
            poolName,
            $"Pool '{poolName}': the session was lost during a call ({failure.GetType().Name}: {failure.Message}). Whether the server has executed the statement is not known. The connection is closed when it is returned: open another and run the work again, or leave that to ExecuteAsync.",
            failure) => HelpLink = Help.Link("troubleshooting.md", "connection-lost");

    /// <summary>Always: the pool opens another connection.</summary>
    public override bool IsTransient => true;

    /// <summary>
    /// What callers who catch a <see cref="DbException"/> can catch, instead of what a driver let through from its
    /// socket.
    /// </summary>
    /// <returns><see langword="null"/> for what may go to the caller as it is.</returns>
    internal static ConnectionLostException? TryWrap(string poolName, Exception failure, FailureKind kind) =>
        kind == FailureKind.ConnectionLost && failure is not (DbException or OperationCanceledException) ? new ConnectionLostException(poolName, failure) : null;
}
