using System.Runtime.CompilerServices;
using Microsoft.Data.SqlClient;

namespace Cenote.SqlServer;

/// <summary>The event handlers of SqlClient's connection. Its event lets nobody list them: they are read by the name of its private field.</summary>
/// <param name="InfoMessage">Those of <see cref="SqlConnection.InfoMessage"/>.</param>
internal readonly record struct SqlServerHandlers(SqlInfoMessageEventHandler? InfoMessage)
{
    /// <summary>Whether this version of the driver has the field. If not, handlers stay.</summary>
    internal static bool AreReachable { get; } = Probe();

    internal static SqlServerHandlers Of(SqlConnection connection) =>
        AreReachable ? new SqlServerHandlers(InfoMessageOf(connection)) : default;

    /// <summary>Removes what was added since.</summary>
    internal void Restore(SqlConnection connection)
    {
        if (!AreReachable)
        {
            return;
        }

        ref var infoMessage = ref InfoMessageOf(connection);
        if (!ReferenceEquals(infoMessage, InfoMessage))
        {
            infoMessage = InfoMessage;
        }
    }

    private static bool Probe()
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
    private static extern ref SqlInfoMessageEventHandler? InfoMessageOf(SqlConnection connection);
}
