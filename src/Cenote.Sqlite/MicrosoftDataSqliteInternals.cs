using System.Runtime.CompilerServices;
using SQLitePCL;

namespace Cenote.Sqlite;

/// <summary>
/// Members of Microsoft.Data.Sqlite that are not public: the functions that were registered on a connection.
/// </summary>
internal static class MicrosoftDataSqliteInternals
{
    /// <summary>
    /// Gets whether this version of the driver has them. If not, a function that a lease registers stays unnoticed.
    /// </summary>
    internal static bool AreReachable { get; } = Probe();

    // Registering has three dozen overloads, and all write into one of two private collections.
    internal static bool HasFunctions(SqliteConnection connection) => Functions(connection) is not null || Aggregates(connection) is not null;

    // The driver itself reads them only when it opens or pools a connection.
    internal static void ForgetFunctions(SqliteConnection connection)
    {
        Functions(connection) = null;
        Aggregates(connection) = null;
    }

    private static bool Probe()
    {
        try
        {
            using var connection = new SqliteConnection();
            return !HasFunctions(connection);
        }
        catch (MissingFieldException)
        {
            return false;
        }
    }

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_functions")]
    private static extern ref Dictionary<(string, int), (int, object?, delegate_function_scalar?)>? Functions(SqliteConnection connection);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_aggregates")]
    private static extern ref Dictionary<(string, int), (int, object?, delegate_function_aggregate_step?, delegate_function_aggregate_final?)>? Aggregates(SqliteConnection connection);
}
