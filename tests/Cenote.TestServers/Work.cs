namespace Cenote.TestServers;

/// <summary>What a client does with its connection: asks who it is talking to, and writes a little.</summary>
/// <param name="WhoAmI">Answers with session number, incarnation of the server, and the parameter
/// <c>@nonce</c>.</param>
/// <param name="Write">A statement that writes.</param>
/// <param name="BeginsByStatement">
/// Whether transactions begin and end with statements: MySqlConnector's own transactions have no command timeout, and
/// where a server is silent their holder waits for ever.
/// </param>
internal sealed record Work(string WhoAmI, string Write, bool BeginsByStatement)
{
    /// <summary>In seconds: the shortest that the drivers know.</summary>
    private const int CommandTimeout = 1;

    /// <param name="connection">Its connection.</param>
    /// <param name="writes">Whether it writes, in a transaction.</param>
    /// <param name="says">Told what it is about to do.</param>
    /// <returns>The session, under a name that no other session of any incarnation has; <see langword="null"/> where
    /// sessions have no number.</returns>
    /// <exception cref="CrossedAnswerException">The answer belongs to another question.</exception>
    internal async Task<string?> RunAsync(DbConnection connection, bool writes, Action<string> says)
    {
        says("beginning a transaction");
        await using var transaction = writes && !BeginsByStatement ? await connection.BeginTransactionAsync() : null;
        if (writes && BeginsByStatement)
        {
            await ExecuteAsync(connection, transaction: null, "START TRANSACTION");
        }

        says("asking");
        var nonce = NewNonce();
        string? session;
        await using (var command = Ask(connection, transaction, nonce))
        await using (var reader = await command.ExecuteReaderAsync())
        {
            session = await reader.ReadAsync() ? Read(reader, nonce) : throw new CrossedAnswerException("no row");
        }

        if (writes)
        {
            says("writing");
            await ExecuteAsync(connection, transaction, Write);
            says("committing");
            await (transaction?.CommitAsync() ?? ExecuteAsync(connection, transaction: null, "COMMIT"));
        }

        return session;
    }

    internal string? Run(DbConnection connection)
    {
        var nonce = NewNonce();
        using var command = Ask(connection, transaction: null, nonce);
        using var reader = command.ExecuteReader();
        return reader.Read() ? Read(reader, nonce) : throw new CrossedAnswerException("no row");
    }

    private static string? Read(DbDataReader reader, long nonce)
    {
        var answered = Convert.ToInt64(reader.GetValue(2), CultureInfo.InvariantCulture);
        return answered == nonce
            ? reader.IsDBNull(0) ? null : $"{reader.GetValue(1)}/{reader.GetValue(0)}"
            : throw new CrossedAnswerException($"asked {nonce}, answered {answered}");
    }

    private static async Task ExecuteAsync(DbConnection connection, DbTransaction? transaction, string text)
    {
        await using var command = Command(connection, transaction, text);
        await command.ExecuteNonQueryAsync();
    }

    private DbCommand Ask(DbConnection connection, DbTransaction? transaction, long nonce)
    {
        var command = Command(connection, transaction, WhoAmI);
        var parameter = command.CreateParameter();
        parameter.ParameterName = "@nonce";
        parameter.Value = nonce;
        command.Parameters.Add(parameter);
        return command;
    }

    private static DbCommand Command(DbConnection connection, DbTransaction? transaction, string text)
    {
        var command = connection.CreateCommand();
        command.CommandText = text;
        command.CommandTimeout = CommandTimeout;
        command.Transaction = transaction;
        return command;
    }

    private static long NewNonce() => Random.Shared.NextInt64(1, long.MaxValue);
}
