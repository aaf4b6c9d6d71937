using DuckDB.NET.Data;

namespace Cenote.ProviderTests;

/// <summary>
/// A driver about which nothing is known: each lease gets a new session of the driver's connection.
/// </summary>
public sealed class DuckDbWithoutOptionsTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("cenote-duckdb-").FullName;

    public void Dispose() => TemporaryFolder.Delete(_directory);

    [Fact]
    public async Task Forty_callers_are_served_without_settings()
    {
        await using var facts = new ConnectionPool(new AdoNetProvider(DuckDBClientFactory.Instance, ConnectionString, new AdoNetProviderOptions()));
        await facts.ExecuteAsync("CREATE TABLE facts (id INTEGER)", "INSERT INTO facts VALUES (7)");
        await Task.WhenAll(Enumerable.Range(0, 40).Select(async _ => Assert.Equal(7, await facts.ScalarAsync<int>("SELECT id FROM facts"))));
        Assert.Empty(facts.GetStatistics().ConnectionsClosedByReason);
    }

    /// <summary>
    /// The driver remembers a transaction beyond the closing of its connection, so that one costs the connection.
    /// </summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_a_lease_left_on_its_session_is_gone(bool isBlocking)
    {
        await using var pool = NewPool();
        await pool.ExecuteAsync("CREATE TABLE facts (id INTEGER)");
        for (var i = 0; i < 3; i++)
        {
            var lease = await pool.RentAsync(Stop);

            // Left open: a later BeginTransaction on the same session would be refused.
            _ = await lease.Connection.BeginTransactionAsync(Stop);
            await lease.Connection.ExecuteAsync("INSERT INTO facts VALUES (1)");
            await lease.Connection.ExecuteAsync("CREATE TEMP TABLE traces (id INTEGER)");
            if (isBlocking)
            {
                lease.Dispose();
            }
            else
            {
                await lease.DisposeAsync();
            }
        }

        Assert.Equal(0, await pool.ScalarAsync<long>("SELECT count(*) FROM facts"));
        Assert.Equal(0, await pool.ScalarAsync<long>("SELECT count(*) FROM duckdb_tables() WHERE temporary"));
        Assert.Equal(3, pool.GetStatistics().ConnectionsClosedByReason[CloseReason.ResetFailed]);
    }

    private string ConnectionString => $"Data Source={Path.Combine(_directory, "facts.duckdb")}";

    private ConnectionPool NewPool() => new(
        new AdoNetProvider(DuckDBClientFactory.Instance, ConnectionString, new AdoNetProviderOptions()), new ConnectionPoolOptions { MinSize = 0, MaxSize = 1 });
}
