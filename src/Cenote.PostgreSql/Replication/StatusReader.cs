using System.Data;
using System.Data.Common;

namespace Cenote.PostgreSql.Replication;

/// <summary>A reader of a server's role in replication, as far as the user may see it.</summary>
/// <remarks>Thread-safe. Remembers what the server did not know or allow, so that every later query is one round
/// trip.</remarks>
internal sealed class StatusReader
{
    // Whether the server is in recovery is read once, in a subquery that OFFSET keeps in one piece: it may be promoted
    // at any moment. The other way needs a restart. What fails in recovery is only called where it was not; replay's
    // functions answer, or give NULL, in any state.
    //
    // A primary's position is where its next record goes, not what it has written: with synchronous_commit off, a
    // commit is acknowledged earlier. Its timeline is in the name of the file that it writes. pg_control_checkpoint()
    // has the timeline of the last checkpoint, which a promotion does not wait for. So the timeline of a following
    // replica is only known from the receiver, and only to members of pg_read_all_stats. One that has received nothing
    // beyond what it has replayed may follow no server: what counts is then the timeline that its control file has. So
    // it is with a former primary that was not rewound: its receiver comes and goes, or waits forever at the end of the
    // old timeline.
    //
    // Every user may see whether a receiver runs. What it has not received cannot be read here, so the server's lag is
    // a lower limit.
    //
    // A server that was promoted since its start has had a receiver, and has replayed up to the start of its timeline.
    // What one has replayed that was restarted since ends elsewhere.
    private const string OfPrimary =
        """
        SELECT server.replica,
               CASE WHEN server.replica THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_insert_lsn() END::text,
               current_setting('wal_block_size')::bigint,
               pg_size_bytes(current_setting('wal_segment_size')),
               CASE WHEN NOT server.replica AND pg_last_wal_receive_lsn() IS NOT NULL THEN pg_last_wal_replay_lsn() END::text,
               CASE WHEN NOT server.replica THEN ('x' || left(pg_walfile_name(pg_current_wal_insert_lsn()), 8))::bit(32)::int

        """;

    private const string Status = OfPrimary +
        """
                    WHEN receiver.pid IS NOT NULL AND pg_last_wal_replay_lsn() <= pg_last_wal_receive_lsn() THEN receiver.received_tli
                    ELSE {0} END::bigint,
               CASE WHEN NOT server.replica THEN NULL
                    WHEN receiver.pid IS NOT NULL AND coalesce(receiver.status, 'streaming') = 'streaming'
                         AND pg_last_wal_receive_lsn() <= pg_last_wal_replay_lsn() THEN 0
                    ELSE extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp()) END::double precision,
        """;

    // The start time identifies a running server. Queried twice, because a load-balancing proxy (pgpool-II) sends a
    // query with functions that may write to the primary. It sends one without to any server, where applications also
    // read. Both travel together.
    private const string Server = "extract(epoch FROM pg_postmaster_start_time())::text";

    private const string PlainRead = "; SELECT " + Server;

    private const string Parts = " FROM (SELECT pg_is_in_recovery() AS replica OFFSET 0) server LEFT JOIN pg_stat_wal_receiver receiver ON true";

    private const string Position = OfPrimary +
        """
               END::bigint
          FROM (SELECT pg_is_in_recovery() AS replica OFFSET 0) server
        """;

    /// <summary>
    /// The queries, from the most complete to the simplest. A compatible server need not have the log, and functions
    /// may be forbidden.
    /// </summary>
    private static readonly string[] Questions =
    [
        Complete(
            stoppedOn: "(SELECT greatest(timeline_id, min_recovery_end_timeline) FROM pg_control_checkpoint(), pg_control_recovery())",
            identity: "(SELECT system_identifier::text FROM pg_control_system())"),
        Complete(stoppedOn: "NULL", identity: "NULL::text"),
        "SELECT pg_is_in_recovery(), NULL::text, NULL::bigint, NULL::bigint, NULL::text, NULL::bigint, NULL::double precision, NULL::text, NULL::text",
    ];

    private int _question;
    private volatile bool _hasNoPosition;
    private volatile Start? _start;

    internal async ValueTask<ServerStatus> ReadStatusAsync(DbConnection connection, CancellationToken cancellationToken)
    {
        for (var question = Volatile.Read(ref _question); question < Questions.Length; question = Next(question))
        {
            try
            {
                return await AskStatusAsync(connection, Questions[question], cancellationToken).ConfigureAwait(false);
            }
            catch (PostgresException exception) when (IsUnknownHere(connection, exception))
            {
            }
        }

        return ServerStatus.Unknown;
    }

