using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace Cenote.MySql;

/// <summary>
/// Non-public members of MySqlConnector. The driver waits for its own reset, which sends a statement more than usually
/// needed, and drops prepared statements only there: after another reset it would use lost statements again.
/// </summary>
internal static class MySqlConnectorInternals
{
    private const string SessionType = "MySqlConnector.Core.ServerSession, MySqlConnector";

    // Fields of types that are not public, which an accessor cannot return.
    private static readonly FieldInfo? PayloadHandler =
        Type.GetType(SessionType)?.GetField("m_payloadHandler", BindingFlags.Instance | BindingFlags.NonPublic);

    private static readonly FieldInfo? ByteHandler =
        Type.GetType("MySqlConnector.Protocol.Serialization.StandardPayloadHandler, MySqlConnector")?.GetField("m_byteHandler", BindingFlags.Instance | BindingFlags.NonPublic);

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

    /// <summary>Returns the local port of the session's socket; <see langword="null"/> when it is not known.</summary>
    internal static int? PortOf(MySqlConnection connection)
    {
        try
        {
            return IsReachable && SocketOf(SessionOf(connection)) is { } socket ? (socket.LocalEndPoint as IPEndPoint)?.Port : null;
        }
        catch (Exception exception) when (exception is InvalidOperationException or SocketException or NullReferenceException)
        {
            // The driver has released it.
            return null;
        }
    }

    /// <summary>Puts a stream between the driver and its connection to the server.</summary>
    /// <returns>The stream; <see langword="null"/> when the driver compresses, waits for the answer to each command
    /// (<c>Pipelining=false</c>), or has a named pipe, and when the server is too old for a reset.</returns>
    internal static PipelinedStream? TryPipeline(MySqlConnection connection, bool wasAwaited)
    {
        var session = SessionOf(connection);
        if (!SessionCommands.KnowsReset(connection.ServerVersion)
            || !SupportsPipelining(session)
            || SocketOf(session) is not { } socket
            || (SslStreamOf(session) ?? StreamOf(session)) is not { } inner
            || PayloadHandler?.GetValue(session) is not { } handler
            || handler.GetType() != ByteHandler?.DeclaringType)
        {
            return null;
        }

        // Not by the property, which disposes of the handler before, and of the stream that it has.
        var stream = new PipelinedStream(inner, socket) { WasAwaited = wasAwaited };
        ByteHandler.SetValue(handler, NewByteHandler(stream));
        return stream;
    }

    /// <summary>Gets whether the server expects the number of attributes with each query (MySQL from 8.0.23).</summary>
    internal static bool TakesQueryAttributes(MySqlConnection connection) => TakesAttributes(SessionOf(connection));

    /// <summary>Gets whether this version of the driver has the member for <see cref="AllowUserVariables"/>.</summary>
    internal static bool AllowsUserVariables { get; } = Exists(() => SetAllowUserVariables(null!, true));

    /// <summary>
    /// Allows the pool's own command to name a user variable where the connection string does not (<c>Allow User
    /// Variables</c>).
    /// </summary>
    internal static void AllowUserVariables(MySqlCommand command)
    {
        if (AllowsUserVariables)
        {
            SetAllowUserVariables(command, true);
        }
    }

    internal static void ForgetPreparedStatements(MySqlConnection connection) => ClearPreparedStatements(SessionOf(connection));

    private static bool Probe()
    {
        try
        {
            using var connection = new MySqlConnection();
            _ = HasActiveReader(connection);
            return PayloadHandler is not null
                && ByteHandler is not null
                && Exists(() => SessionOf(connection))
                && Exists(() => ClearPreparedStatements(null!))
                && Exists(() => _ = SocketOf(null!))
                && Exists(() => _ = StreamOf(null!))
                && Exists(() => _ = SslStreamOf(null!))
                && Exists(() => _ = SupportsPipelining(null!))
                && Exists(() => _ = TakesAttributes(null!))
                && Exists(() => _ = NewByteHandler(Stream.Null));
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

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "m_stream")]
    private static extern ref Stream? StreamOf([UnsafeAccessorType(SessionType)] object session);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "m_sslStream")]
    private static extern ref SslStream? SslStreamOf([UnsafeAccessorType(SessionType)] object session);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "m_supportsPipelining")]
    private static extern ref bool SupportsPipelining([UnsafeAccessorType(SessionType)] object session);

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "get_SupportsQueryAttributes")]
    private static extern bool TakesAttributes([UnsafeAccessorType(SessionType)] object session);

    [UnsafeAccessor(UnsafeAccessorKind.Constructor)]
    [return: UnsafeAccessorType("MySqlConnector.Protocol.Serialization.StreamByteHandler, MySqlConnector")]
    private static extern object NewByteHandler(Stream stream);

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "ClearPreparedStatements")]
    private static extern void ClearPreparedStatements([UnsafeAccessorType(SessionType)] object session);

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "set_AllowUserVariables")]
    private static extern void SetAllowUserVariables(MySqlCommand command, bool value);

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
