using System.Data;

namespace Cenote.MySql;

/// <summary>The queries for what sessions are doing. Locks and transactions need the PROCESS privilege.</summary>
/// <remarks>
/// The driver is not given the token: it would open another connection to end the statement, and a busy server must not
/// be asked for one. The socket is shut down instead.
/// </remarks>
internal sealed class ActivityQueries(MySqlConnection connection, TimeSpan timeout, CancellationToken cancellationToken)
{
    // "You need (at least one of) the … privilege(s)", and a table that the user may not read.
    private const int AccessDenied = 1227;
    private const int TableAccessDenied = 1142;

    // In a long queue each session is blocked by all before it.
    private const int MaxSteps = 500;
    private const int MaxLevels = 10;

    private const int MaxReads = 5;

    private static readonly ILookup<long, long> EmptyLookup = Array.Empty<long>().ToLookup(static id => id);

    private readonly bool _isMariaDb = SessionCommands.IsMariaDb(connection);
    private string? _limitation;
    private long _begun;

    internal async ValueTask<SessionReading> ReadAsync(IReadOnlyCollection<long> sessionIds, bool includesStatements)
    {
        var cut = cancellationToken.UnsafeRegister(static connection => MySqlConnectorInternals.TryCut((MySqlConnection)connection!), connection);
        await using var ofCut = cut.ConfigureAwait(false);
        var transactions = await ReadTransactionsAsync().ConfigureAwait(false);
        var wanted = new HashSet<long>(sessionIds);
        var blockers = transactions is null ? EmptyLookup : await ReadBlockersAsync(wanted).ConfigureAwait(false);
        var (own, sessions) = await ReadSessionsAsync(wanted, includesStatements, transactions, blockers).ConfigureAwait(false);
        return new SessionReading(own ?? throw new InvalidOperationException("PROCESSLIST does not contain the own session."), sessions) { Limitation = _limitation };
    }

    private bool HasOldWaits => _isMariaDb || connection.ServerVersion.StartsWith("5.", StringComparison.Ordinal);

    /// <summary>Reads who blocks the sessions, and who blocks those, and adds them.</summary>
    private async ValueTask<ILookup<long, long>> ReadBlockersAsync(HashSet<long> wanted)
    {
        var waits = HasOldWaits
            ? "information_schema.INNODB_LOCK_WAITS AS waits JOIN information_schema.INNODB_TRX AS waiting ON waiting.trx_id = waits.requesting_trx_id JOIN information_schema.INNODB_TRX AS holding ON holding.trx_id = waits.blocking_trx_id"
            : "performance_schema.data_lock_waits AS waits JOIN information_schema.INNODB_TRX AS waiting ON waiting.trx_id = waits.REQUESTING_ENGINE_TRANSACTION_ID JOIN information_schema.INNODB_TRX AS holding ON holding.trx_id = waits.BLOCKING_ENGINE_TRANSACTION_ID";
        List<(long Waiting, long Holding)> pairs = [];
        var open = wanted.ToList();
        for (var level = 0; level < MaxLevels && open.Count > 0 && pairs.Count < MaxSteps; level++)
        {
            var first = pairs.Count;
            if (!await TryReadRowsAsync(
                string.Create(CultureInfo.InvariantCulture, $"SELECT DISTINCT waiting.trx_mysql_thread_id, holding.trx_mysql_thread_id FROM {waits} WHERE waiting.trx_mysql_thread_id IN ({string.Join(',', open)}) LIMIT {MaxSteps - first}"),
                row => pairs.Add((Number(row, 0), Number(row, 1)))).ConfigureAwait(false))
            {
                return EmptyLookup;
            }

            open = [.. pairs.Skip(first).Select(static pair => pair.Holding).Where(wanted.Add)];
        }

        if (pairs.Count >= MaxSteps || open.Count > 0)
        {
            _limitation = "there are more waits for locks than are read, so some are missing";
        }

        return pairs.ToLookup(static pair => pair.Waiting, static pair => pair.Holding);
    }

    /// <summary>
    /// Reads which sessions have a transaction. The server keeps the list, with that of the waits, until it was not
    /// read for 0.1 s, so a program that reads it more often keeps it old (seen with MariaDB 10.11). An own transaction
    /// shows how new it is.
    /// </summary>
    /// <returns><see langword="null"/> if it may not be read, or stays old.</returns>
    private async ValueTask<HashSet<long>?> ReadTransactionsAsync()
    {
        _begun = TimeProvider.System.GetTimestamp();
        await ExecuteAsync("START TRANSACTION WITH CONSISTENT SNAPSHOT").ConfigureAwait(false);
        for (var i = 0; i < MaxReads; i++)
        {
            HashSet<long> transactions = [];
            var hasOwn = false;
            if (!await TryReadRowsAsync(
                "SELECT trx_mysql_thread_id, trx_mysql_thread_id = CONNECTION_ID() FROM information_schema.INNODB_TRX",
                row => hasOwn |= transactions.Add(Number(row, 0)) && Number(row, 1) == 1).ConfigureAwait(false))
            {
                return null;
            }

            if (hasOwn)
            {
                return transactions;
            }

            await ExecuteAsync("DO SLEEP(0.11)").ConfigureAwait(false);
        }

        _limitation = "its list of transactions and locks is old, because another program reads it all the time";
        return null;
    }

