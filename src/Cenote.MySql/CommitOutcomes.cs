using System.Globalization;

namespace Cenote.MySql;

/// <summary>
/// Finds out what became of a commit without an answer, by a row that its transaction has written last. A global
/// transaction identifier does not serve: the server gives it at the commit, so it is lost with the answer.
/// </summary>
/// <remarks>
/// The row has an exclusive lock until its transaction has ended, so the outcome is certain as soon as the row can be
/// locked: committed if it contains the mark, and otherwise rolled back for good.
/// </remarks>
internal static class CommitOutcomes
{
    private const int TimeoutOfLock = 1205;
    private const int LockNotAvailable = 3572;

    // SQLSTATE of a write in a transaction that is read-only.
    private const string ReadOnlyTransaction = "25006";

    internal static string CreateScript(string table) =>
        $"CREATE TABLE {Quote(table)} (session_id BINARY(16) PRIMARY KEY, commit_id BINARY(16) NOT NULL, committed_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP) ENGINE=InnoDB";

    internal static async ValueTask CheckAsync(DbConnection connection, string? table, CancellationToken cancellationToken)
    {
        await ReadRowAsync(connection, $"SELECT {Server(connection)}", [], cancellationToken).ConfigureAwait(false);
        await ReadRowAsync(connection, $"SELECT committed_at FROM {Quote(table!)} WHERE session_id = @session AND commit_id = @commit FOR UPDATE NOWAIT", [("@session", NewBytes(Guid.Empty)), ("@commit", NewBytes(Guid.Empty))], cancellationToken).ConfigureAwait(false);
        var parts = table!.Split('.');
        var engine = await ReadRowAsync(
            connection,
            $"SELECT ENGINE FROM information_schema.TABLES WHERE TABLE_SCHEMA = {(parts.Length > 1 ? "@schema" : "DATABASE()")} AND TABLE_NAME = @name",
            [("@name", parts[^1]), ("@schema", parts[0])],
            cancellationToken).ConfigureAwait(false);
        if (engine is not ["InnoDB"])
        {
            throw new NotSupportedException($"CommitTable is a table of the engine {engine?[0] ?? "(unknown)"}. It must be InnoDB: others keep rows of transactions that were rolled back.");
        }
    }

    internal static object? Identify(DbTransaction transaction, CommitMark mark)
    {
        using var command = CreateInsert(transaction, mark);
        try
        {
            using var reader = command.ExecuteReader();
            return reader.Read() ? Commit.Of(reader, mark) : null;
        }
        catch (MySqlException exception) when (exception.SqlState == ReadOnlyTransaction)
        {
            return null;
        }
    }

    internal static async ValueTask<object?> IdentifyAsync(DbTransaction transaction, CommitMark mark, CancellationToken cancellationToken)
    {
        var command = CreateInsert(transaction, mark);
        await using var ofCommand = command.ConfigureAwait(false);
        try
        {
            var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            await using var ofReader = reader.ConfigureAwait(false);
            return await reader.ReadAsync(cancellationToken).ConfigureAwait(false) ? Commit.Of(reader, mark) : null;
        }
        catch (MySqlException exception) when (exception.SqlState == ReadOnlyTransaction)
        {
            return null;
        }
    }

    internal static async ValueTask<CommitReading> ReadAsync(DbConnection connection, Commit commit, CancellationToken cancellationToken)
    {
        var server = await ReadRowAsync(connection, $"SELECT {Server(connection)}", [], cancellationToken).ConfigureAwait(false);
        var isSameServer = server is [var id] && Text(id) == commit.Server;
        object?[]? row;
        try
        {
            // A locking read sees what was committed last, whatever the isolation level. On another server, which may
            // be a replica, nothing is locked.
            row = await ReadRowAsync(
                connection,
                $"SELECT commit_id FROM {Quote(commit.Mark.Table!)} WHERE session_id = @session{(isSameServer ? " FOR UPDATE NOWAIT" : "")}",
                [("@session", NewBytes(commit.Mark.Session))],
                cancellationToken).ConfigureAwait(false);
        }
        catch (MySqlException exception) when (exception.Number is TimeoutOfLock or LockNotAvailable)
        {
            return new CommitReading(CommitOutcome.InProgress, $"the transaction still holds the lock of its row (session: {await EndIfIdleAsync(connection, commit, cancellationToken).ConfigureAwait(false)})");
        }

        return row is [byte[] found] && found.AsSpan().SequenceEqual(NewBytes(commit.Mark.Commit))
            ? new CommitReading(CommitOutcome.Committed, "its row is in the commit table")
            : isSameServer
                ? new CommitReading(CommitOutcome.RolledBack, "its row is not in the commit table")
                : new CommitReading(CommitOutcome.Unknown, "the pool is now connected to another server, and the row of the transaction is not in its commit table");
    }

