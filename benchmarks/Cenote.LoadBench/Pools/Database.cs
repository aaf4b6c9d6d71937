using System.Data.Common;
using System.Globalization;

namespace Cenote.LoadBench.Pools;

/// <summary>A real database.</summary>
/// <param name="Setting">Its name in the report.</param>
/// <param name="ConnectionString">How it is reached.</param>
/// <param name="Resets">How its resets are counted; <see langword="null"/> for one without a server.</param>
internal sealed record Database(string Setting, string ConnectionString, ResetCounter? Resets)
{
    internal bool IsServer => Resets is not null;

    internal SlowDoor OpenDoor(TimeSpan delay) => new(int.Parse((string)Parse()["Port"], CultureInfo.InvariantCulture), delay);

    /// <summary>Returns the connection string that leads through a door.</summary>
    internal string Behind(SlowDoor door)
    {
        var builder = Parse();
        builder["Port"] = door.Port;
        return builder.ConnectionString;
    }

    private DbConnectionStringBuilder Parse() => new() { ConnectionString = ConnectionString };
}