    internal async ValueTask<ReplicationPosition?> ReadPositionAsync(DbConnection connection, CancellationToken cancellationToken)
    {
        try
        {
            return _hasNoPosition ? null : await AskAsync(connection, Position, ToPosition, cancellationToken).ConfigureAwait(false);
        }
        catch (PostgresException exception) when (IsUnknownHere(connection, exception))
        {
            _hasNoPosition = true;
            return null;
        }
    }

    internal ReplicationPosition? ReadPosition(DbConnection connection, TimeSpan timeout)
    {
        if (_hasNoPosition)
        {
            return null;
        }

        try
        {
            using var command = connection.CreateCommand();
            command.CommandTimeout = Math.Max(1, (int)Math.Ceiling(timeout.TotalSeconds));
            command.CommandText = Position;
            using var reader = command.ExecuteReader();
            return reader.Read() ? ToPosition(reader) : null;
        }
        catch (PostgresException exception) when (IsUnknownHere(connection, exception))
        {
            _hasNoPosition = true;
            return null;
        }
    }

    private static string Complete(string stoppedOn, string identity) => $"{Status.Replace("{0}", stoppedOn, StringComparison.Ordinal)} {identity}, {Server}{Parts}{PlainRead}";

    private int Next(int question)
    {
        Interlocked.CompareExchange(ref _question, question + 1, question);
        return question + 1;
    }

    // Class 42: an unknown function, or not for this user. 0A000: a function that a cloud service does not offer.
    private static bool IsUnknownHere(DbConnection connection, PostgresException exception) =>
        connection.State == ConnectionState.Open
        && (exception.SqlState.StartsWith("42", StringComparison.Ordinal) || exception.SqlState is PostgresErrorCodes.FeatureNotSupported);

    private async ValueTask<ServerStatus> AskStatusAsync(DbConnection connection, string question, CancellationToken cancellationToken)
    {
        var command = connection.CreateCommand();
        await using var ofCommand = command.ConfigureAwait(false);
        command.CommandText = question;
        var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var ofReader = reader.ConfigureAwait(false);
        if (!await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            return ServerStatus.Unknown;
        }

        var status = ToStatus(reader);
        var readsAlike = !await reader.NextResultAsync(cancellationToken).ConfigureAwait(false)
            || !await reader.ReadAsync(cancellationToken).ConfigureAwait(false)
            || string.Equals(reader.GetString(0), status.ServerId, StringComparison.Ordinal);
        return readsAlike ? status : status with { HasMultipleServers = true };
    }

    private static async ValueTask<T?> AskAsync<T>(DbConnection connection, string question, Func<DbDataReader, T?> read, CancellationToken cancellationToken)
        where T : class
    {
        var command = connection.CreateCommand();
        await using var ofCommand = command.ConfigureAwait(false);
        command.CommandText = question;
        var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var ofReader = reader.ConfigureAwait(false);
        return await reader.ReadAsync(cancellationToken).ConfigureAwait(false) ? read(reader) : null;
    }

    private ServerStatus ToStatus(DbDataReader row) => new()
    {
        Role = row.GetBoolean(0) ? ServerRole.Replica : ServerRole.Primary,
        Position = ToPosition(row),
        Timeline = row.IsDBNull(5) ? null : row.GetInt64(5),

        // Two machines' clocks: a replica with a slow clock would be ahead.
        Lag = row.IsDBNull(6) ? null : TimeSpan.FromSeconds(Math.Max(0, row.GetDouble(6))),
        ClusterId = row.IsDBNull(7) ? null : row.GetString(7),
        ServerId = row.IsDBNull(8) ? null : row.GetString(8),
    };

    private WalPosition? ToPosition(DbDataReader row)
    {
        if (row.IsDBNull(1))
        {
            return null;
        }

        var location = ToLocation(row, 1);
        if (row.GetBoolean(0) || row.IsDBNull(5))
        {
            // A receiver may be on a timeline whose beginning the replica has not replayed.
            return new WalPosition(location);
        }

        var timeline = row.GetInt64(5);
        if (!row.IsDBNull(4))
        {
            _start = new Start(timeline, ToLocation(row, 4));
        }

        return new WalPosition(location, timeline) { IsOfPrimary = true, TimelineStart = _start is { } start && start.Timeline == timeline ? start.Location : null };
    }

    private static ulong ToLocation(DbDataReader row, int column) =>
        WalPosition.BeforePageHeader(WalPosition.Parse(row.GetString(column)).Location, (ulong)row.GetInt64(2), (ulong)row.GetInt64(3));

    /// <summary>Where the timeline of the server began, which the server itself forgets when it restarts.</summary>
    private sealed record Start(long Timeline, ulong Location);
}
