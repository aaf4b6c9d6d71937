using Microsoft.Data.SqlClient;

namespace Cenote.SqlServer;

/// <summary>
/// The event handlers of SqlClient's connection. Its event does not list them, so they are read from its private field.
/// </summary>
/// <param name="InfoMessage">The handlers of <see cref="SqlConnection.InfoMessage"/>.</param>
/// <param name="Retries">The retry logic of the connection object. Its other callbacks cannot be changed while it is
/// open.</param>
internal readonly record struct SqlServerHandlers(SqlInfoMessageEventHandler? InfoMessage, SqlRetryLogicBaseProvider? Retries)
{
    internal static SqlServerHandlers Of(SqlConnection connection) =>
        new(SqlClientInternals.HandlersAreReachable ? SqlClientInternals.InfoMessageOf(connection) : null, connection.RetryLogicProvider);

    /// <summary>Removes the handlers that were added since.</summary>
    internal void Restore(SqlConnection connection)
    {
        if (!ReferenceEquals(connection.RetryLogicProvider, Retries))
        {
            connection.RetryLogicProvider = Retries;
        }

        if (!SqlClientInternals.HandlersAreReachable)
        {
            return;
        }

        ref var infoMessage = ref SqlClientInternals.InfoMessageOf(connection);
        if (!ReferenceEquals(infoMessage, InfoMessage))
        {
            infoMessage = InfoMessage;
        }
    }
}
