using System.Data;

namespace Cenote.MySql;

/// <summary>The queries for what sessions are doing. Locks and transactions need the PROCESS privilege.</summary>
/// <remarks>
/// The driver is not given the token: it would open another connection to end the statement. The pool shuts the socket
/// down instead.
/// </remarks>
internal sealed class ActivityQueries(MySqlConnection connection, TimeSpan timeout, CancellationToken cancellationToken)
{
    // "You need (at least one of) the … privilege(s)", and a table that the user may not read.
    private const int AccessDenied = 1227;
    private const int TableAccessDenied = 1142;

    // In a long queue each session is blocked by all before it.
    private const int MaxSteps = 500;

    private const int MaxReads = 5;

    private static readonly ILookup<long, long> EmptyLookup = Array.Empty<long>().ToLookup(static id => id);

    private readonly bool _isMariaDb = SessionCommands.IsMariaDb(connection);
    private string? _limitation;

    internal async ValueTask<SessionReading> ReadAsync(IReadOnlyCollection<long> sessionIds, bool includesStatements)
    {
        var transactions = await ReadTransactionsAsync().ConfigureAwait(false);
        var blockers = transactions is null ? EmptyLookup : await ReadBlockersAsync().ConfigureAwait(false);
        var wanted = new HashSet<long>(sessionIds);
        var open = new Stack<long>(sessionIds);
        while (open.TryPop(out var id))
        {
            foreach (var blocker in blockers[id].Where(wanted.Add))
            {
                open.Push(blocker);
            }
        }

        var sessions = await ReadSessionsAsync(wanted, includesStatements, transactions, blockers).ConfigureAwait(false);
        return new SessionReading(sessions.Find(session => session.Id == connection.ServerThread) ?? new ServerSession { Id = -1 }, sessions) { Limitation = _limitation };
    }

    private bool HasOldWaits => _isMariaDb || connection.ServerVersion.StartsWith("5.", StringComparison.Ordinal);

    private async ValueTask<ILookup<long, long>> ReadBlockersAsync()
    {
        var waits = HasOldWaits
            ? "information_schema.INNODB_LOCK_WAITS AS waits JOIN information_schema.INNODB_TRX AS waiting ON waiting.trx_id = waits.requesting_trx_id JOIN information_schema.INNODB_TRX AS holding ON holding.trx_id = waits.blocking_trx_id"
            : "performance_schema.data_lock_waits AS waits JOIN information_schema.INNODB_TRX AS waiting ON waiting.trx_id = waits.REQUESTING_ENGINE_TRANSACTION_ID JOIN information_schema.INNODB_TRX AS holding ON holding.trx_id = waits.BLOCKING_ENGINE_TRANSACTION_ID";
        List<(long Waiting, long Holding)> pairs = [];
        await TryReadRowsAsync(
            string.Create(CultureInfo.InvariantCulture, $"SELECT DISTINCT waiting.trx_mysql_thread_id, holding.trx_mysql_thread_id FROM {waits} LIMIT {MaxSteps}"),
            row => pairs.Add((Number(row, 0), Number(row, 1)))).ConfigureAwait(false);
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
        await ExecuteAsync("START TRANSACTION WITH CONSISTENT SNAPSHOT").ConfigureAwait(false);
        for (var i = 0; i < MaxReads; i++)
        {
            HashSet<long> transactions = [];
            if (!await TryReadRowsAsync("SELECT trx_mysql_thread_id FROM information_schema.INNODB_TRX", row => transactions.Add(Number(row, 0))).ConfigureAwait(false))
            {
                return null;
            }

            if (transactions.Contains(connection.ServerThread))
            {
                return transactions;
            }

            await ExecuteAsync("DO SLEEP(0.11)").ConfigureAwait(false);
        }

        _limitation = "its list of transactions and locks is old, because another program reads it all the time";
        return null;
    }

    private async ValueTask<List<ServerSession>> ReadSessionsAsync(HashSet<long> wanted, bool includesStatements, HashSet<long>? transactions, ILookup<long, long> blockers)
    {
        List<ServerSession> sessions = [];
        await ReadRowsAsync(
            string.Create(
                CultureInfo.InvariantCulture,
                $"SELECT ID, USER, HOST, COMMAND, {(_isMariaDb ? "TIME_MS / 1000" : "TIME")}, STATE, {(includesStatements ? "LEFT(INFO, 1024)" : "NULL")} FROM information_schema.PROCESSLIST WHERE ID = CONNECTION_ID() OR ID IN ({string.Join(',', wanted.DefaultIfEmpty(-1))})"),
            row => sessions.Add(ReadSession(row, transactions, blockers))).ConfigureAwait(false);
        return sessions;
    }

    private static ServerSession ReadSession(DbDataReader row, HashSet<long>? transactions, ILookup<long, long> blockers)
    {
        var id = Number(row, 0);
        var isIdle = string.Equals(Text(row, 3), "Sleep", StringComparison.OrdinalIgnoreCase);
        var (address, port) = SplitHost(Text(row, 2));
        return new ServerSession
        {
            Id = id,
            User = Text(row, 1),
            ClientAddress = address,
            ClientPort = port,
            State = !isIdle ? SessionState.Running : transactions?.Contains(id) == true ? SessionState.IdleInTransaction : SessionState.Idle,
            IsTransactionHidden = transactions is null,
            StateDuration = row.IsDBNull(4) ? null : TimeSpan.FromSeconds(Math.Max(0, Convert.ToDouble(row.GetValue(4), CultureInfo.InvariantCulture))),
            IsWaitingForLock = !isIdle && (blockers.Contains(id) || IsLockState(Text(row, 5))),
            Statement = Text(row, 6),
            BlockedBy = [.. blockers[id]],
        };
    }

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
        var command = new MySqlCommand(sql, connection) { CommandTimeout = Math.Max(1, (int)Math.Ceiling(timeout.TotalSeconds)) };
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
