using System.Text;

namespace Cenote.Shared;

/// <summary>The attributes of measurements and spans. The ones without <c>cenote.</c> are OpenTelemetry's.</summary>
internal static class TelemetryTags
{
    internal const string PoolName = "db.client.connection.pool.name";
    internal const string DatabaseSystem = "db.system.name";
    internal const string ConnectionState = "db.client.connection.state";
    internal const string ErrorType = "error.type";

    /// <summary>
    /// Returns the name of an enum's member as attributes are written: <c>ConnectionLost</c> becomes
    /// <c>connection_lost</c>.
    /// </summary>
    internal static string ValueOf<T>(T member)
        where T : struct, Enum
    {
        var value = new StringBuilder();
        foreach (var character in member.ToString())
        {
            if (char.IsUpper(character) && value.Length > 0)
            {
                value.Append('_');
            }

            value.Append(char.ToLowerInvariant(character));
        }

        return value.ToString();
    }
}
