using System.Globalization;
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

    // A transaction fails at once where another one has changed the row. It waits for none, so that two of them never
    // wait for each other.
    public override async Task Work_that_collides_with_another_s_is_run_again()
    {
        var tries = await CollideAsync("UPDATE {0} SET n = n + 10", "UPDATE {0} SET n = n + 1", "TransactionContext Error: Conflict on ", otherEnds: true);

        AssertOnPage("deadlock, conflict", tries == 2 ? "run again" : "passed over");
    }

    [Fact]
    public async Task Work_that_collides_with_an_open_transaction_is_run_again() => Assert.Equal(
        2, await CollideAsync("UPDATE {0} SET n = n + 10", "UPDATE {0} SET n = n + 1", "TransactionContext Error: Conflict on ", otherEnds: false));

    // Elsewhere ALTER commits, so that only work that may run twice is run again after it.
    [Fact]
    public async Task Idempotent_work_is_run_again_after_a_conflict_in_the_catalogue() => Assert.Equal(
        2,
        await CollideAsync(
            "ALTER TABLE {0} ADD COLUMN other INTEGER",
            "ALTER TABLE {0} ADD COLUMN mine INTEGER",
            "TransactionContext Error: Catalog write-write conflict",
            otherEnds: false,
            isIdempotent: true));

    /// <summary>
    /// Runs a statement as work whose first attempt meets another transaction, which has run its own since the work
    /// began.
    /// </summary>
    /// <returns>The number of attempts.</returns>
    private async Task<int> CollideAsync(string others, string own, string message, bool otherEnds, bool isIdempotent = false)
    {
        var table = await NewTableAsync(KeyedColumns);
        await using var pool = NewPool(maxSize: 2);
        await pool.ExecuteAsync($"INSERT INTO {table} VALUES (1, 0)");
        await using var other = await pool.OpenConnectionAsync(Stop);
        DbTransaction? open = null;
        var failures = new List<Exception>();
        var tries = 0;
        var retry = Repeated;
        retry.IsIdempotent = isIdempotent;
        await pool.ExecuteAsync(
            async (connection, _) =>
            {
                if (++tries == 2 && open is not null)
                {
                    await open.CommitAsync(Stop);
                    await open.DisposeAsync();
                }

                await using var transaction = await connection.BeginTransactionAsync(Stop);

                // From here on it has its snapshot.
                await RunAsync(connection, transaction, $"SELECT count(*) FROM {table}");
                if (tries == 1)
                {
                    open = otherEnds ? null : await other.BeginTransactionAsync(Stop);
                    await RunAsync(other, open, string.Format(CultureInfo.InvariantCulture, others, table));
                }

                try
                {
                    await RunAsync(connection, transaction, string.Format(CultureInfo.InvariantCulture, own, table));
                    await transaction.CommitAsync(Stop);
                }
                catch (DuckDBException exception)
                {
                    failures.Add(exception);
                    throw;
                }
            },
            retry,
            Stop);

        Assert.StartsWith(message, Assert.Single(failures).Message, StringComparison.Ordinal);
        return tries;
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
