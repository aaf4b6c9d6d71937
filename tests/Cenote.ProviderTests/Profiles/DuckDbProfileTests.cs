using DuckDB.NET.Data;

namespace Cenote.ProviderTests.Profiles;

/// <summary>DuckDB in a file.</summary>
public class DuckDbProfileTests : ProfileSuite, IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("cenote-duckdb-").FullName;

    protected override string Driver => "DuckDB.NET";

    protected override Type ConnectionType => typeof(DuckDBConnection);

    protected override string Brief => "SELECT count(*) FROM range(2000000) a WHERE a.range % 7 = 1";

    protected override string Endless => "SELECT count(*) FROM range(1000000000) a, range(1000000000) b WHERE a.range % 7 = b.range % 5";

    protected override (string Look, string Trace) SessionState =>
        ("SELECT count(*) FROM duckdb_tables() WHERE temporary AND table_name = 'traces'", "CREATE TEMP TABLE traces (id INTEGER)");

    protected virtual string DataSource => Path.Combine(_directory, "shop.db");

    protected override AdoNetProvider NewProfile(Action<AdoNetProviderOptions>? configure = null) =>
        AdoNetProvider.For(DuckDBClientFactory.Instance, $"Data Source={DataSource}", configure);

    protected override string Placeholder(string name) => "$" + name;

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing) => TemporaryFolder.Delete(_directory);

    // A transaction fails at once where another one has changed the row.
    public override async Task Work_that_collides_with_another_s_is_run_again()
    {
        var table = await NewTableAsync(KeyedColumns);
        await using var pool = NewPool(maxSize: 2);
        await pool.ExecuteAsync($"INSERT INTO {table} VALUES (1, 0)");
        await using var one = await pool.OpenConnectionAsync(Stop);
        await using var other = await pool.OpenConnectionAsync(Stop);
        await using var first = await one.BeginTransactionAsync(Stop);
        await RunAsync(one, first, $"UPDATE {table} SET n = n + 1");
        await using var second = await other.BeginTransactionAsync(Stop);

        var failure = await Assert.ThrowsAsync<DuckDBException>(() => RunAsync(other, second, $"UPDATE {table} SET n = n + 1"));

        AssertOnPage("deadlock, conflict", pool.Provider.ClassifyFailure(failure) == FailureKind.Transient ? "transient" : "not known");
    }

    [Fact]
    public async Task A_commit_that_finds_a_unique_violation_is_answered()
    {
        var table = await NewTableAsync(KeyedColumns);
        await using var pool = NewPool(maxSize: 2);
        await using var other = await pool.OpenConnectionAsync(Stop);
        var tries = 0;

        var failure = await Assert.ThrowsAsync<DuckDBException>(() => pool.ExecuteAsync(
            async (connection, _) =>
            {
                tries++;
                await using var transaction = await connection.BeginTransactionAsync(Stop);
                await RunAsync(connection, transaction, $"INSERT INTO {table} VALUES (1, 1)");
                await RunAsync(other, transaction: null, $"INSERT INTO {table} VALUES (1, 2)");
                await transaction.CommitAsync(Stop);
            },
            Repeated,
            Stop));

        Assert.Equal(1, tries);
        Assert.Equal(FailureKind.Other, pool.Provider.ClassifyFailure(failure));
    }

    [Fact]
    public Task A_late_cancel_does_not_reach_the_next_statement() => AssertLateCancelsMissAsync();
}