    private async ValueTask<(ServerSession? Own, List<ServerSession> All)> ReadSessionsAsync(HashSet<long> wanted, bool includesStatements, HashSet<long>? transactions, ILookup<long, long> blockers)
    {
        ServerSession? own = null;
        List<ServerSession> sessions = [];
        await ReadRowsAsync(
            string.Create(
                CultureInfo.InvariantCulture,
                $"SELECT ID, USER, HOST, COMMAND, {(_isMariaDb ? "TIME_MS / 1000" : "TIME")}, STATE, {(includesStatements ? "LEFT(INFO, 1024)" : "NULL")}, ID = CONNECTION_ID() FROM information_schema.PROCESSLIST WHERE ID = CONNECTION_ID() OR ID IN ({string.Join(',', wanted.DefaultIfEmpty(-1))})"),
            row =>
            {
                var session = ReadSession(row, transactions, blockers);
                sessions.Add(session);
                own = Number(row, 7) == 1 ? session : own;
            }).ConfigureAwait(false);
        return (own, sessions);
    }

    private ServerSession ReadSession(DbDataReader row, HashSet<long>? transactions, ILookup<long, long> blockers)
    {
        var id = Number(row, 0);
        var isIdle = string.Equals(Text(row, 3), "Sleep", StringComparison.OrdinalIgnoreCase);
        var (address, port) = SplitHost(Text(row, 2));
        var waitsForClient = !isIdle && IsWaitingForClient(Text(row, 5));
        TimeSpan? duration = row.IsDBNull(4) ? null : TimeSpan.FromSeconds(Math.Max(0, Convert.ToDouble(row.GetValue(4), CultureInfo.InvariantCulture)));
        return new ServerSession
        {
            Id = id,
            User = Text(row, 1),
            ClientAddress = address,
            ClientPort = port,
            // Since its last statement, the transactions were listed, unless it has become idle only now.
            State = waitsForClient ? SessionState.WaitingForClient
                : !isIdle ? SessionState.Running
                : transactions?.Contains(id) != true ? SessionState.Idle
                : duration > TimeProvider.System.GetElapsedTime(_begun) ? SessionState.IdleInTransaction
                : SessionState.Unknown,
            IsTransactionHidden = transactions is null,
            StateDuration = duration,
            // The locks were listed a moment before.
            IsWaitingForLock = !isIdle && !waitsForClient && (blockers.Contains(id) || IsLockState(Text(row, 5))),
            Statement = Text(row, 6),
            BlockedBy = [.. blockers[id]],
        };
    }

    /// <summary>
    /// Returns whether a session that runs a statement sends a result, which its client may not read, or reads more of
    /// the statement: in the words of MariaDB and of MySQL.
    /// </summary>
    private static bool IsWaitingForClient(string? state) => state is "Writing to net" or "Reading from net" or "Sending to client" or "Receiving from client";

    /// <summary>Returns whether a session waits for a lock of a table, of its definition, or of a user.</summary>
    private static bool IsLockState(string? state) =>
        state is not null && ((state.StartsWith("Waiting for ", StringComparison.Ordinal) && state.Contains("lock", StringComparison.Ordinal)) || state == "User lock");

    private static (string? Address, int? Port) SplitHost(string? host)
    {
        var colon = host?.LastIndexOf(':') ?? -1;
        return colon > 0 && int.TryParse(host.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port) ? (host![..colon], port) : (host, null);
    }

    private async ValueTask<bool> TryReadRowsAsync(string sql, Action<DbDataReader> read)
    {
        try
        {
            await ReadRowsAsync(sql, read).ConfigureAwait(false);
            return true;
        }
        catch (MySqlException exception) when (exception.Number is AccessDenied or TableAccessDenied)
        {
            _limitation = "locks and transactions are not visible to the pool's user, unless it is granted PROCESS" + (HasOldWaits ? "" : " and may read performance_schema.data_lock_waits");
            return false;
        }
    }

    private ValueTask ExecuteAsync(string sql) => ReadRowsAsync(sql, static _ => { });

    private async ValueTask ReadRowsAsync(string sql, Action<DbDataReader> read)
    {
        cancellationToken.ThrowIfCancellationRequested();
        // Later than the token, because the driver's timeout opens another connection, too.
        var command = new MySqlCommand(sql, connection) { CommandTimeout = (int)Math.Ceiling(timeout.TotalSeconds) + 5 };
        await using var ofCommand = command.ConfigureAwait(false);
        var rows = await command.ExecuteReaderAsync(CommandBehavior.Default, CancellationToken.None).ConfigureAwait(false);
        await using var ofRows = rows.ConfigureAwait(false);
        while (await rows.ReadAsync(CancellationToken.None).ConfigureAwait(false))
        {
            read(rows);
        }
    }

    private static long Number(DbDataReader row, int column) => Convert.ToInt64(row.GetValue(column), CultureInfo.InvariantCulture);

    private static string? Text(DbDataReader row, int column) => row.IsDBNull(column) ? null : Convert.ToString(row.GetValue(column), CultureInfo.InvariantCulture);
}
