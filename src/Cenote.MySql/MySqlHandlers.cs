using System.Runtime.CompilerServices;
using MySqlConnector;

namespace Cenote.MySql;

/// <summary>The event handlers of MySqlConnector's connection. Its event lets nobody list them: they are read by the name of its private field.</summary>
/// <param name="InfoMessage">Those of <see cref="MySqlConnection.InfoMessage"/>.</param>
/// <param name="Callbacks">The callbacks for a session that the connection object may yet open.</param>
internal readonly record struct MySqlHandlers(MySqlInfoMessageEventHandler? InfoMessage, MySqlCallbacks Callbacks)
{
    /// <summary>Whether this version of the driver has the field. If not, event handlers stay.</summary>
    internal static bool AreReachable { get; } = Probe();

    internal static MySqlHandlers Of(MySqlConnection connection) =>
        new(AreReachable ? InfoMessageOf(connection) : null, MySqlCallbacks.Of(connection));

    /// <summary>Removes what was added since.</summary>
    internal void Restore(MySqlConnection connection)
    {
        Callbacks.Restore(connection);
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
            using var connection = new MySqlConnection();
            return InfoMessageOf(connection) is null;
        }
        catch (MissingFieldException)
        {
            return false;
        }
    }

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "InfoMessage")]
    private static extern ref MySqlInfoMessageEventHandler? InfoMessageOf(MySqlConnection connection);
}
