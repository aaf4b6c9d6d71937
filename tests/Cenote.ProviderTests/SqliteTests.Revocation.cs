using Microsoft.Data.Sqlite;

namespace Cenote.ProviderTests;

// What a revoked holder keeps of the file.
public sealed partial class SqliteTests
{
    [Fact]
    public async Task A_revoked_holder_loses_its_write_lock_at_once_and_its_reader_later()
    {
        var table = await NewTableAsync();
        await using var pool = NewPool();
        await LeaveOpenAsync(pool, table, reads: false);
        Assert.True(pool.TryRevoke(Assert.Single(pool.GetLeases())));
        await pool.ExecuteAsync($"INSERT INTO {table} VALUES (2), (3)");
        Assert.Equal(5, await pool.ScalarAsync<int>($"SELECT sum(id) FROM {table}"));

        await LeaveOpenAsync(pool, table, reads: true);
        Assert.True(pool.TryRevoke(Assert.Single(pool.GetLeases())));
        await pool.ExecuteAsync($"INSERT INTO {table} VALUES (4)");
        await Patience.SoonAsync(async () =>
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();

            // Its first column says whether a reader stands in the way.
            return await pool.ScalarAsync<int>("PRAGMA wal_checkpoint(TRUNCATE)") == 0;
        });
    }

    // The driver repeats a statement that finds the file locked, and sleeps between two tries: there, no interrupt hits
    // it.
    [Theory]
    [InlineData(ResetMode.Full)]
    [InlineData(ResetMode.Rollback)]
    [InlineData(ResetMode.None)]
    public async Task A_holder_revoked_while_he_waits_for_the_write_lock_never_gets_it(ResetMode mode)
    {
        var table = await NewTableAsync();
        await using var pool = NewPool(NewProvider(), mode);
        await using var writer = new SqliteConnection($"Data Source={Path.Combine(_directory, "shop.db")};Pooling=false;Default Timeout=1");
        await writer.OpenAsync(TestContext.Current.CancellationToken);
        await writer.ExecuteAsync($"BEGIN IMMEDIATE; INSERT INTO {table} VALUES (1)");
        var late = await pool.RentAsync(TestContext.Current.CancellationToken);
        var connection = late.Unwrap<SqliteConnection>();
        connection.DefaultTimeout = 600;
        await connection.ExecuteAsync("PRAGMA busy_timeout=0");
        var tries = 0;
        var isWaiting = new TaskCompletionSource();
        SQLitePCL.raw.sqlite3_trace(connection.Handle, (_, sql) =>
        {
            if (sql.StartsWith("BEGIN IMMEDIATE", StringComparison.Ordinal) && Interlocked.Increment(ref tries) == 2)
            {
                isWaiting.TrySetResult();
            }
        }, null);
        var call = Task.Run(connection.BeginTransaction);
        await isWaiting.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        Assert.True(pool.TryRevoke(Assert.Single(pool.GetLeases())));

        // The pool has one connection: this one comes after the other has been ended.
        await using var next = await pool.RentAsync(TestContext.Current.CancellationToken);
        await writer.ExecuteAsync("COMMIT");
        await Assert.ThrowsAsync<SqliteException>(() => call.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));
        await next.Connection.ExecuteAsync($"INSERT INTO {table} VALUES (2)");
        Assert.Equal(3, await next.Connection.ScalarAsync<int>($"SELECT sum(id) FROM {table}"));
        GC.KeepAlive(connection);
    }

    [Fact]
    public async Task A_revoked_holder_who_reads_in_a_transaction_loses_his_write_lock_too()
    {
        var table = await NewTableAsync();
        await using var pool = NewPool();
        await pool.ExecuteAsync($"INSERT INTO {table} VALUES (1), (2)");
        var late = await pool.RentAsync(TestContext.Current.CancellationToken);
        await late.Connection.ExecuteAsync($"BEGIN IMMEDIATE; INSERT INTO {table} VALUES (100)");
        await using var command = late.Connection.CreateCommand();
        command.CommandText = $"SELECT id FROM {table}";
        await using var reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        Assert.True(await reader.ReadAsync(TestContext.Current.CancellationToken));
        Assert.True(pool.TryRevoke(Assert.Single(pool.GetLeases())));

        await pool.ExecuteAsync($"INSERT INTO {table} VALUES (3)");
        Assert.Equal(6, await pool.ScalarAsync<int>($"SELECT sum(id) FROM {table}"));
        await Assert.ThrowsAsync<SqliteException>(() => reader.ReadAsync(TestContext.Current.CancellationToken));
    }

    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
    private static async Task LeaveOpenAsync(ConnectionPool pool, string table, bool reads)
    {
        var late = await pool.RentAsync(TestContext.Current.CancellationToken);
        var command = late.Connection.CreateCommand();
        command.CommandText = reads ? $"SELECT id FROM {table}" : $"BEGIN IMMEDIATE; INSERT INTO {table} VALUES (1)";
        var reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        Assert.Equal(reads, await reader.ReadAsync(TestContext.Current.CancellationToken));
    }
}
