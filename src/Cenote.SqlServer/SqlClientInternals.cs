using System.Net.Sockets;
using System.Reflection;
using System.Runtime.CompilerServices;
using Microsoft.Data.SqlClient;

namespace Cenote.SqlServer;

/// <summary>
/// Non-public members of SqlClient: event handlers, and the socket, to end a session during a call. Closing the
/// connection from another thread waits for a blocking call, however long it takes (tested). So only the socket is shut
/// down, and the holder's own thread gets the failure.
/// </summary>
internal static class SqlClientInternals
{
    private const BindingFlags Private = BindingFlags.Instance | BindingFlags.NonPublic;

    // The trimmer keeps members with constant names.
    private static readonly PropertyInfo? Parser = typeof(SqlConnection).GetProperty("Parser", Private);
    private static readonly FieldInfo? State = Type.GetType("Microsoft.Data.SqlClient.TdsParser, Microsoft.Data.SqlClient")?.GetField("_physicalStateObj", Private);
    private static readonly FieldInfo? Handle = Type.GetType("Microsoft.Data.SqlClient.ManagedSni.TdsParserStateObjectManaged, Microsoft.Data.SqlClient")?.GetField("_sessionHandle", Private);
    private static readonly FieldInfo? Line = Type.GetType("Microsoft.Data.SqlClient.ManagedSni.SniTcpHandle, Microsoft.Data.SqlClient")?.GetField("_socket", Private);

    /// <summary>
    /// Gets whether this version of the driver has the fields of the event handlers. If not, the pool does not remove
    /// event handlers.
    /// </summary>
    internal static bool HandlersAreReachable { get; } = ProbeHandlers();

    /// <summary>
    /// Gets whether this build of the driver has the members for shutting down the socket. The build with Windows'
    /// native library does not.
    /// </summary>
    internal static bool IsReachable => Parser is not null && State is not null && Handle is not null && Line is not null;

    /// <summary>Shuts down the socket.</summary>
    /// <returns><see langword="false"/> when that is impossible.</returns>
    internal static bool TryCut(SqlConnection session)
    {
        try
        {
            if (!IsReachable || Line!.GetValue(Handle!.GetValue(State!.GetValue(Parser!.GetValue(session)))) is not Socket socket)
            {
                return false;
            }

            socket.Shutdown(SocketShutdown.Both);
            return true;
        }
        catch (Exception exception) when (exception is TargetException or TargetInvocationException or ArgumentException or SocketException or ObjectDisposedException)
        {
            // Another transport, or the driver has already released it.
            return false;
        }
    }

    private static bool ProbeHandlers()
    {
        try
        {
            using var connection = new SqlConnection();
            return InfoMessageOf(connection) is null;
        }
        catch (MissingFieldException)
        {
            return false;
        }
    }

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "InfoMessage")]
    internal static extern ref SqlInfoMessageEventHandler? InfoMessageOf(SqlConnection connection);
}
