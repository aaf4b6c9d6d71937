using System.Data;
using System.Globalization;

namespace Cenote.PostgreSql;

/// <summary>The statements that the provider itself sends.</summary>
internal static class SessionCommands
{
    // Unique objects, which no other statement shares, so that IsOurs can recognize them.
    internal static readonly string Validation = new("SELECT 1".AsSpan());

    // On older servers DISCARD ALL leaves no role at all, also where ALTER ROLE … SET role gives new sessions one
    // (npgsql#5997); 15.18 gives it back by itself.
    internal static readonly string ResetRole = new("RESET ROLE".AsSpan());

    internal static readonly string Rollback = new("ROLLBACK".AsSpan());

    /// <summary>The query for the server's process.</summary>
    internal static readonly string ProcessQuery = new("SELECT pg_backend_pid()".AsSpan());

    /// <summary>
    /// The query for the initial state of a session: role, process, statement timeout in milliseconds, privilege for
    /// replication origins, and idle timeout in seconds (from PostgreSQL 14 on).
    /// </summary>
    private const string OpeningQuery =
        "SELECT current_setting('role'), pg_backend_pid(), (extract(epoch FROM current_setting('statement_timeout')::interval) * 1000)::double precision, " + OriginPrivilege +
        ", extract(epoch FROM nullif(current_setting('idle_session_timeout', true), '')::interval)::double precision";

    /// <summary>
    /// The expression for whether the user may set a replication origin, also on servers without origins.
    /// </summary>
    internal const string OriginPrivilege =
        "EXISTS (SELECT FROM pg_proc WHERE proname = 'pg_replication_origin_session_setup' AND has_function_privilege(oid, 'execute'))";

    /// <summary>The query for whether a replication origin is set up, which only some users may run.</summary>
    internal const string OriginQuery = "SELECT pg_replication_origin_session_is_setup()";

    /// <summary>The statement that ends a replication origin where one is set up.</summary>
    internal static readonly string ResetOrigin = new("SELECT pg_replication_origin_session_reset() WHERE pg_replication_origin_session_is_setup()".AsSpan());

    internal static readonly string OriginPrivilegeQuery = new(("SELECT " + OriginPrivilege).AsSpan());

    private static readonly string[] Ours = [Validation, ResetRole, ProcessQuery, Rollback, ResetOrigin, OriginPrivilegeQuery];

    /// <summary>Determines whether the provider itself sends a command. Traces omit these.</summary>
    internal static bool IsOurs(NpgsqlCommand command)
    {
        foreach (var text in Ours)
        {
            if (ReferenceEquals(command.CommandText, text))
            {
                return true;
            }
        }

        return command is OpeningCommand or ContextCommand or ActivityCommand;
    }

    /// <summary>Gets the start-up option for a statement timeout.</summary>
    internal static string? LimitOption(TimeSpan? limit) => limit is null ? null : "-c statement_timeout=" + Milliseconds(limit);

    /// <summary>Gets the statement for another statement timeout.</summary>
    internal static string SetLimit(TimeSpan? limit) => "SET statement_timeout = " + Milliseconds(limit);

    /// <summary>
    /// Determines whether this is the opened session. ChangeDatabase, and closing and opening, replace it.
    /// </summary>
    internal static bool IsStill(this NpgsqlConnection session, int process) =>
        session.State == ConnectionState.Open && session.ProcessID == process;

    internal static async ValueTask EndAsync(this NpgsqlConnection session, string connectionString)
    {
        if (!string.Equals(session.ConnectionString, connectionString, StringComparison.Ordinal))
        {
            // ChangeDatabase took the connection to one of the driver's pools, which would keep a session forever.
            NpgsqlConnection.ClearPool(session);
        }

        await session.DisposeAsync().ConfigureAwait(false);
    }

    internal static async ValueTask EndAsync(this NpgsqlConnection session, SharedSource source)
    {
        try
        {
            await session.EndAsync(source.ConnectionString).ConfigureAwait(false);
        }
        finally
        {
            source.Release();
        }
    }

