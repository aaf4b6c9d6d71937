using System.Data;
using Dapper;
using Npgsql;

namespace Cenote.SnippetTests.Runs;

/// <summary>Events, leaks and settings.</summary>
internal static class OperationRuns
{
    internal static Dictionary<string, Func<SnippetDatabases, Task>> All { get; } = new(StringComparer.Ordinal)
    {
        ["Credentials.expiring"] = async databases =>
        {
            var user = new NpgsqlConnectionStringBuilder(databases.PostgreSql);
            var text = new NpgsqlConnectionStringBuilder(databases.PostgreSql) { Username = null, Password = null }.ConnectionString;
            await using var pool = Snippets.Credentials.Create(text, new Snippets.Credentials.TokenStore(user.Username!, user.Password!));
            Assert.Equal(2L, await ConnectionRuns.ScalarAsync(pool, "SELECT count(*) FROM orders"));
        },
        ["Events.usage"] = databases => ConnectionRuns.OnPoolAsync(databases, pool =>
        {
            Snippets.Events.Follow(pool, static _ => { });
            Assert.Contains(pool.GetEvents(), static happened => happened.ToString()!.Contains("anna", StringComparison.Ordinal));
            return Task.CompletedTask;
        }),
        ["Leaks.usage"] = databases => ConnectionRuns.OnPoolAsync(databases, async pool =>
        {
            await using var held = await pool.RentAsync();
            var options = Snippets.Leaks.Look(pool, static _ => { });
            await using var watched = new ConnectionPool(new PostgreSqlProvider(databases.PostgreSql), options);
            await using var lease = await watched.RentAsync();
        }),
        ["ServerDiagnosis.holders"] = async databases =>
        {
            await using var reports = new ConnectionPool(new PostgreSqlProvider(databases.PostgreSql), new ConnectionPoolOptions { Name = "reports" });
            await using var orders = new ConnectionPool(
                new PostgreSqlProvider(databases.PostgreSql), new ConnectionPoolOptions { Name = "orders", MaxSize = 1, AcquireTimeout = TimeSpan.FromSeconds(2) });
            await using var report = await ExportAsync(reports);
            await using var transaction = await report.BeginTransactionAsync();
            await report.ExecuteAsync("UPDATE customers SET name = 'Carla' WHERE id = 4", transaction: transaction);
            var order = Task.Run(() => SaveAsync(orders));
            await Patience.SoonAsync(() => new ValueTask<bool>(orders.GetStatistics().Counts.Leased == 1), () => orders.GetStatistics().ToString()!);

            List<string> lines = [];
            var exception = await RentUntilReportedAsync(orders, lines);
            Assert.Matches(@"^OperationRuns\.cs:\d+ \([^)]+\), held [\d.]+ s, running for [\d.]+ s, waiting for a lock of OperationRuns\.cs:\d+ \([^)]+\) of pool reports, which is idle in a transaction for [\d.]+ s$", lines[^2]);
            Assert.Matches(@"^  behind reports, OperationRuns\.cs:\d+ \([^)]+\): IdleInTransaction for 00:00:", lines[^1]);
            TestContext.Current.TestOutputHelper?.WriteLine(exception.Message);
            await transaction.RollbackAsync();
            await order.Soon();
        },
        ["Settings.options"] = async databases =>
        {
            await using var pool = Snippets.Settings.Create(databases.PostgreSql);
            await using var connection = await pool.OpenConnectionAsync();
            Assert.Equal(ConnectionState.Open, connection.State);
        },
        ["Sizing.measured"] = async databases =>
        {
            await using var pool = Snippets.Sizing.Measure(databases.PostgreSql);
            await using var lease = await pool.RentAsync();
            Assert.Equal(2, pool.GetStatistics().Counts.Limit);
        },
        ["Sizing.recommend"] = async databases =>
        {
            await using var pool = Snippets.Sizing.Recommend(databases.PostgreSql);
            await using var lease = await pool.RentAsync();
            Assert.Equal(60, pool.GetStatistics().Counts.Limit);
        },
        ["Sizing.headRoom"] = async databases =>
        {
            await using var pool = Snippets.Sizing.KeepHeadRoom(databases.PostgreSql);
            await using var lease = await pool.RentAsync();
            await Patience.SoonAsync(() => new ValueTask<bool>(pool.GetStatistics().Counts.Idle == 10), () => pool.GetStatistics().ToString()!);
        },
    };

    private static ValueTask<PooledConnection> ExportAsync(ConnectionPool pool) => pool.OpenConnectionAsync();

    private static async Task SaveAsync(ConnectionPool pool)
    {
        await using var connection = await pool.OpenConnectionAsync();
        await connection.ExecuteAsync("UPDATE customers SET name = 'Karl' WHERE id = 4");
    }

    /// <summary>Waits for a connection again until the server has reported the reason.</summary>
    private static async Task<PoolTimeoutException> RentUntilReportedAsync(ConnectionPool pool, List<string> lines)
    {
        while (true)
        {
            var exception = await Assert.ThrowsAsync<PoolTimeoutException>(() => Snippets.ServerDiagnosis.RentAsync(pool, lines.Add));
            if (exception.LongestHolders is [{ Session: { IsWaitingForLock: true } }])
            {
                return exception;
            }
        }
    }
}
