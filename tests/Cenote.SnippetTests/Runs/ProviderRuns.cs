namespace Cenote.SnippetTests.Runs;

/// <summary>One pool for each database.</summary>
internal static class ProviderRuns
{
    /// <summary>Nothing listens there.</summary>
    private const string SqlServer = "Server=tcp:127.0.0.1,1;Database=crm;Integrated Security=true;Connect Timeout=1";

    internal static Dictionary<string, Func<SnippetDatabases, Task>> All { get; } = new(StringComparer.Ordinal)
    {
        ["AdoNet.duckdb"] = async _ =>
        {
            await using var pool = Snippets.AdoNet.DuckDb();
            Assert.Equal(42, await ConnectionRuns.ScalarAsync(pool, "SELECT 42"));
            await using var connection = await pool.OpenConnectionAsync();
            await using var transaction = await connection.BeginTransactionAsync();
            await transaction.RollbackAsync();
        },
        ["AdoNet.known"] = async _ =>
        {
            foreach (var pool in Snippets.AdoNet.Known())
            {
                await using (pool)
                {
                    Assert.Equal(42, await ConnectionRuns.ScalarAsync(pool, "SELECT 42"));
                }
            }
        },
        ["Providers.postgresql"] = async databases =>
        {
            await using var pool = Snippets.Providers.PostgreSql(databases.PostgreSql);
            Assert.Equal("Calm", $"{await ConnectionRuns.ScalarAsync(pool, "SELECT 'calm'::mood")}");
        },
        ["DirtySessions.pool"] = async databases =>
        {
            var statistics = await Snippets.DirtySessions.PoolAsync(databases.PostgreSql);
            Assert.Equal((1, 0), (statistics.ResetsStarted, statistics.ResetsSaved));
        },
        ["Providers.mysql"] = async databases =>
        {
            await using var pool = Snippets.Providers.MySql(databases.MySql);
            Assert.Equal(5m, Convert.ToDecimal(await ConnectionRuns.ScalarAsync(pool, "SELECT @@max_statement_time"), null));
        },
        ["Providers.sqlite"] = async _ =>
        {
            await using var pool = await Snippets.Providers.SqliteAsync();
            Assert.Equal(42L, await ConnectionRuns.ScalarAsync(pool, "SELECT double(21)"));
        },
        ["Readme.databases"] = async databases =>
        {
            var pools = Snippets.Readme.Databases(databases.PostgreSql, databases.MySql, SqlServer);
            try
            {
                Assert.Equal("Busy", $"{await ConnectionRuns.ScalarAsync(pools[0], "SELECT 'busy'::mood")}");
                Assert.Equal(1L, Convert.ToInt64(await ConnectionRuns.ScalarAsync(pools[1], "SELECT count(*) FROM invoices"), null));
                Assert.Equal("SqlServerProvider", pools[2].Provider.GetType().Name);
                Assert.Equal(1L, await ConnectionRuns.ScalarAsync(pools[3], "SELECT 1"));
                Assert.Equal(42, await ConnectionRuns.ScalarAsync(pools[4], "SELECT 42"));
            }
            finally
            {
                await Task.WhenAll(pools.Select(static pool => pool.DisposeAsync().AsTask()));
            }
        },
    };
}
