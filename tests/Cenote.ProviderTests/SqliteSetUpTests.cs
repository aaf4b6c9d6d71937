using Microsoft.Data.Sqlite;

namespace Cenote.ProviderTests;

/// <summary>SQLite as people should run it.</summary>
public sealed class SqliteSetUpTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("cenote-sqlite-").FullName;

    private string File => Path.Combine(_directory, "shop.db");

    public void Dispose() => TemporaryFolder.Delete(_directory);

    [Theory]
    [InlineData("journal_mode", "wal")]
    [InlineData("busy_timeout", "5000")]
    [InlineData("synchronous", "1")]
    [InlineData("foreign_keys", "1")]
    [InlineData("query_only", "0")]
    public async Task The_defaults_are_in_effect(string pragma, string expected)
    {
        await using var pool = NewPool($"Data Source={File}");
        Assert.Equal(expected, await pool.ScalarAsync<string>("PRAGMA " + pragma));
    }

    [Theory]
    [InlineData("journal_mode", "delete")]
    [InlineData("busy_timeout", "250")]
    [InlineData("synchronous", "2")]
    [InlineData("foreign_keys", "0")]
    [InlineData("cache_size", "-8192")]
    [InlineData("mmap_size", "1048576")]
    [InlineData("recursive_triggers", "1")]
    public async Task Options_are_in_effect(string pragma, string expected)
    {
        await using var pool = NewPool($"Data Source={File}", new SqliteProviderOptions
        {
            UseWriteAheadLog = false,
            BusyTimeout = TimeSpan.FromMilliseconds(250),
            Synchronous = SqliteSynchronous.Full,
            EnforceForeignKeys = false,
            CacheSizeKiB = 8192,
            MemoryMapBytes = 1 << 20,
            ConfigureConnection = connection =>
            {
                using var command = connection.CreateCommand();
                command.CommandText = "PRAGMA recursive_triggers = 1";
                command.ExecuteNonQuery();
            },
        });
        for (var i = 0; i < 2; i++)
        {
            Assert.Equal(expected, await pool.ScalarAsync<string>("PRAGMA " + pragma));
        }
    }

    [Fact]
    public async Task What_a_set_up_within_a_lease_registers_outlives_the_lease_and_runs_once()
    {
        await using var pool = NewPool($"Data Source={File}");
        var calls = 0;
        for (var i = 0; i < 2; i++)
        {
            await using var connection = await pool.OpenConnectionAsync();
            connection.InitializeOnce("ours", driver =>
            {
                calls++;
                ((SqliteConnection)driver).CreateFunction("twice", (long n) => 2 * n);
                ((SqliteConnection)driver).CreateCollation("backwards", (x, y) => string.CompareOrdinal(y, x));
            });
            await using var command = connection.CreateCommand();
            command.CommandText = "SELECT twice(21)";
            Assert.Equal(42L, await command.ExecuteScalarAsync());
        }

        Assert.Equal(1, calls);
        Assert.Equal(1, pool.GetStatistics().ConnectionsOpened);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_a_lease_registers_beside_a_set_up_still_costs_the_connection(bool before)
    {
        await using var pool = NewPool($"Data Source={File}");
        await using (var connection = await pool.OpenConnectionAsync())
        {
            void RegisterMine() => connection.Unwrap<SqliteConnection>().CreateFunction("mine", (long n) => n);
            if (before)
            {
                RegisterMine();
            }

            connection.InitializeOnce("ours", driver => ((SqliteConnection)driver).CreateFunction("twice", (long n) => 2 * n));
            if (!before)
            {
                RegisterMine();
            }
        }

        await Assert.ThrowsAsync<SqliteException>(() => pool.ScalarAsync<long>("SELECT mine(1)"));
    }

    [Fact]
    public async Task A_set_up_that_failed_runs_again()
    {
        await using var pool = NewPool($"Data Source={File}");
        await using var connection = await pool.OpenConnectionAsync();
        Assert.Throws<NotSupportedException>(() => connection.InitializeOnce("ours", _ => throw new NotSupportedException()));
        var ran = false;
        connection.InitializeOnce("ours", _ => ran = true);
        Assert.True(ran);
        await connection.CloseAsync();
        Assert.Throws<InvalidOperationException>(() => connection.InitializeOnce("others", _ => { }));
    }

    [Fact]
    public async Task Registrations_of_a_failed_set_up_reach_no_other_holder()
    {
        await using var pool = NewPool($"Data Source={File}");
        await using (var connection = await pool.OpenConnectionAsync())
        {
            Assert.Throws<NotSupportedException>(() => connection.InitializeOnce("ours", driver =>
            {
                ((SqliteConnection)driver).CreateFunction("half", (long n) => n / 2);
                throw new NotSupportedException();
            }));
        }

        await Assert.ThrowsAsync<SqliteException>(() => pool.ScalarAsync<long>("SELECT half(2)"));
    }

    [Fact]
    public async Task A_function_registered_for_every_connection_works_in_every_lease()
    {
        var options = new SqliteProviderOptions { ConfigureConnection = connection => connection.CreateFunction("twice", (long n) => 2 * n) };
        await using var pool = NewPool($"Data Source={File}", options, maxSize: 3);
        await pool.WarmUpAsync(3, cancellationToken: TestContext.Current.CancellationToken);
        var results = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Task.Run(() => pool.ScalarAsync<int>("SELECT twice(21)"))));
        Assert.All(results, result => Assert.Equal(42, result));
    }

    [Fact]
    public async Task A_writer_waits_for_another()
    {
        await using var pool = NewPool($"Data Source={File}", maxSize: 2);
        await pool.ExecuteAsync("CREATE TABLE t (id)");
        await using var first = await pool.RentAsync(TestContext.Current.CancellationToken);
        await first.Connection.ExecuteAsync("BEGIN IMMEDIATE");
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var second = Task.Run(async () =>
        {
            started.SetResult();
            await pool.ExecuteAsync("INSERT INTO t VALUES (2)");
        });
        await started.Task;
        await first.Connection.ExecuteAsync("INSERT INTO t VALUES (1)");
        await first.Connection.ExecuteAsync("COMMIT");
        await second;
        Assert.Equal(2, await first.Connection.ScalarAsync<int>("SELECT count(*) FROM t"));
    }

    [Fact]
    public async Task Many_connections_open_a_new_file_at_once()
    {
        await using var pool = NewPool($"Data Source={File}", maxSize: 16);
        await pool.WarmUpAsync(16, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(16, pool.GetStatistics().ConnectionsOpened);
        Assert.Equal(0, pool.GetStatistics().OpenFailures);
    }

    [Theory]
    [InlineData("", true)]
    [InlineData(";Mode=ReadOnly", false)]
    public async Task Read_only_connections_read_what_others_write_and_write_nothing(string mode, bool option)
    {
        await using var writers = NewPool($"Data Source={File}");
        await writers.ExecuteAsync("CREATE TABLE t (id)", "INSERT INTO t VALUES (1)");
        await using var readers = NewPool($"Data Source={File}{mode}", new SqliteProviderOptions { IsReadOnly = option });
        Assert.Equal(1, await readers.ScalarAsync<int>("SELECT count(*) FROM t"));
        var exception = await Assert.ThrowsAsync<SqliteException>(() => readers.ExecuteAsync("INSERT INTO t VALUES (2)"));
        Assert.Equal(FailureKind.ReadOnlyServer, readers.Provider.ClassifyFailure(exception));
        await writers.ExecuteAsync("INSERT INTO t VALUES (3)");
        Assert.Equal(2, await readers.ScalarAsync<int>("SELECT count(*) FROM t"));
    }

    [Theory]
    [InlineData("Data Source=file:/{0}?vfs=memdb")]
    [InlineData("Data Source={0};Mode=Memory;Cache=Shared")]
    [InlineData("Data Source=file:{0}?mode=memory&cache=shared")]
    public async Task A_named_in_memory_database_outlives_all_its_connections(string format)
    {
        var connectionString = string.Format(System.Globalization.CultureInfo.InvariantCulture, format, Statements.UniqueName("db"));
        await using (var pool = NewPool(connectionString, maxSize: 3))
        {
            await pool.ExecuteAsync("CREATE TABLE t (id)", "INSERT INTO t VALUES (1)");
            await pool.WarmUpAsync(3, cancellationToken: TestContext.Current.CancellationToken);
            await pool.DrainAsync(TestContext.Current.CancellationToken);
            Assert.Equal(0, pool.GetStatistics().Counts.Total);
            pool.Resume();
            Assert.Equal(1, await pool.ScalarAsync<int>("SELECT count(*) FROM t"));
        }

        await using var next = NewPool(connectionString);
        Assert.Equal(0, await next.ScalarAsync<int>("SELECT count(*) FROM sqlite_schema"));
    }

    [Theory]
    [InlineData("Data Source=:memory:")]
    [InlineData("Data Source=shop;Mode=Memory")]
    [InlineData("Data Source=")]
    [InlineData("Data Source=file:shop?mode=memory")]
    public void An_in_memory_database_that_connections_cannot_share_is_refused(string connectionString)
    {
        var exception = Assert.Throws<PoolOptionsException>(() => NewPool(connectionString));
        Assert.Contains("Mode=Memory;Cache=Shared", Assert.Single(exception.Problems), StringComparison.Ordinal);
    }

    [Fact]
    public void Options_out_of_range_are_refused_all_at_once()
    {
        var exception = Assert.Throws<PoolOptionsException>(() => NewPool(
            $"Data Source={File}",
            new SqliteProviderOptions { BusyTimeout = TimeSpan.FromSeconds(-1), CacheSizeKiB = 1, MemoryMapBytes = -1 }));
        Assert.Equal(3, exception.Problems.Count);
    }

    [Fact]
    public async Task A_file_that_is_not_a_database_is_a_failure_to_open()
    {
        await System.IO.File.WriteAllTextAsync(File, new string('x', 5000), TestContext.Current.CancellationToken);
        await using var pool = NewPool($"Data Source={File}");
        var exception = await Assert.ThrowsAsync<ConnectionOpenException>(() => pool.RentAsync(TestContext.Current.CancellationToken).AsTask());
        Assert.Equal(FailureKind.ConnectionLost, exception.Failure.Kind);
    }

    private static ConnectionPool NewPool(string connectionString, SqliteProviderOptions? options = null, int maxSize = 1) =>
        new ConnectionPoolBuilder()
            .UseSqlite(connectionString, options)
            .WithSize(0, maxSize)
            .Configure(pool => pool.MaxOpenRetries = 0)
            .Build();
}
