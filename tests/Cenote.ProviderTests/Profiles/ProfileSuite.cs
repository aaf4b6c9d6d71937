using System.Globalization;

namespace Cenote.ProviderTests.Profiles;

/// <summary>
/// What must hold over each driver whose settings <see cref="AdoNetProvider.For"/> knows. What differs is in the table
/// of docs/providers/ado-net.md.
/// </summary>
public abstract partial class ProfileSuite : ProviderSuite
{
    /// <summary>Gets the name of the driver's row on the page.</summary>
    protected abstract string Driver { get; }

    /// <summary>Gets a statement that runs until it is cancelled.</summary>
    protected abstract string Endless { get; }

    /// <summary>Gets a statement that runs for some milliseconds, and fails when it is cancelled.</summary>
    protected abstract string Brief { get; }

    protected abstract AdoNetProvider NewProfile(Action<AdoNetProviderOptions>? configure = null);

    protected override DatabaseProvider NewProvider() => NewProfile();

    /// <summary>Gets the key that makes the second of two equal rows fail at once.</summary>
    protected virtual string KeyedColumns => "id INTEGER NOT NULL PRIMARY KEY, n INTEGER";

    /// <summary>Gets a query and a statement that changes its answer, until the session ends.</summary>
    protected abstract (string Look, string Trace) SessionState { get; }

    [Fact]
    public Task A_full_reset_clears_the_session() => AssertClearedAsync(SessionState.Look, SessionState.Trace);

    /// <summary>Measured, so that the page is right.</summary>
    private protected void AssertOnPage(string column, string measured) => Assert.Equal(ProfilePage.Cell(Driver, column), measured);

    [Fact]
    public void The_database_system_is_known() => AssertOnPage("`db.system.name`", $"`{NewProvider().DatabaseSystem}`");

    [Theory]
    [InlineData(ResetMode.Full)]
    [InlineData(ResetMode.Rollback)]
    public async Task A_transaction_left_on_a_lease_is_gone_for_the_next_one(ResetMode mode)
    {
        var table = await NewTableAsync();
        await using var pool = NewPool(NewProvider(), mode);
        for (var i = 0; i < 2; i++)
        {
            await using var lease = await pool.RentAsync(Stop);
            Assert.Equal(0, await lease.Connection.ScalarAsync<int>($"SELECT count(*) FROM {table}"));

            // Left open: a driver refuses the next one as long as it remembers this one.
            var left = await lease.Connection.BeginTransactionAsync(Stop);
            await using var command = lease.Connection.CreateCommand();
            (command.Transaction, command.CommandText) = (left, $"INSERT INTO {table} VALUES (1)");
            await command.ExecuteNonQueryAsync(Stop);
        }

        await using var last = await pool.RentAsync(Stop);
        await using var transaction = await last.Connection.BeginTransactionAsync(Stop);
        await using var count = last.Connection.CreateCommand();
        (count.Transaction, count.CommandText) = (transaction, $"SELECT count(*) FROM {table}");
        Assert.Equal(0, Convert.ToInt32(await count.ExecuteScalarAsync(Stop), CultureInfo.InvariantCulture));
    }

    [Fact]
    public async Task A_unique_violation_is_final()
    {
        var table = await NewTableAsync(KeyedColumns);
        await using var pool = NewPool();
        await pool.ExecuteAsync($"INSERT INTO {table} VALUES (1, 0)");
        var tries = 0;

        var failure = await Assert.ThrowsAnyAsync<DbException>(() => pool.ExecuteAsync(
            async (connection, _) =>
            {
                tries++;
                await using var transaction = await connection.BeginTransactionAsync(Stop);
                await RunAsync(connection, transaction, $"INSERT INTO {table} VALUES (1, 1)");
                await transaction.CommitAsync(Stop);
            },
            Repeated,
            Stop));

        Assert.Equal(1, tries);
        Assert.Equal(FailureKind.Other, pool.Provider.ClassifyFailure(failure));
    }

    [Fact]
    public virtual async Task Work_that_collides_with_another_s_is_run_again()
    {
        var table = await NewTableAsync(KeyedColumns);
        await using var pool = NewPool(maxSize: 2);
        await pool.ExecuteAsync($"INSERT INTO {table} VALUES (1, 0)", $"INSERT INTO {table} VALUES (2, 0)");
        var bothHold = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var (tries, met) = (0, 0);

        await Task.WhenAll(MoveAsync(1, 2), MoveAsync(2, 1));

        AssertOnPage("deadlock, conflict", tries > 2 ? "run again" : "passed over");
        Assert.Equal(2, await pool.ScalarAsync<int>($"SELECT min(n) FROM {table}"));

        Task MoveAsync(int first, int second) => Task.Run(() => pool.ExecuteAsync(
            async (connection, _) =>
            {
                await using var transaction = await connection.BeginTransactionAsync(Stop);
                var round = Interlocked.Increment(ref tries);
                if (!LocksRows)
                {
                    // Both have their snapshot before either writes.
                    await RunAsync(connection, transaction, $"SELECT count(*) FROM {table}");
                    if (round <= 2)
                    {
                        await MeetAsync();
                    }
                }

                await RunAsync(connection, transaction, $"UPDATE {table} SET n = n + 1 WHERE id = {first}");
                if (LocksRows && round <= 2)
                {
                    await MeetAsync();
                }

                await RunAsync(connection, transaction, $"UPDATE {table} SET n = n + 1 WHERE id = {second}");
                await transaction.CommitAsync(Stop);
            },
            Repeated,
            Stop), Stop);

        async Task MeetAsync()
        {
            if (Interlocked.Increment(ref met) == 2)
            {
                bothHold.SetResult();
            }

            await bothHold.Task.Soon();
        }
    }

    /// <summary>
    /// Gets whether a writer waits for another one's row, so that two of them can wait for each other.
    /// </summary>
    protected virtual bool LocksRows => true;

    [Fact]
    public async Task A_validation_statement_that_fails_is_named_at_the_first_connection()
    {
        await using var pool = NewPool(NewProfile(static options => options.ValidationCommand = "SELEC 1"), ResetMode.None);

        var failure = await Assert.ThrowsAsync<ConnectionOpenException>(() => pool.RentAsync(Stop).AsTask());

        Assert.Equal(FailureKind.InvalidConfiguration, failure.Failure.Kind);
        Assert.Equal(1, failure.Failure.Attempts);
        Assert.Contains("AdoNetProviderOptions.ValidationCommand 'SELEC 1'", failure.ToString(), StringComparison.Ordinal);
    }

    private protected static RetryOptions Repeated => new() { MaxRetries = 100, BaseDelay = TimeSpan.FromMilliseconds(1) };

    private protected static async Task RunAsync(PooledConnection connection, DbTransaction? transaction, string sql)
    {
        await using var command = connection.CreateCommand();
        (command.Transaction, command.CommandText) = (transaction, sql);
        await command.ExecuteNonQueryAsync(Stop);
    }
}
