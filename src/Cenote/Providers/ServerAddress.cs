using System.Globalization;
using System.Text.RegularExpressions;

namespace Cenote.Providers;

/// <summary>The address of a database, <c>host:port/database</c>, for messages, logs and pages.</summary>
public static partial class ServerAddress
{
    /// <summary>Combines hosts, a port and a database.</summary>
    /// <param name="hosts">A host, or several separated by commas, each with or without a port of its own; or the path
    /// of a socket. Shown without credentials.</param>
    /// <param name="port">The port of hosts that have none of their own; <see langword="null"/> when the driver needs
    /// none.</param>
    /// <param name="database">The database; <see langword="null"/> or empty when the connection string contains
    /// none.</param>
    /// <returns>For example <c>db1:5432/shop</c>, <c>db1:5432,db2:5433/shop</c>, or <c>[::1]:5432/shop</c>.</returns>
    public static string Format(string? hosts, int? port, string? database)
    {
        var places = (hosts ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(host => WithPort(SafeConnectionString.Mask(host, AddressKind.Server), port));
        return WithDatabase(string.Join(',', places), database);
    }

    /// <summary>
    /// Returns the port in a value of a driver's builder; <see langword="null"/> when it is not a port.
    /// </summary>
    internal static int? PortOf(object? value) =>
        int.TryParse(Convert.ToString(value, CultureInfo.InvariantCulture), NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and < 65_536 ? port : null;

    internal static string WithDatabase(string place, string? database) =>
        string.IsNullOrEmpty(database) ? place : $"{place}/{SafeConnectionString.Mask(database)}";

    private static string WithPort(string host, int? port)
    {
        if (port is null || host.EndsWith(".sock", StringComparison.OrdinalIgnoreCase) || OwnPort().IsMatch(host))
        {
            return host;
        }

        // The colons of an IPv6 address must not be taken for the one before a port.
        var isBare = !host.StartsWith('[') && host.Count(character => character == ':') > 1;
        return FormattableString.Invariant($"{(isBare ? $"[{host}]" : host)}:{port}");
    }

    [GeneratedRegex(@"^([^:\[]*|\[[^\]]*\]):[0-9]{1,5}$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex OwnPort();
}
