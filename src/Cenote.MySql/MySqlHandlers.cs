using System.Runtime.CompilerServices;
using MySqlConnector;

namespace Cenote.MySql;

/// <summary>The event handlers of MySqlConnector's connection. Its event lets nobody list them: they are read by the name of its private field.</summary>
/// <param name="InfoMessage">Those of <see cref="MySqlConnection.InfoMessage"/>.</param>
internal readonly record struct MySqlHandlers(MySqlInfoMessageEventHandler? InfoMessage)
{
    /// <summary>Whether this version of the driver has the field. If not, handlers stay.</summary>
    internal static bool AreReachable { get; } = Probe();

    internal static MySqlHandlers Of(MySqlConnection connection) =>
        AreReachable ? new MySqlHandlers(InfoMessageOf(connection)) : default;

    /// <summary>Removes what was added since.</summary>
    internal void Restore(MySqlConnection connection)
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
