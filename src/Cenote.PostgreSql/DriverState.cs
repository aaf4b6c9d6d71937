using System.Data;
using System.Runtime.CompilerServices;
using Npgsql;

namespace Cenote.PostgreSql;

/// <summary>
/// What Npgsql keeps to itself of a session: how to end it under a call. Closing its connection waits for the call instead, with two
/// threads reading the same answer.
/// </summary>
internal static class DriverState
{
    private const string ConnectorType = "Npgsql.Internal.NpgsqlConnector, Npgsql";

    /// <summary>Whether this version of the driver has what is called here by its private name. If not, the connection is closed.</summary>
    internal static bool IsReachable { get; } = Probe();

    /// <summary>
    /// Breaks the connection as a lost network would, so that a call in progress fails at once; then asks the server to stop
    /// working on it, which it would not notice before it has an answer to send.
    /// </summary>
    internal static void Break(NpgsqlConnection session)
    {
        if (!IsReachable || ConnectorOf(session) is not { } connector)
        {
            return;
        }

        var isBusy = session.FullState != ConnectionState.Open;
        _ = Break(connector, new TimeoutException("The pool has revoked the lease of this connection."), markHostAsOfflineOnConnecting: false);
        if (isBusy)
        {
            _ = PerformPostgresCancellation(connector);
            _ = CancelAgainAsync(connector);
        }
    }

    /// <summary>The server forgets a request that comes before the call itself, which may still be on its way. It can meet no other session.</summary>
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
                && Exists(() => Break(null!, null!, markHostAsOfflineOnConnecting: false)) && Exists(() => PerformPostgresCancellation(null!));
        }
        catch (Exception exception) when (exception is MissingMemberException or TypeLoadException)
        {
            return false;
        }
    }

    // A method that is there complains of what it is called with.
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

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "Break")]
    private static extern Exception Break([UnsafeAccessorType(ConnectorType)] object connector, Exception reason, bool markHostAsOfflineOnConnecting);

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "PerformPostgresCancellation")]
    private static extern bool PerformPostgresCancellation([UnsafeAccessorType(ConnectorType)] object connector);
}
