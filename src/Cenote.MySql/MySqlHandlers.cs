namespace Cenote.MySql;

/// <summary>
/// The event handlers of MySqlConnector's connection. Its event does not list them, so they are read from its private
/// field.
/// </summary>
/// <param name="InfoMessage">The handlers of <see cref="MySqlConnection.InfoMessage"/>.</param>
/// <param name="Callbacks">The callbacks for a session that the connection object may open later.</param>
internal readonly record struct MySqlHandlers(MySqlInfoMessageEventHandler? InfoMessage, MySqlCallbacks Callbacks)
{
    internal static MySqlHandlers Of(MySqlConnection connection) =>
        new(MySqlConnectorInternals.HandlersAreReachable ? MySqlConnectorInternals.InfoMessageOf(connection) : null, MySqlCallbacks.Of(connection));

    /// <summary>Removes the handlers that were added since.</summary>
    internal void Restore(MySqlConnection connection)
    {
        Callbacks.Restore(connection);
        if (!MySqlConnectorInternals.HandlersAreReachable)
        {
            return;
        }

        ref var infoMessage = ref MySqlConnectorInternals.InfoMessageOf(connection);
        if (!ReferenceEquals(infoMessage, InfoMessage))
        {
            infoMessage = InfoMessage;
        }
    }
}