    /// <summary>
    /// Ends a session that waits for a commit that was lost on its way. The lock shows that it is still the same one. A
    /// session that is executing is left alone: it may be committing, or waiting for a replica.
    /// </summary>
    private static async ValueTask<string> EndIfIdleAsync(DbConnection connection, Commit commit, CancellationToken cancellationToken)
    {
        var row = await ReadRowAsync(connection, "SELECT COMMAND FROM information_schema.PROCESSLIST WHERE ID = @id", [("@id", commit.Session)], cancellationToken).ConfigureAwait(false);
        if (row is not [string state])
        {
            return "ended";
        }

        if (state == "Sleep")
        {
            var kill = connection.CreateCommand();
            await using var ofKill = kill.ConfigureAwait(false);
            kill.CommandText = "KILL " + commit.Session.ToString(CultureInfo.InvariantCulture);
            try
            {
                await kill.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (MySqlException exception) when (exception.ErrorCode == MySqlErrorCode.NoSuchThread)
            {
                return "ended";
            }
        }

        return state;
    }

    private static DbCommand CreateInsert(DbTransaction transaction, CommitMark mark)
    {
        var command = transaction.Connection!.CreateCommand();
        command.Transaction = transaction;
        command.CommandText =
            $"""
            INSERT INTO {Quote(mark.Table!)} (session_id, commit_id) VALUES (@session, @commit)
            ON DUPLICATE KEY UPDATE commit_id = @commit, committed_at = CURRENT_TIMESTAMP;
            SELECT CONNECTION_ID(), {Server(transaction.Connection!)}
            """;
        Add(command, "@session", NewBytes(mark.Session));
        Add(command, "@commit", NewBytes(mark.Commit));
        return command;
    }

    // MariaDB has no server_uuid, and server_uid only from 10.6.13 on. Its server_id is a copy in each session, too.
    private static string Server(DbConnection connection) =>
        !connection.ServerVersion.Contains("MariaDB", StringComparison.OrdinalIgnoreCase) ? "@@server_uuid" : "CONCAT_WS(' ', @@global.server_id, @@hostname, @@port, @@datadir)";

    private static async ValueTask<object?[]?> ReadRowAsync(DbConnection connection, string text, (string Name, object Value)[] values, CancellationToken cancellationToken)
    {
        var command = connection.CreateCommand();
        await using var ofCommand = command.ConfigureAwait(false);
        command.CommandText = text;
        foreach (var (name, value) in values)
        {
            Add(command, name, value);
        }

        var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var ofReader = reader.ConfigureAwait(false);
        if (!await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            return null;
        }

        var row = new object?[reader.FieldCount];
        for (var i = 0; i < row.Length; i++)
        {
            row[i] = reader.GetValue(i) is var value and not DBNull ? value is Guid guid ? NewBytes(guid) : value : null;
        }

        return row;
    }

    private static void Add(DbCommand command, string name, object value)
    {
        var parameter = command.CreateParameter();
        parameter.ParameterName = name;
        parameter.Value = value;
        command.Parameters.Add(parameter);
    }

    private static byte[] NewBytes(Guid value) => value.ToByteArray();

    private static string Text(object? value) => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";

    private static string Quote(string table) => string.Join('.', table.Split('.').Select(static part => $"`{part}`"));

    /// <summary>A transaction before its commit.</summary>
    internal sealed record Commit(long Session, string Server, CommitMark Mark)
    {
        internal static Commit Of(DbDataReader row, CommitMark mark) =>
            new(Convert.ToInt64(row.GetValue(0), CultureInfo.InvariantCulture), Text(row.GetValue(1)), mark);
    }
}
