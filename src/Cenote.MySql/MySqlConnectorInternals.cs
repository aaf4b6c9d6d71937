using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace Cenote.MySql;

/// <summary>
/// Non-public members of MySqlConnector. The driver drops prepared statements only in its own reset, which sends one
/// statement more than usually needed (a fifth of the whole cost, measured). After a plain reset it would use lost
/// statements again.
/// </summary>
internal static class MySqlConnectorInternals
{
    private const string SessionType = "MySqlConnector.Core.ServerSession, MySqlConnector";

    /// <summary>
    /// Gets whether this version of the driver has the fields of the event handlers. If not, the pool does not remove
    /// event handlers.
    /// </summary>
    internal static bool HandlersAreReachable { get; } = ProbeHandlers();

    /// <summary>Gets whether this version of the driver has all members. If not, its own reset is used.</summary>
    internal static bool IsReachable { get; } = Probe();

    /// <summary>Determines whether a lease left no work open that only closing the driver's connection ends.</summary>
    internal static bool IsAtRest(MySqlConnection connection)
    {
        if (HasActiveReader(connection))
        {
            return false;
        }

        try
        {
            // Throws if the connection is in its own transaction or enlisted in another, and otherwise does nothing.
            connection.EnlistTransaction(null);
            return true;
        }
        catch (Exception exception) when (exception is InvalidOperationException or MySqlException)
        {
            return false;
        }
    }

    /// <summary>Shuts down the socket during a call.</summary>
    /// <returns>The server's identification of the session, or <see langword="null"/> when the socket was not shut
    /// down.</returns>
    internal static SeveredSession? TryCut(MySqlConnection connection)
    {
        try
        {
            if (!IsReachable || SocketOf(SessionOf(connection)) is not { } socket)
            {
                return null;
            }

            // Before the shutdown, because the holder's call then fails and the driver no longer has the data.
            var cut = new SeveredSession(connection.ServerThread, (socket.LocalEndPoint as IPEndPoint)?.Port);
            socket.Shutdown(SocketShutdown.Both);
            return cut;
        }
        catch (Exception exception) when (exception is InvalidOperationException or SocketException or NullReferenceException)
        {
            // The driver has released it.
            return null;
        }
    }

    internal static void ForgetPreparedStatements(MySqlConnection connection) => ClearPreparedStatements(SessionOf(connection));

    private static bool Probe()
    {
        try
        {
            using var connection = new MySqlConnection();
            _ = HasActiveReader(connection);
            return Exists(() => SessionOf(connection)) && Exists(() => ClearPreparedStatements(null!)) && Exists(() => _ = SocketOf(null!));
        }
        catch (MissingMemberException)
        {
            return false;
        }
    }

    // A method that exists throws because of its argument.
    private static bool Exists(Action call)
    {
        try
        {
            call();
            return true;
        }
        catch (Exception exception) when (exception is NullReferenceException or InvalidOperationException)
        {
            return true;
        }
        catch (Exception exception) when (exception is MissingMemberException or TypeLoadException)
        {
            return false;
        }
    }

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "get_HasActiveReader")]
    private static extern bool HasActiveReader(MySqlConnection connection);

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "get_Session")]
    [return: UnsafeAccessorType(SessionType)]
    private static extern object SessionOf(MySqlConnection connection);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "m_socket")]
    private static extern ref Socket? SocketOf([UnsafeAccessorType(SessionType)] object session);

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "ClearPreparedStatements")]
    private static extern void ClearPreparedStatements([UnsafeAccessorType(SessionType)] object session);

    private static bool ProbeHandlers()
    {
        try
        {
            using var connection = new MySqlConnection();
            return InfoMessageOf(connection) is null;
        }
        catch (MissingFieldException)
        {
            return false;
        }
    }

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "InfoMessage")]
    internal static extern ref MySqlInfoMessageEventHandler? InfoMessageOf(MySqlConnection connection);
}
