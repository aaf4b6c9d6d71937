using System.Data;
using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace Cenote.PostgreSql;

/// <summary>
/// Non-public members of Npgsql's connection: event handlers, and the socket, to end a session during a call. Closing
/// the connection from another thread waits for the call, with two threads reading one answer. Breaking it leaves some
/// calls waiting forever. Both were tested. So only the socket is shut down, and the holder's own thread gets the
/// failure.
/// </summary>
internal static class NpgsqlConnectionInternals
{
    private const string ConnectorType = "Npgsql.Internal.NpgsqlConnector, Npgsql";

    /// <summary>
    /// Gets whether this version of the driver has the fields of the event handlers. If not, the pool does not remove
    /// event handlers.
    /// </summary>
    internal static bool HandlersAreReachable { get; } = ProbeHandlers();

    /// <summary>
    /// Gets whether this version of the driver has the members for shutting down the socket. If not, the connection is
    /// closed.
    /// </summary>
    internal static bool IsReachable { get; } = Probe();

    /// <summary>
    /// Shuts down the socket, and requests that the server ends the session, because it would only notice the shutdown
    /// when it sends an answer.
    /// </summary>
    /// <returns><see langword="false"/> when that is impossible or unnecessary.</returns>
    internal static bool TryCut(NpgsqlConnection session)
    {
        if (!IsReachable || ConnectorOf(session) is not { } connector || SocketOf(connector) is not { } socket)
        {
            return false;
        }

        var isBusy = session.FullState != ConnectionState.Open;
        try
        {
            socket.Shutdown(SocketShutdown.Both);
        }
        catch (Exception exception) when (exception is ObjectDisposedException or SocketException)
        {
            // The driver has released it.
            return false;
        }

        if (isBusy)
        {
            _ = PerformPostgresCancellation(connector);
            _ = CancelAgainAsync(connector);
        }

        return true;
    }

    /// <inheritdoc cref="PeerState.HasClosed"/>
    internal static bool HasPeerClosed(NpgsqlConnection session) =>
        IsReachable && ConnectorOf(session) is { } connector && SocketOf(connector) is { } socket && PeerState.HasClosed(socket);

    /// <summary>Returns the local port of the session's socket; <see langword="null"/> when it is not known.</summary>
    internal static int? PortOf(NpgsqlConnection session)
    {
        try
        {
            return IsReachable && ConnectorOf(session) is { } connector && SocketOf(connector) is { } socket ? (socket.LocalEndPoint as IPEndPoint)?.Port : null;
        }
        catch (Exception exception) when (exception is ObjectDisposedException or SocketException)
        {
            // The driver has released it.
            return null;
        }
    }

    /// <inheritdoc cref="ResetAnswer.Check"/>
    internal static void CheckReset(NpgsqlConnection session)
    {
        if (IsReachable && ConnectorOf(session) is { } connector && SocketOf(connector) is { } socket)
        {
            ResetAnswer.Check(socket);
        }
    }

    /// <summary>
    /// Sends the request again, because the server drops a request that arrives before the call. It cannot hit another
    /// session.
    /// </summary>
    private static async Task CancelAgainAsync(object connector)
    {
        await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System).ConfigureAwait(false);
        _ = PerformPostgresCancellation(connector);
    }

    private static bool Probe()
    {
        try
        {
            using var connection = new NpgsqlConnection();
            return ConnectorOf(connection) is null
                && Exists(() => _ = SocketOf(null!)) && Exists(() => PerformPostgresCancellation(null!));
        }
        catch (Exception exception) when (exception is MissingMemberException or TypeLoadException)
        {
            return false;
        }
    }

    // A member that exists throws because of its argument.
    private static bool Exists(Action call)
    {
        try
        {
            call();
            return true;
        }
        catch (NullReferenceException)
        {
            return true;
        }
    }

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "get_Connector")]
    [return: UnsafeAccessorType(ConnectorType)]
    private static extern object? ConnectorOf(NpgsqlConnection connection);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_socket")]
    private static extern ref Socket? SocketOf([UnsafeAccessorType(ConnectorType)] object connector);

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "PerformPostgresCancellation")]
    private static extern bool PerformPostgresCancellation([UnsafeAccessorType(ConnectorType)] object connector);

    private static bool ProbeHandlers()
    {
        try
        {
            using var connection = new NpgsqlConnection();
            return NoticeOf(connection) is null && NotificationOf(connection) is null;
        }
        catch (MissingFieldException)
        {
            return false;
        }
    }

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "Notice")]
    internal static extern ref NoticeEventHandler? NoticeOf(NpgsqlConnection connection);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "Notification")]
    internal static extern ref NotificationEventHandler? NotificationOf(NpgsqlConnection connection);
}
