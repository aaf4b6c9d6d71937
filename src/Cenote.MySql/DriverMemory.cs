using System.Runtime.CompilerServices;
using MySqlConnector;

namespace Cenote.MySql;

/// <summary>
/// What MySqlConnector remembers of a session's prepared statements. It forgets them in its own reset only, which costs a
/// statement more than the server needs (a third of the whole, measured); after a plain one it would use lost statements again.
/// </summary>
internal static class DriverMemory
{
    private const string SessionType = "MySqlConnector.Core.ServerSession, MySqlConnector";

    /// <summary>Whether this version of the driver has what is called here by its private name. If not, its own reset is used.</summary>
    internal static bool IsReachable { get; } = Probe();

    internal static void Forget(MySqlConnection connection) => ClearPreparedStatements(SessionOf(connection));

    private static bool Probe()
    {
        try
        {
            Forget(new MySqlConnection());
        }
        catch (InvalidOperationException)
        {
            // The connection is not open, says the driver's own method: it is there.
        }
        catch (Exception exception) when (exception is MissingMemberException or TypeLoadException)
        {
            return false;
        }

        try
        {
            ClearPreparedStatements(null!);
        }
        catch (NullReferenceException)
        {
        }
        catch (Exception exception) when (exception is MissingMemberException or TypeLoadException)
        {
            return false;
        }

        return true;
    }

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "get_Session")]
    [return: UnsafeAccessorType(SessionType)]
    private static extern object SessionOf(MySqlConnection connection);

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "ClearPreparedStatements")]
    private static extern void ClearPreparedStatements([UnsafeAccessorType(SessionType)] object session);
}
