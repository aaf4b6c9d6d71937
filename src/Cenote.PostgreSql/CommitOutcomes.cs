using System.Data.Common;
using System.Globalization;

namespace Cenote.PostgreSql;

/// <summary>
/// Finds out what became of a commit without an answer, by the number of its transaction (<c>pg_xact_status</c>), and
/// by its row in the commit table if there is one.
/// </summary>
/// <remarks>
/// A number means one transaction only on one history of one server. After a failover another server may have given the
/// same number to another transaction. After a crash so may the same server, because it forgets the numbers of
/// transactions of which it had written nothing to its log. A crash resets the server's statistics, whose time shows
/// it. Then the number only shows that a transaction was not committed. The row shows both.
/// </remarks>
internal static class CommitOutcomes
{
    private const string Identity =
        """
        system_identifier::text,
        CASE WHEN pg_is_in_recovery() THEN NULL ELSE left(pg_walfile_name(pg_current_wal_insert_lsn()), 8) END,
        coalesce(pg_stat_get_bgwriter_stat_reset_time()::text, ''),
        pg_backend_pid()
        FROM pg_control_system()
        """;

    // Beside the transaction's number, because a transaction that is read-only cannot write the mark, although it may
    // have written before it became so.
    private const string NumberQuery = "SELECT pg_current_xact_id_if_assigned()::text, current_setting('transaction_read_only') = 'on', " + Identity;

    private const string OutcomeQuery = "SELECT pg_xact_status($1::xid8)";

    private const string ServerQuery = "SELECT " + Identity;

    // The session waits for a commit that was lost on its way, and holds its locks. Its number shows that it is still
    // the one. A session that is executing is left alone: it may be committing, or waiting for a synchronous replica.
    private const string EndQuery =
        """
        SELECT state, CASE WHEN state IN ('idle in transaction', 'idle in transaction (aborted)') THEN pg_terminate_backend(pid) END
          FROM pg_stat_activity WHERE pid = $1 AND backend_xid::text = $2
        """;

    internal static string CreateScript(string table) =>
        $"CREATE TABLE {Quote(table)} (session_id uuid PRIMARY KEY, commit_id uuid NOT NULL, committed_at timestamptz NOT NULL DEFAULT now())";

    internal static async ValueTask CheckAsync(DbConnection connection, string? table, CancellationToken cancellationToken)
    {
        await ReadRowAsync(connection, NumberQuery, [], cancellationToken).ConfigureAwait(false);
        if (table is not null)
        {
            await ReadRowAsync(connection, $"SELECT session_id, commit_id, committed_at FROM {Quote(table)} LIMIT 1", [], cancellationToken).ConfigureAwait(false);
        }
    }

    internal static object? Identify(DbConnection connection, CommitMark mark)
    {
        using var query = Create(connection, NumberQuery);
        object?[]? row;
        using (var reader = query.ExecuteReader())
        {
            row = reader.Read() ? Values(reader) : null;
        }

        var commit = Commit.Of(row, mark);
        if (commit is { WritesMark: true })
        {
            using var insert = CreateInsert(connection, mark);
            insert.ExecuteNonQuery();
        }

        return commit;
    }

    internal static async ValueTask<object?> IdentifyAsync(DbConnection connection, CommitMark mark, CancellationToken cancellationToken)
    {
        var commit = Commit.Of(await ReadRowAsync(connection, NumberQuery, [], cancellationToken).ConfigureAwait(false), mark);
        if (commit is { WritesMark: true })
        {
            var insert = CreateInsert(connection, mark);
            await using var ofInsert = insert.ConfigureAwait(false);
            await insert.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        }

        return commit;
    }

    internal static async ValueTask<CommitReading> ReadAsync(DbConnection connection, Commit commit, CancellationToken cancellationToken)
    {
        var server = await ReadRowAsync(connection, ServerQuery, [], cancellationToken).ConfigureAwait(false);
        if (server is not [string system, var timeline, string incarnation, _])
        {
            return new CommitReading(CommitOutcome.Unknown, "the server does not identify itself");
        }

        if (system != commit.System)
        {
            return new CommitReading(CommitOutcome.Unknown, "the pool is now connected to another database cluster");
        }

        if (timeline is not string history)
        {
            return new CommitReading(CommitOutcome.InProgress, "the server is a replica, or not yet promoted");
        }

        var isSameHistory = history == commit.Timeline;
        var isSameRun = isSameHistory && incarnation == commit.Incarnation;
        if (isSameRun)
        {
            return await ReadStatusAsync(connection, commit, cancellationToken).ConfigureAwait(false);
        }

        if (commit.WritesMark)
        {
            return await HasRowAsync(connection, commit.Mark, cancellationToken).ConfigureAwait(false)
                ? new CommitReading(CommitOutcome.Committed, "its row is in the commit table")
                : isSameHistory
                    ? new CommitReading(CommitOutcome.RolledBack, "its row is not in the commit table after a crash of the server")
                    : new CommitReading(CommitOutcome.Unknown, "another server took over, and the row of the transaction is not in its commit table");
        }

        if (!isSameHistory)
        {
            return new CommitReading(CommitOutcome.Unknown, "another server took over (its timeline differs), which numbers transactions by itself; only a CommitTable shows the outcome there");
        }

        // No transaction of the time before the crash is in progress.
        return await ReadStatusAsync(connection, commit, cancellationToken).ConfigureAwait(false) is { Outcome: CommitOutcome.Committed }
            ? new CommitReading(CommitOutcome.Unknown, "the server crashed, and the number of the transaction is that of a committed one, but the server may have used it twice; only a CommitTable shows the outcome then")
            : new CommitReading(CommitOutcome.RolledBack, "the server crashed before it committed the transaction");
    }

