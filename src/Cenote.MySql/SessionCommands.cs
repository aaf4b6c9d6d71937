using System.Data;

namespace Cenote.MySql;

/// <summary>The statements that the provider itself sends.</summary>
internal static class SessionCommands
{
    /// <summary>
    /// The statement that checks whether the server works. A ping and SELECT 1 only check whether it answers. A Galera
    /// node without quorum answers both, and rejects statements on tables, BEGIN and DO with error 1047 (seen with
    /// MariaDB 10.11).
    /// </summary>
    private const string Validation = "DO 0";

    private const string NamesQuery = Validation + "; SELECT CONCAT('SET NAMES ', @@character_set_client, ' COLLATE ', @@collation_connection)";

    // The session's own value. For an interactive session, the server has set it to interactive_timeout.
    // The isolation level has two names: MySQL takes the first comment as code from version 8 on, MariaDB the second.
    private const string StartQuery = NamesQuery + ", @@wait_timeout, COALESCE(NULL/*!80000 , @@transaction_isolation *//*M! , @@tx_isolation */)";

    /// <summary>The statement that ends the use of a role.</summary>
    internal const string NoRole = "SET ROLE NONE";

    private const string RoleQuery = "SELECT CURRENT_ROLE(), (SELECT COUNT(*) FROM information_schema.applicable_roles)";

    /// <summary>Returns the statement that sets the character set and collation in force.</summary>
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

    /// <summary>Reads the initial state of a session.</summary>
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
    /// Reads the statement that sets the current role, which a reset of MySQL and MariaDB does not restore.
    /// </summary>
    /// <returns>The statement, <see langword="null"/> when the role is not known; and whether the user can have roles
    /// now.</returns>
    internal static (string? Statement, bool HasRoles) ReadRole(this MySqlConnection session)
    {
        try
        {
            using var command = new MySqlCommand(RoleQuery, session);
            using var reader = command.ExecuteReader();
            return reader.Read() ? SetRole(session, reader) : default;
        }
        catch (MySqlException) when (session.State == ConnectionState.Open)
        {
            // The server is too old for roles.
            return default;
        }
    }

    /// <inheritdoc cref="ReadRole"/>
    internal static async ValueTask<(string? Statement, bool HasRoles)> ReadRoleAsync(this MySqlConnection session, CancellationToken cancellationToken)
    {
        try
        {
            var command = new MySqlCommand(RoleQuery, session);
            await using var ofCommand = command.ConfigureAwait(false);
            var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            await using var ofReader = reader.ConfigureAwait(false);
            return await reader.ReadAsync(cancellationToken).ConfigureAwait(false) ? SetRole(session, reader) : default;
        }
        catch (MySqlException) when (session.State == ConnectionState.Open)
        {
            return default;
        }
    }

    /// <summary>Sets the statement timeout of the server.</summary>
    /// <returns>The statement that set it, or <see langword="null"/> when the server is too old.</returns>
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
    internal static void Validate(this MySqlConnection session, TimeSpan? timeout) => session.Execute(Validation, timeout);

    /// <inheritdoc cref="Validate"/>
    /// <remarks>Only an answer or the end of the connection ends it, because the driver would send KILL QUERY on
    /// another connection.</remarks>
    internal static async ValueTask ValidateAsync(this MySqlConnection session)
    {
        var command = new MySqlCommand(Validation, session) { CommandTimeout = 0 };
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
            command.CommandTimeout = limit == Timeout.InfiniteTimeSpan ? 0 : Math.Max(1, (int)Math.Ceiling(limit.TotalSeconds));
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

    /// <summary>
    /// Determines whether the server knows the reset of a session: MySQL from 5.7.3, MariaDB from 10.2.4.
    /// </summary>
    /// <param name="serverVersion">A version such as <c>8.0.36</c>, <c>10.11.6-MariaDB</c> or
    /// <c>5.5.5-10.11.6-MariaDB</c>, whose first part is for clients that take 10 for an unknown protocol.</param>
    internal static bool KnowsReset(string serverVersion)
    {
        var isMariaDb = serverVersion.Contains("MariaDB", StringComparison.OrdinalIgnoreCase);
        var text = isMariaDb && serverVersion.StartsWith("5.5.5-", StringComparison.Ordinal) ? serverVersion[6..] : serverVersion;
        return Version.TryParse(string.Concat(text.TakeWhile(static letter => char.IsAsciiDigit(letter) || letter == '.')), out var version)
            && version >= (isMariaDb ? new Version(10, 2, 4) : new Version(5, 7, 3));
    }

    private static (string Statement, bool HasRoles) SetRole(MySqlConnection session, MySqlDataReader reader)
    {
        // MySQL gives a list that is quoted already, or NONE; MariaDB one bare name, or NULL.
        var role = reader.IsDBNull(0) ? "NONE" : reader.GetString(0);
        var isBareName = !reader.IsDBNull(0) && IsMariaDb(session);
        var statement = isBareName ? $"SET ROLE `{role.Replace("`", "``", StringComparison.Ordinal)}`" : role == "NONE" ? NoRole : "SET ROLE " + role;
        return (statement, reader.GetInt64(1) > 0);
    }
}
