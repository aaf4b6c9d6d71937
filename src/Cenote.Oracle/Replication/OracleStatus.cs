using System.Globalization;
using Cenote.Providers;

namespace Cenote.Oracle.Replication;

/// <summary>A reader of a database's role in a Data Guard configuration.</summary>
internal static class OracleStatus
{
    /// <summary>The query with the lag, which exists on a standby only.</summary>
    internal const string Query =
        "SELECT DATABASE_ROLE, OPEN_MODE, (SELECT VALUE FROM V$DATAGUARD_STATS WHERE NAME = 'apply lag') FROM V$DATABASE";

    /// <summary>The query for users without access to those views. It has no open mode.</summary>
    internal const string UnprivilegedQuery = "SELECT SYS_CONTEXT('USERENV', 'DATABASE_ROLE'), NULL, NULL FROM DUAL";

    private const int NoSuchTable = 942;
    private const int InsufficientPrivileges = 1031;

    internal static async ValueTask<ServerStatus> ReadAsync(DbConnection connection, CancellationToken cancellationToken)
    {
        try
        {
            return await ReadAsync(connection, Query, cancellationToken).ConfigureAwait(false);
        }
        catch (DbException exception) when (OracleFailures.Has(exception, NoSuchTable) || OracleFailures.Has(exception, InsufficientPrivileges))
        {
            return await ReadAsync(connection, UnprivilegedQuery, cancellationToken).ConfigureAwait(false);
        }
    }

    private static async ValueTask<ServerStatus> ReadAsync(DbConnection connection, string query, CancellationToken cancellationToken)
    {
        var command = connection.CreateCommand();
        await using var ofCommand = command.ConfigureAwait(false);
        command.CommandText = query;
        var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var ofReader = reader.ConfigureAwait(false);
        if (!await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            return ServerStatus.Unknown;
        }

        var role = RoleOf(Text(reader, 0), Text(reader, 1));
        return new ServerStatus { Role = role, Lag = role == ServerRole.Replica ? LagOf(Text(reader, 2)) : null };
    }

    // A standby that is only mounted cannot be read, a snapshot standby is writable but diverges, and a primary may be
    // opened read-only. None of them can be used as its name suggests.
    private static ServerRole RoleOf(string? role, string? openMode) => (role, openMode) switch
    {
        ("PRIMARY", "READ WRITE" or null) => ServerRole.Primary,
        ("PHYSICAL STANDBY", "READ ONLY" or "READ ONLY WITH APPLY" or null) => ServerRole.Replica,
        ("LOGICAL STANDBY", "READ WRITE" or "READ ONLY" or null) => ServerRole.Replica,
        _ => ServerRole.Unknown,
    };

    // An interval as text: +00 00:00:05.
    private static TimeSpan? LagOf(string? text)
    {
        var parts = text?.TrimStart('+').Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return parts is [var days, var time]
            && int.TryParse(days, NumberStyles.None, CultureInfo.InvariantCulture, out var wholeDays)
            && TimeSpan.TryParse(time, CultureInfo.InvariantCulture, out var rest)
            ? TimeSpan.FromDays(wholeDays) + rest
            : null;
    }

    private static string? Text(DbDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);
}
