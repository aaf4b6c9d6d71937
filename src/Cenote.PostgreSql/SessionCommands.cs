using System.Data;
using System.Globalization;

namespace Cenote.PostgreSql;

/// <summary>The statements that the provider itself sends.</summary>
internal static class SessionCommands
{
    // Objects of their own, which no other statement shares, so that IsOurs can recognize them.
    internal static readonly string Validation = new("SELECT 1".AsSpan());

    // On older servers DISCARD ALL leaves no role at all, also where ALTER ROLE … SET role gives new sessions one
    // (npgsql#5997); 15.18 gives it back by itself.
    internal static readonly string ResetRole = new("RESET ROLE".AsSpan());

    /// <summary>The number of the server's process that answers.</summary>
    internal static readonly string ProcessQuery = new("SELECT pg_backend_pid()".AsSpan());

    /// <summary>
    /// The role that a session starts in, the process behind it, the limit for statements in milliseconds, whether the
    /// user may set a replication origin, the limit for idle sessions in seconds (from PostgreSQL 14 on).
    /// </summary>
    private const string OpeningQuery =
        "SELECT current_setting('role'), pg_backend_pid(), (extract(epoch FROM current_setting('statement_timeout')::interval) * 1000)::double precision, " + OriginPrivilege +
        ", extract(epoch FROM nullif(current_setting('idle_session_timeout', true), '')::interval)::double precision";

    /// <summary>Gets whether the user may set a replication origin; also on servers that know none.</summary>
    internal const string OriginPrivilege =
        "EXISTS (SELECT FROM pg_proc WHERE proname = 'pg_replication_origin_session_setup' AND has_function_privilege(oid, 'execute'))";

    /// <summary>Determines whether a replication origin is set up, which only some users may ask.</summary>
    internal const string OriginQuery = "SELECT pg_replication_origin_session_is_setup()";

    internal const string ResetOrigin = "SELECT pg_replication_origin_session_reset()";

    /// <summary>Determines whether a command is one that the provider itself sends: no trace shows them.</summary>
    internal static bool IsOurs(NpgsqlCommand command) =>
        command is OpeningCommand || (command.CommandText is var text && (ReferenceEquals(text, Validation) || ReferenceEquals(text, ResetRole) || ReferenceEquals(text, ProcessQuery)));

    /// <summary>The start-up option for a limit on statements.</summary>
    internal static string? LimitOption(TimeSpan? limit) => limit is null ? null : "-c statement_timeout=" + Milliseconds(limit);

    /// <summary>The statement for another limit.</summary>
    internal static string SetLimit(TimeSpan? limit) => "SET statement_timeout = " + Milliseconds(limit);

    /// <summary>
    /// Determines whether this is the session that was opened: ChangeDatabase leaves it for another, and so does
    /// closing and opening.
    /// </summary>
    internal static bool IsStill(this NpgsqlConnection session, int process) =>
        session.State == ConnectionState.Open && session.ProcessID == process;

    internal static async ValueTask EndAsync(this NpgsqlConnection session, string connectionString)
    {
        if (!string.Equals(session.ConnectionString, connectionString, StringComparison.Ordinal))
        {
            // ChangeDatabase took the connection to one of the driver's pools, which would keep a session for ever.
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
    /// The connection leaves its data source first: a late holder who opens it again must get no session.
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
    /// The data source goes first: a late holder who opens the connection again must not get the session from it.
    /// </summary>
    internal static async ValueTask AbortAsync(this NpgsqlConnection session, NpgsqlDataSource dataSource)
    {
        await dataSource.DisposeAsync().ConfigureAwait(false);
        if (!NpgsqlConnectionInternals.TryCut(session))
        {
            await session.EndAsync(dataSource.ConnectionString).ConfigureAwait(false);
        }
    }

    /// <summary>Asks an opened session what it got.</summary>
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
            // It speaks the protocol, and does not know all of this.
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
    /// Asks which process answers: as cheap as any question, and so the validation, too, where the answer matters.
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