    private static async ValueTask<CommitReading> ReadStatusAsync(DbConnection connection, Commit commit, CancellationToken cancellationToken)
    {
        object?[]? row;
        try
        {
            row = await ReadRowAsync(connection, OutcomeQuery, [commit.Number], cancellationToken).ConfigureAwait(false);
        }
        catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.InvalidParameterValue)
        {
            // "transaction ID … is in the future"
            return new CommitReading(CommitOutcome.RolledBack, "the server does not know the transaction");
        }

        switch (row)
        {
            case ["committed"]:
                return new CommitReading(CommitOutcome.Committed, "the server reports it as committed");
            case ["aborted"]:
                return new CommitReading(CommitOutcome.RolledBack, "the server reports it as aborted");
            case ["in progress"]:
                var number = (ulong.Parse(commit.Number, CultureInfo.InvariantCulture) & uint.MaxValue).ToString(CultureInfo.InvariantCulture);
                var ended = await ReadRowAsync(connection, EndQuery, [commit.Process, number], cancellationToken).ConfigureAwait(false);
                return new CommitReading(CommitOutcome.InProgress, $"the server reports it as in progress (session: {(ended?[0] as string) ?? "not visible"})");
            default:
                return new CommitReading(CommitOutcome.Unknown, "the transaction is too old for the server to know its outcome");
        }
    }

    private static async ValueTask<bool> HasRowAsync(DbConnection connection, CommitMark mark, CancellationToken cancellationToken) =>
        await ReadRowAsync(connection, $"SELECT commit_id FROM {Quote(mark.Table!)} WHERE session_id = $1", [mark.Session], cancellationToken).ConfigureAwait(false) is [Guid commit]
        && commit == mark.Commit;

    private static DbCommand CreateInsert(DbConnection connection, CommitMark mark) => Create(
        connection,
        $"""
        INSERT INTO {Quote(mark.Table!)} (session_id, commit_id) VALUES ($1, $2)
        ON CONFLICT (session_id) DO UPDATE SET commit_id = excluded.commit_id, committed_at = excluded.committed_at
        """,
        mark.Session,
        mark.Commit);

    private static DbCommand Create(DbConnection connection, string text, params ReadOnlySpan<object> values)
    {
        var command = connection.CreateCommand();
        command.CommandText = text;
        foreach (var value in values)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        }

        return command;
    }

    private static async ValueTask<object?[]?> ReadRowAsync(DbConnection connection, string text, object[] values, CancellationToken cancellationToken)
    {
        var command = Create(connection, text, values);
        await using var ofCommand = command.ConfigureAwait(false);
        var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var ofReader = reader.ConfigureAwait(false);
        return await reader.ReadAsync(cancellationToken).ConfigureAwait(false) ? Values(reader) : null;
    }

    private static object?[] Values(DbDataReader reader)
    {
        var values = new object?[reader.FieldCount];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = reader.IsDBNull(i) ? null : reader.GetValue(i);
        }

        return values;
    }

    private static string Quote(string table) => string.Join('.', table.Split('.').Select(static part => $"\"{part}\""));

    /// <summary>A transaction before its commit.</summary>
    internal sealed record Commit(string Number, string System, string Timeline, string Incarnation, int Process, bool WritesMark, CommitMark Mark)
    {
        /// <summary>
        /// Returns <see langword="null"/> for a transaction without a number, which has written nothing.
        /// </summary>
        internal static Commit? Of(object?[]? row, CommitMark mark) =>
            row is [string number, bool isReadOnly, string system, string timeline, string incarnation, int process]
                ? new Commit(number, system, timeline, incarnation, process, mark.Table is not null && !isReadOnly, mark)
                : null;
    }
}
