namespace Cenote.ProviderTests.PostgreSql;

/// <summary>Statements that different things limit, on a server that has a few cores.</summary>
internal static class SizingWork
{
    internal const string Computing = "computing";
    internal const string Locking = "locking";
    internal const string Waiting = "waiting";
    internal const string Updating = "updating";

    private static readonly Dictionary<string, string> Statements = new(StringComparer.Ordinal)
    {
        // Some milliseconds of a core: long beside the client's part.
        [Computing] = "SELECT sum(i * i) FROM generate_series(1, 30000) AS i",

        // The sleep needs the updated row, so the lock is held meanwhile: the fastest machine does no more than 500/s.
        [Locking] = "WITH changed AS (UPDATE counter SET value = value + 1 WHERE id = 1 RETURNING value) SELECT pg_sleep(0.002) FROM changed",

        // As if it read from elsewhere for 10 ms, and computed for one.
        [Waiting] = "SELECT pg_sleep(0.01), (SELECT sum(i * i) FROM generate_series(1, 7000) AS i)",
        [Updating] = "UPDATE counter SET value = value + 1 WHERE id = 1",
    };

    internal static IReadOnlyCollection<string> All => Statements.Keys;

    internal static async Task<string> PrepareAsync(OwnDatabase database, string work)
    {
        await using var connection = await database.ConnectAsync();
        await connection.ExecuteAsync("CREATE TABLE counter (id int PRIMARY KEY, value bigint); INSERT INTO counter VALUES (1, 0)");
        return Statements[work];
    }

    /// <summary>Callers that rent and execute until they are stopped; then each finishes its statement.</summary>
    /// <returns>How many statements were executed.</returns>
    internal static async Task<long> LoadAsync(ConnectionPool pool, string statement, int callers, CancellationToken stop)
    {
        var executed = await Task.WhenAll(Enumerable.Range(0, callers).Select(_ => Task.Run(() => CallAsync(pool, statement, stop), CancellationToken.None)));
        return executed.Sum();
    }

    private static async Task<long> CallAsync(ConnectionPool pool, string statement, CancellationToken stop)
    {
        var executed = 0L;
        try
        {
            while (true)
            {
                await using var lease = await pool.RentAsync(stop);
                await lease.Connection.ExecuteAsync(statement);
                executed++;
                stop.ThrowIfCancellationRequested();
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return executed;
        }
    }
}
