using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Cenote.ProviderTests.Failures;

/// <summary>What real failures of SQLite mean, as Microsoft.Data.Sqlite throws them.</summary>
public sealed class SqliteFailureTests : IAsyncDisposable
{
    private readonly SqliteProvider _provider = new("Data Source=unused.db");
    private readonly string _directory = Directory.CreateTempSubdirectory("cenote-sqlite-failures-").FullName;

    private string FilePath => Path.Combine(_directory, "shop.db");

    public async ValueTask DisposeAsync()
    {
        TemporaryFolder.Delete(_directory);
        await _provider.DisposeAsync();
    }

    [Fact]
    public async Task A_lock_in_the_way_passes()
    {
        await using var one = Open(FilePath);
        await using var other = Open(FilePath);
        await one.ExecuteAsync("CREATE TABLE t(x); BEGIN IMMEDIATE");
        await FailsAsync(FailureKind.Transient, 5, () => other.ExecuteAsync("BEGIN IMMEDIATE"));

        await using var shared = Open("shared;Mode=Memory;Cache=Shared");
        await using var sharing = Open("shared;Mode=Memory;Cache=Shared");
        await shared.ExecuteAsync("CREATE TABLE t(x); BEGIN; INSERT INTO t VALUES (1)");
        await FailsAsync(FailureKind.Transient, 6, () => sharing.ExecuteAsync("SELECT * FROM t"));
    }

    [Fact]
    public async Task A_file_that_may_not_be_written_is_read_only()
    {
        await using (var creator = Open(FilePath))
        {
            await creator.ExecuteAsync("CREATE TABLE t(x)");
        }

        await using var reader = Open(FilePath + ";Mode=ReadOnly");
        await FailsAsync(FailureKind.ReadOnlyServer, 8, () => reader.ExecuteAsync("INSERT INTO t VALUES (1)"));
        await using var pledged = Open(FilePath);
        await pledged.ExecuteAsync("PRAGMA query_only = 1");
        await FailsAsync(FailureKind.ReadOnlyServer, 8, () => pledged.ExecuteAsync("INSERT INTO t VALUES (1)"));
    }

    [Fact]
    public async Task A_file_that_was_taken_away_is_a_lost_connection()
    {
        await using var connection = Open(FilePath);
        await connection.ExecuteAsync("CREATE TABLE t(x)");
        File.Delete(FilePath);
        var failure = await FailsAsync(FailureKind.ConnectionLost, 8, () => connection.ExecuteAsync("INSERT INTO t VALUES (1)"));
        Assert.Equal(raw.SQLITE_READONLY_DBMOVED, failure.SqliteExtendedErrorCode);
    }

    [Fact]
    public async Task A_full_database_harms_no_connection()
    {
        await using var connection = Open(FilePath);
        await connection.ExecuteAsync("CREATE TABLE t(x); PRAGMA max_page_count = 4");
        await FailsAsync(FailureKind.Other, 13, () => connection.ExecuteAsync("INSERT INTO t VALUES (zeroblob(100000))"));
        await FailsAsync(FailureKind.Other, 1, () => connection.ExecuteAsync("SELECT * FROM nowhere"));
        await connection.ExecuteAsync("CREATE UNIQUE INDEX i ON t(x); INSERT INTO t VALUES (1)");
        await FailsAsync(FailureKind.Other, 19, () => connection.ExecuteAsync("INSERT INTO t VALUES (1)"));
    }

    [Fact]
    public async Task A_file_that_cannot_be_opened_or_is_not_a_database_is_a_lost_connection()
    {
        await FailsAsync(FailureKind.ConnectionLost, 14, () => Task.FromResult(Open(Path.Combine(_directory, "nowhere", "shop.db"))));
        await FailsAsync(FailureKind.ConnectionLost, 14, () => Task.FromResult(Open(FilePath + ";Mode=ReadWrite")));

        await File.WriteAllTextAsync(FilePath, string.Concat(Enumerable.Repeat("no database at all ", 500)), TestContext.Current.CancellationToken);
        await using var connection = Open(FilePath);
        await FailsAsync(FailureKind.ConnectionLost, 26, () => connection.ExecuteAsync("SELECT * FROM t"));
    }

    [Fact]
    public async Task A_damaged_file_is_a_lost_connection()
    {
        await using (var creator = Open(FilePath))
        {
            await creator.ExecuteAsync("CREATE TABLE t(x); INSERT INTO t VALUES (zeroblob(50000)), (zeroblob(50000))");
        }

        await using (var file = File.OpenWrite(FilePath))
        {
            file.Position = 4096;
            await file.WriteAsync(Enumerable.Repeat((byte)0xA5, 20_000).ToArray(), TestContext.Current.CancellationToken);
        }

        await using var connection = Open(FilePath);
        await FailsAsync(FailureKind.ConnectionLost, 11, () => connection.ExecuteAsync("SELECT sum(length(x)) FROM t"));
    }

    [Fact]
    public async Task An_interrupted_statement_is_a_cancelled_one()
    {
        await using var connection = Open(FilePath);
        connection.CreateFunction("stop", () =>
        {
            raw.sqlite3_interrupt(connection.Handle!);
            return 0;
        });
        var failure = await FailsAsync(
            FailureKind.Other, 9, () => connection.ExecuteAsync("WITH RECURSIVE n(x) AS (SELECT stop() UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n"));
        Assert.True(_provider.IsCancellation(failure));
        Assert.True(_provider.IsCancellation(new InvalidOperationException("wrapped", failure)));
        await connection.ExecuteAsync("SELECT 1");
    }

    // What cannot be provoked without a failing disk.
    [Theory]
    [InlineData(10, FailureKind.ConnectionLost)]
    [InlineData(15, FailureKind.Transient)]
    [InlineData(23, FailureKind.Other)]
    [InlineData(7, FailureKind.Other)]
    public void By_code(int code, FailureKind kind) => Assert.Equal(kind, _provider.ClassifyFailure(new SqliteException("text", code)));

    private async Task<SqliteException> FailsAsync(FailureKind kind, int code, Func<Task> action)
    {
        var failure = await Assert.ThrowsAsync<SqliteException>(action);
        Assert.Equal(code, failure.SqliteErrorCode);
        Assert.Equal(kind, _provider.ClassifyFailure(failure));
        Assert.Equal(kind, _provider.ClassifyFailure(new InvalidOperationException("wrapped", failure)));
        return failure;
    }

    private static SqliteConnection Open(string source)
    {
        var connection = new SqliteConnection($"Data Source={source};Pooling=false;Default Timeout=1");
        try
        {
            connection.Open();
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }
}
