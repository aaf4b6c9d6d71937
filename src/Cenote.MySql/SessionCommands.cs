using System.Data;
using MySqlConnector;

namespace Cenote.MySql;

/// <summary>The statements that the provider itself sends.</summary>
internal static class SessionCommands
{
    private const string NamesQuery = "SELECT CONCAT('SET NAMES ', @@character_set_client, ' COLLATE ', @@collation_connection)";
    private const string RoleQuery = "SELECT CURRENT_ROLE(), (SELECT COUNT(*) FROM information_schema.applicable_roles)";

    /// <summary>The statement that sets the character set and collation in force.</summary>
    internal static string ReadNames(this MySqlConnection session)
    {
        using var command = new MySqlCommand(NamesQuery, session);
        return (string)command.ExecuteScalar()!;
    }

    /// <inheritdoc cref="ReadNames"/>
    internal static async ValueTask<string> ReadNamesAsync(this MySqlConnection session, CancellationToken cancellationToken)
    {
        var command = new MySqlCommand(NamesQuery, session);
        await using (command.ConfigureAwait(false))
        {
            return (string)(await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))!;
        }
    }

    /// <summary>
    /// The statement that sets the role in force, which neither MySQL nor MariaDB puts back when it resets a session;
    /// <see langword="null"/> for users that have no roles to choose from.
    /// </summary>
    internal static string? ReadRole(this MySqlConnection session)
    {
        try
        {
            using var command = new MySqlCommand(RoleQuery, session);
            using var reader = command.ExecuteReader();
            return reader.Read() ? SetRole(session, reader) : null;
        }
        catch (MySqlException) when (session.State == ConnectionState.Open)
        {
            // The server is too old to know roles.
            return null;
        }
    }

    /// <inheritdoc cref="ReadRole"/>
    internal static async ValueTask<string?> ReadRoleAsync(this MySqlConnection session, CancellationToken cancellationToken)
    {
        try
        {
            var command = new MySqlCommand(RoleQuery, session);
            await using var ofCommand = command.ConfigureAwait(false);
            var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            await using var ofReader = reader.ConfigureAwait(false);
            return await reader.ReadAsync(cancellationToken).ConfigureAwait(false) ? SetRole(session, reader) : null;
        }
        catch (MySqlException) when (session.State == ConnectionState.Open)
        {
            return null;
        }
    }

    internal static void Execute(this MySqlConnection session, string text, TimeSpan? timeout)
    {
        using var command = new MySqlCommand(text, session);
        if (timeout is { } limit)
        {
            // MySqlConnector counts in whole seconds, and takes 0 for no limit.
            command.CommandTimeout = Math.Max(1, (int)Math.Ceiling(limit.TotalSeconds));
        }

        command.ExecuteNonQuery();
    }

    internal static async ValueTask ExecuteAsync(this MySqlConnection session, string text, CancellationToken cancellationToken)
    {
        var command = new MySqlCommand(text, session);
        await using (command.ConfigureAwait(false))
        {
            await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private static string? SetRole(MySqlConnection session, MySqlDataReader reader)
    {
        if (reader.GetInt64(1) == 0)
        {
            return null;
        }

        // MySQL gives a list that is quoted already, or NONE; MariaDB one bare name, or NULL.
        var role = reader.IsDBNull(0) ? "NONE" : reader.GetString(0);
        var isBareName = !reader.IsDBNull(0) && session.ServerVersion.Contains("MariaDB", StringComparison.OrdinalIgnoreCase);
        return "SET ROLE " + (isBareName ? $"`{role.Replace("`", "``", StringComparison.Ordinal)}`" : role);
    }
}
