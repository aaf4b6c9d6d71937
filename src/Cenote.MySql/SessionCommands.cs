using System.Data;

namespace Cenote.MySql;

/// <summary>The statements that the provider itself sends.</summary>
internal static class SessionCommands
{
    /// <summary>
    /// Checks that the server works, where a ping and SELECT 1 only check that it exists: a Galera node without its
    /// cluster's quorum answers both, and refuses every statement on a table, BEGIN, and DO with error 1047 (seen with
    /// MariaDB 10.11).
    /// </summary>
    private const string Proof = "DO 0";

    private const string NamesQuery = Proof + "; SELECT CONCAT('SET NAMES ', @@character_set_client, ' COLLATE ', @@collation_connection)";

    // The session's own: where the connection string asks for an interactive session, the server has set it to
    // interactive_timeout.
    private const string StartQuery = NamesQuery + ", @@wait_timeout";

    private const string RoleQuery = "SELECT CURRENT_ROLE(), (SELECT COUNT(*) FROM information_schema.applicable_roles)";

    /// <summary>Returns the statement that sets the character set and collation in force.</summary>
    internal static async ValueTask<string> ReadNamesAsync(this MySqlConnection session, CancellationToken cancellationToken)
    {
        var command = new MySqlCommand(NamesQuery, session);
        await using (command.ConfigureAwait(false))
        {
            return (string)(await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))!;
        }
    }

    /// <summary>Reads what a session starts with.</summary>
    internal static SessionStart ReadStart(this MySqlConnection session)
    {
        using var command = new MySqlCommand(StartQuery, session);
        using var reader = command.ExecuteReader();
        return reader.Read() ? SessionStart.Of(reader) : default;
    }

    /// <inheritdoc cref="ReadStart"/>
    internal static async ValueTask<SessionStart> ReadStartAsync(this MySqlConnection session, CancellationToken cancellationToken)
    {
        var command = new MySqlCommand(StartQuery, session);
        await using var ofCommand = command.ConfigureAwait(false);
        var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var ofReader = reader.ConfigureAwait(false);
        return await reader.ReadAsync(cancellationToken).ConfigureAwait(false) ? SessionStart.Of(reader) : default;
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

    /// <summary>Sets how long a statement may run at the server.</summary>
    /// <returns>The statement that did; <see langword="null"/> when the server is too old to know a limit.</returns>
    internal static string? SetLimit(this MySqlConnection session, TimeSpan? limit)
    {
        var statement = LimitStatement(session, limit);
        try
        {
            session.Execute(statement, timeout: null);
            return statement;
        }
        catch (MySqlException exception) when (exception.ErrorCode == MySqlErrorCode.UnknownSystemVariable)
        {
            return null;
        }
    }

    /// <inheritdoc cref="SetLimit"/>
    internal static async ValueTask<string?> SetLimitAsync(this MySqlConnection session, TimeSpan? limit, CancellationToken cancellationToken)
    {
        var statement = LimitStatement(session, limit);
        try
        {
            await session.ExecuteAsync(statement, cancellationToken).ConfigureAwait(false);
            return statement;
        }
        catch (MySqlException exception) when (exception.ErrorCode == MySqlErrorCode.UnknownSystemVariable)
        {
            return null;
        }
    }

    /// <summary>Checks that the server works.</summary>
    internal static void Validate(this MySqlConnection session, TimeSpan? timeout) => session.Execute(Proof, timeout);

    /// <inheritdoc cref="Validate"/>
    /// <remarks>Nothing ends it but an answer, or the end of the line: the driver would send KILL QUERY on a connection
    /// of its own.</remarks>
    internal static async ValueTask ValidateAsync(this MySqlConnection session)
    {
        var command = new MySqlCommand(Proof, session) { CommandTimeout = 0 };
        await using (command.ConfigureAwait(false))
        {
            await command.ExecuteNonQueryAsync(CancellationToken.None).ConfigureAwait(false);
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

    // MariaDB counts in seconds with a fraction, MySQL in milliseconds, and there only queries are limited. 0 is no
    // limit.
    private static string LimitStatement(MySqlConnection session, TimeSpan? limit)
    {
        var milliseconds = limit is { } time ? Math.Max(1, (long)Math.Ceiling(time.TotalMilliseconds)) : 0;
        return IsMariaDb(session)
            ? string.Create(CultureInfo.InvariantCulture, $"SET SESSION max_statement_time = {milliseconds / 1000m}")
            : string.Create(CultureInfo.InvariantCulture, $"SET SESSION max_execution_time = {milliseconds}");
    }

    internal static bool IsMariaDb(DbConnection session) => session.ServerVersion.Contains("MariaDB", StringComparison.OrdinalIgnoreCase);

    private static string? SetRole(MySqlConnection session, MySqlDataReader reader)
    {
        if (reader.GetInt64(1) == 0)
        {
            return null;
        }

        // MySQL gives a list that is quoted already, or NONE; MariaDB one bare name, or NULL.
        var role = reader.IsDBNull(0) ? "NONE" : reader.GetString(0);
        var isBareName = !reader.IsDBNull(0) && IsMariaDb(session);
        return "SET ROLE " + (isBareName ? $"`{role.Replace("`", "``", StringComparison.Ordinal)}`" : role);
    }
}
