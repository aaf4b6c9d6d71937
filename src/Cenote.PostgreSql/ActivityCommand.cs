using System.Data.Common;
using System.Globalization;

namespace Cenote.PostgreSql;

/// <summary>The query for what sessions are doing. Its values have types that need no catalogue.</summary>
internal sealed class ActivityCommand : NpgsqlCommand
{
    // For each, the server briefly locks all its locks, so it is called once for each, and in a long queue each session
    // is blocked by all before it.
    private const int MaxWaiting = 20;
    private const int MaxAsked = 100;
    private const int MaxSteps = 200;

    // An active session that sends a result which its client does not read, or waits for more of the statement.
    private const string WaitsForClient = "active, waiting for the client";

    private ActivityCommand(NpgsqlConnection connection, string text, TimeSpan timeout)
        : base(text, connection) => CommandTimeout = Math.Max(1, (int)Math.Ceiling(timeout.TotalSeconds));

    internal static async ValueTask<SessionReading> ReadAsync(
        NpgsqlConnection connection, IReadOnlyCollection<long> sessionIds, bool includesStatements, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var command = new ActivityCommand(connection, TextFor(sessionIds, includesStatements), timeout);
        await using (command.ConfigureAwait(false))
        {
            var rows = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            await using (rows.ConfigureAwait(false))
            {
                ServerSession? own = null;
                List<ServerSession> sessions = [];
                while (await rows.ReadAsync(cancellationToken).ConfigureAwait(false))
                {
                    var session = ReadSession(rows);
                    sessions.Add(session);
                    own = rows.GetBoolean(0) ? session : own;
                }

                return new SessionReading(own ?? throw new InvalidOperationException("pg_stat_activity does not contain the own session."), sessions)
                {
                    Limitation = sessions.Exists(static session => session.IsHidden)
                        ? "sessions of other users are not visible to the pool's user, unless it is granted pg_read_all_stats"
                        : null,
                };
            }
        }
    }

    private static string TextFor(IReadOnlyCollection<long> sessionIds, bool includesStatements) => string.Create(
        CultureInfo.InvariantCulture,
        $$"""
        WITH RECURSIVE activity AS (
            SELECT pid, usename, client_addr, client_port, state, wait_event_type, backend_start, query_start, state_change, query
            FROM pg_catalog.pg_stat_activity),
        levels (asked, waiting, blocking, next) AS (
            SELECT '{}'::int[], '{}'::int[], '{}'::int[], (
                SELECT array_agg(first.pid) FROM (
                    SELECT wanted.pid
                    FROM unnest('{{{string.Join(',', sessionIds)}}}'::int[]) WITH ORDINALITY AS wanted (pid, place) JOIN activity ON activity.pid = wanted.pid AND activity.wait_event_type = 'Lock'
                    ORDER BY wanted.place LIMIT {{MaxWaiting}}) AS first)
            UNION ALL
            SELECT levels.asked || levels.next, found.waiting, found.blocking, found.next[1:{{MaxWaiting}}]
            FROM levels, LATERAL (
                SELECT array_agg(waiter.pid) AS waiting, array_agg(blocker.pid) AS blocking,
                    array_agg(DISTINCT blocker.pid) FILTER (
                        WHERE blocker.pid <> ALL (levels.asked || levels.next) AND EXISTS (SELECT 1 FROM activity WHERE activity.pid = blocker.pid AND activity.wait_event_type = 'Lock')) AS next
                FROM unnest(levels.next) AS waiter (pid), unnest(pg_catalog.pg_blocking_pids(waiter.pid)) AS blocker (pid)) AS found
            WHERE levels.next IS NOT NULL AND cardinality(levels.asked) < {{MaxAsked}}),
        chain AS (SELECT DISTINCT pair.pid, pair.blocker FROM levels, unnest(levels.waiting, levels.blocking) AS pair (pid, blocker) LIMIT {{MaxSteps}})
        SELECT pid = pg_catalog.pg_backend_pid(), pid, usename::text, host(client_addr), client_port,
            CASE WHEN state = 'active' AND wait_event_type = 'Client' THEN '{{WaitsForClient}}' ELSE state END, coalesce(wait_event_type = 'Lock', false),
            extract(epoch FROM clock_timestamp() - backend_start)::float8,
            extract(epoch FROM clock_timestamp() - CASE WHEN state = 'active' THEN query_start ELSE state_change END)::float8,
            {{(includesStatements ? "query" : "NULL::text")}},
            (SELECT string_agg(blocker::text, ',') FROM chain WHERE chain.pid = activity.pid)
        FROM activity
        WHERE pid = pg_catalog.pg_backend_pid() OR pid = ANY ('{{{string.Join(',', sessionIds)}}}'::int[]) OR pid IN (SELECT blocker FROM chain)
        """);

    private static ServerSession ReadSession(DbDataReader row)
    {
        var state = row.IsDBNull(5) ? null : row.GetString(5);
        return new ServerSession
        {
            Id = row.GetInt32(1),
            User = row.IsDBNull(2) ? null : row.GetString(2),
            ClientAddress = row.IsDBNull(3) ? null : row.GetString(3),
            ClientPort = row.IsDBNull(4) || row.GetInt32(4) <= 0 ? null : row.GetInt32(4),
            State = state switch
            {
                WaitsForClient => SessionState.WaitingForClient,
                "active" or "fastpath function call" => SessionState.Running,
                "idle" => SessionState.Idle,
                "idle in transaction" or "idle in transaction (aborted)" => SessionState.IdleInTransaction,
                _ => SessionState.Unknown,
            },
            IsHidden = state is null,
            IsWaitingForLock = row.GetBoolean(6),
            Age = Seconds(row, 7),
            StateDuration = Seconds(row, 8),
            Statement = row.IsDBNull(9) ? null : row.GetString(9),
            BlockedBy = row.IsDBNull(10) ? [] : [.. row.GetString(10).Split(',').Select(static id => long.Parse(id, CultureInfo.InvariantCulture))],
        };
    }

    private static TimeSpan? Seconds(DbDataReader row, int column) =>
        row.IsDBNull(column) ? null : TimeSpan.FromSeconds(Math.Max(0, row.GetDouble(column)));
}