    /// <summary>
    /// Closes the session. The connection leaves its data source first, so that a late holder who opens it again gets
    /// no session.
    /// </summary>
    internal static async ValueTask AbortAsync(this NpgsqlConnection session, SharedSource source)
    {
        if (source.UsesInternals)
        {
            NpgsqlInternals.Detach(session);
        }

        if (NpgsqlConnectionInternals.TryCut(session))
        {
            source.Release();
        }
        else
        {
            await session.EndAsync(source).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Ends the session. The data source is closed first, so that a late holder who opens the connection again does not
    /// get the session from it.
    /// </summary>
    internal static async ValueTask AbortAsync(this NpgsqlConnection session, NpgsqlDataSource dataSource)
    {
        await dataSource.DisposeAsync().ConfigureAwait(false);
        if (!NpgsqlConnectionInternals.TryCut(session))
        {
            await session.EndAsync(dataSource.ConnectionString).ConfigureAwait(false);
        }
    }

    /// <summary>Queries the initial state of an opened session.</summary>
    internal static void Ask(this NpgsqlConnection session, ServerProcess backend)
    {
        if (!backend.BeginQuestion())
        {
            return;
        }

        try
        {
            if (!IsUnusual(session, backend))
            {
                backend.RecordUsual(session);
                return;
            }

            using var command = new OpeningCommand(OpeningQuery, session);
            using var reader = command.ExecuteReader();
            if (reader.Read())
            {
                backend.RecordOpened(reader, session);
            }
        }
        catch (PostgresException) when (!backend.MustKnow && session.State == ConnectionState.Open)
        {
            // A compatible server without all of these.
        }
        finally
        {
            backend.EndQuestion();
        }
    }

    /// <inheritdoc cref="Ask"/>
    internal static async ValueTask AskAsync(this NpgsqlConnection session, ServerProcess backend, CancellationToken cancellationToken)
    {
        if (!backend.BeginQuestion())
        {
            return;
        }

        try
        {
            if (!await IsUnusualAsync(session, backend, cancellationToken).ConfigureAwait(false))
            {
                backend.RecordUsual(session);
                return;
            }

            var command = new OpeningCommand(OpeningQuery, session);
            await using var ofCommand = command.ConfigureAwait(false);
            var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            await using var ofReader = reader.ConfigureAwait(false);
            if (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            {
                backend.RecordOpened(reader, session);
            }
        }
        catch (PostgresException) when (!backend.MustKnow && session.State == ConnectionState.Open)
        {
        }
        finally
        {
            backend.EndQuestion();
        }
    }

    /// <summary>
    /// Queries the process. It is as cheap as any query, and therefore also the validation behind a proxy.
    /// </summary>
    internal static void Check(this NpgsqlConnection session, ServerProcess backend, TimeSpan? timeout = null)
    {
        using var command = Create(session, ProcessQuery, timeout);
        if (command.ExecuteScalar() is int process)
        {
            backend.Check(process);
        }
    }

    /// <inheritdoc cref="Check"/>
    internal static async ValueTask CheckAsync(this NpgsqlConnection session, ServerProcess backend, TimeSpan? timeout, CancellationToken cancellationToken)
    {
        var command = Create(session, ProcessQuery, timeout);
        await using (command.ConfigureAwait(false))
        {
            if (await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) is int process)
            {
                backend.Check(process);
            }
        }
    }

    internal static void Execute(this NpgsqlConnection session, string text, TimeSpan? timeout = null)
    {
        using var command = Create(session, text, timeout);
        command.ExecuteNonQuery();
    }

    internal static async ValueTask ExecuteAsync(
        this NpgsqlConnection session, string text, TimeSpan? timeout, CancellationToken cancellationToken)
    {
        var command = Create(session, text, timeout);
        await using (command.ConfigureAwait(false))
        {
            await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    // The server takes 0 for no limit.
    private static string Milliseconds(TimeSpan? limit) =>
        (limit is { } time ? Math.Clamp((long)Math.Ceiling(time.TotalMilliseconds), 1, int.MaxValue) : 0).ToString(CultureInfo.InvariantCulture);

    private static bool IsUnusual(NpgsqlConnection session, ServerProcess backend)
    {
        using var command = new OpeningCommand(backend.UsualQuery(session), session);
        using var reader = command.ExecuteReader();
        return reader.Read();
    }

    private static async ValueTask<bool> IsUnusualAsync(NpgsqlConnection session, ServerProcess backend, CancellationToken cancellationToken)
    {
        var command = new OpeningCommand(backend.UsualQuery(session), session);
        await using var ofCommand = command.ConfigureAwait(false);
        var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var ofReader = reader.ConfigureAwait(false);
        return await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
    }

    private static NpgsqlCommand Create(NpgsqlConnection session, string text, TimeSpan? timeout)
    {
        var command = new NpgsqlCommand(text, session);
        if (timeout is { } limit)
        {
            // Npgsql counts in whole seconds, and takes 0 for no limit.
            command.CommandTimeout = Math.Max(1, (int)Math.Ceiling(limit.TotalSeconds));
        }

        return command;
    }
}
