using System.Collections.Concurrent;
using System.Globalization;

namespace Cenote.FaultTests.Commits;

/// <summary>
/// Work whose commits meet with every fault: each reports whether it was done, and the table has the truth.
/// </summary>
internal sealed class CommitLab(DatabaseServer server, string? table, int rounds, int kills)
{
    private const int Workers = 8;

    private readonly ConcurrentDictionary<int, string> _reports = new();
    private readonly ConcurrentDictionary<string, int> _failures = new(StringComparer.Ordinal);
    private int _next;
    private int _attempts;
    private int _killed;

    private string Schema => server is MariaDbServer ? "lab." : "";

    /// <summary>Returns what was reported and what is true, as one line, and the lies.</summary>
    internal async Task<(string Summary, IReadOnlyList<string> Lies, int Unknown, int Resolved)> RunAsync()
    {
        await server.ExecuteAsync(SetUp());
        await using var cutter = new CommitCutter(server.Port, Draw, EndSessionsAsync);
        var options = new ConnectionPoolOptions { MinSize = 0, MaxSize = Workers, CommitTable = table, AcquireTimeout = TimeSpan.FromSeconds(20), CircuitBreaker = null, MaxOpenRetries = 50 };
        PoolStatistics statistics;
        await using (var pool = new ConnectionPool(server.CreateProvider(cutter.Port), options))
        {
            if (table is not null)
            {
                await using var connection = await pool.OpenConnectionAsync();
                await ExecuteAsync(connection, pool.GetCommitTableScript());
            }

            var killing = KillAsync();
            await Task.WhenAll(Enumerable.Range(0, Workers).Select(_ => Task.Run(() => WorkAsync(pool))));
            await killing;
            statistics = pool.GetStatistics();
        }

        var rows = await ReadRowsAsync();
        List<string> lies = [];
        foreach (var (id, report) in _reports.OrderBy(pair => pair.Key))
        {
            var count = rows.GetValueOrDefault(id);
            if ((report == "done" && count != 1) || (report == "failed" && count != 0) || count > 1)
            {
                lies.Add($"work {id}: {report}, {count} rows");
            }
        }

        var unknown = _reports.Values.Count(report => report == "unknown");
        var summary = string.Create(CultureInfo.InvariantCulture, $"""
            {server.Name}{(table is null ? "" : " with a commit table")}: {_reports.Count} works in {_attempts} runs, {_killed} kills of the server; commits: {cutter.Describe()};
            reported: {_reports.Values.Count(report => report == "done")} done, {_reports.Values.Count(report => report == "failed")} failed, {unknown} unknown; found out: {statistics.CommitsFoundCommitted} committed, {statistics.CommitsFoundRolledBack} rolled back;
            lies: {lies.Count} ({string.Join("; ", lies)}). Failures: {string.Join("; ", _failures.Select(pair => $"{pair.Value} × {pair.Key}"))}
            """);
        return (summary, lies, unknown, (int)(statistics.CommitsFoundCommitted + statistics.CommitsFoundRolledBack));
    }

    // What a commit acknowledges must survive the end of the server's process. The log need not reach the disk.
    private string[] SetUp() => server is MariaDbServer
        ? [$"CREATE TABLE {Schema}works (id int, INDEX (id)) ENGINE=InnoDB", "SET GLOBAL innodb_flush_log_at_trx_commit = 2"]
        : ["CREATE TABLE works (id int)", "CREATE INDEX ON works (id)", "GRANT ALL ON works TO worker", "GRANT ALL ON SCHEMA public TO worker", "ALTER ROLE worker SET synchronous_commit = on"];

    private static CommitFault Draw() => Random.Shared.Next(3) == 0
        ? CommitFault.None
        : (CommitFault)Random.Shared.Next(1, Enum.GetValues<CommitFault>().Length);

    private async Task WorkAsync(ConnectionPool pool)
    {
        var retry = new RetryOptions
        {
            MaxRetries = 100,
            BaseDelay = TimeSpan.FromMilliseconds(5),
            MaxDelay = TimeSpan.FromMilliseconds(50),
            Timeout = TimeSpan.FromSeconds(30),
            ResolveUnknownCommits = true,
        };
        int id;
        while ((id = Interlocked.Increment(ref _next)) <= rounds)
        {
            try
            {
                var result = await pool.ExecuteAsync(
                    async (connection, token) =>
                    {
                        Interlocked.Increment(ref _attempts);
                        await using var transaction = await connection.BeginTransactionAsync(token);
                        await ExecuteAsync(connection, $"INSERT INTO {Schema}works VALUES ({id})");
                        if (id % 4 == 0)
                        {
                            transaction.Commit();
                        }
                        else
                        {
                            await transaction.CommitAsync(token);
                        }

                        return id;
                    },
                    retry);
                Assert.Equal(id, result);
                _reports[id] = "done";
            }
            catch (CommitOutcomeUnknownException exception)
            {
                _reports[id] = "unknown";
                Count(exception.Tried ?? exception.Message);
            }
            catch (Exception exception) when (exception is DbException or TimeoutException)
            {
                _reports[id] = "failed";
                Count(exception.GetType().Name);
            }
        }
    }

    private void Count(string failure) => _failures.AddOrUpdate(failure, 1, static (_, count) => count + 1);

    private async Task KillAsync()
    {
        for (var kill = 1; kill <= kills; kill++)
        {
            while (Volatile.Read(ref _next) < rounds * kill / (kills + 1))
            {
                await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System);
            }

            await server.KillAsync();
            await server.StartAsync();
            if (server is MariaDbServer)
            {
                await server.ExecuteAsync("SET GLOBAL innodb_flush_log_at_trx_commit = 2");
            }

            _killed++;
        }
    }

    private async Task EndSessionsAsync()
    {
        try
        {
            foreach (var session in (await server.SessionsAsync()).Take(2))
            {
                await server.ExecuteAsync(server.EndSession(session));
            }
        }
        catch (Exception exception) when (exception is DbException or InvalidOperationException)
        {
            // The session, or the server, has ended by itself.
        }
    }

    private async Task<Dictionary<int, int>> ReadRowsAsync()
    {
        await using var admin = await server.OpenAdminAsync();
        await using var command = admin.CreateCommand();
        command.CommandText = $"SELECT id, count(*) FROM {Schema}works GROUP BY id";
        await using var reader = await command.ExecuteReaderAsync();
        Dictionary<int, int> rows = [];
        while (await reader.ReadAsync())
        {
            rows.Add(reader.GetInt32(0), Convert.ToInt32(reader.GetValue(1), CultureInfo.InvariantCulture));
        }

        return rows;
    }

    private static async Task ExecuteAsync(DbConnection connection, string text)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = text;
        await command.ExecuteNonQueryAsync();
    }
}
