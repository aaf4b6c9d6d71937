using System.Runtime.CompilerServices;
using Microsoft.Data.SqlClient;

namespace Cenote.SqlServer;

/// <summary>The event handlers of SqlClient's connection. Its event lets nobody list them: they are read by the name of its private field.</summary>
/// <param name="InfoMessage">Those of <see cref="SqlConnection.InfoMessage"/>.</param>
/// <param name="Retries">How the connection object tries again. Its other callbacks cannot be changed while it is open.</param>
internal readonly record struct SqlServerHandlers(SqlInfoMessageEventHandler? InfoMessage, SqlRetryLogicBaseProvider? Retries)
{
    /// <summary>Whether this version of the driver has the field. If not, event handlers stay.</summary>
    internal static bool AreReachable { get; } = Probe();

    internal static SqlServerHandlers Of(SqlConnection connection) =>
        new(AreReachable ? InfoMessageOf(connection) : null, connection.RetryLogicProvider);

    /// <summary>Removes what was added since.</summary>
    internal void Restore(SqlConnection connection)
    {
        if (!ReferenceEquals(connection.RetryLogicProvider, Retries))
        {
            connection.RetryLogicProvider = Retries;
        }

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
