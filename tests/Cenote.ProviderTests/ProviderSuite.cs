namespace Cenote.ProviderTests;

/// <summary>What must hold over every database and either way of clearing a session. One subclass for each.</summary>
public abstract partial class ProviderSuite
{
    /// <summary>The driver's connection type.</summary>
    protected abstract Type ConnectionType { get; }

    /// <summary>The most that this database can clear.</summary>
    protected virtual ResetMode FullestMode => ResetMode.Full;

    /// <summary>Who clears the session; <see langword="null"/> for the provider's own choice.</summary>
    protected virtual SessionReset? Way => null;

    /// <summary>
    /// Whether <see cref="ResetMode.None"/> really leaves a transaction open; a driver may end it all the same.
    /// </summary>
    protected virtual bool NoneLeavesTransactions => true;

    protected abstract DatabaseProvider NewProvider();

    /// <summary>Gets what follows a query without a table.</summary>
    protected virtual string Dual => "";

    protected ConnectionPool NewPool(int maxSize = 1, Action<ConnectionPoolOptions>? configure = null) =>
        NewPool(NewProvider(), FullestMode, maxSize, configure);

    protected ConnectionPool NewPool(
        DatabaseProvider provider, ResetMode mode, int maxSize = 1, Action<ConnectionPoolOptions>? configure = null)
    {
        var options = new ConnectionPoolOptions { MinSize = 0, MaxSize = maxSize, ResetMode = mode, SessionReset = Way, MaxOpenRetries = 0, AcquireTimeout = TimeSpan.FromMinutes(2) };
        configure?.Invoke(options);
        return new ConnectionPool(provider, options);
    }

    /// <summary>
    /// Looks, leaves traces, and looks again, each in a lease of its own on a pool of one connection.
    /// </summary>
    private protected async Task<Sighting> LookAroundAsync(ResetMode mode, string look, string[] traces, DatabaseProvider? provider = null)
    {
        await using var pool = NewPool(provider ?? NewProvider(), mode);
        var before = await pool.ScalarAsync<string>(look);
        await pool.ExecuteAsync(traces);
        var after = await pool.ScalarAsync<string>(look);
        return new Sighting(before, after, pool.GetStatistics().ConnectionsOpened);
    }

    /// <summary>
    /// The next lease on the same session does not see the traces, though it would if nothing were cleared.
    /// </summary>
    private protected async Task AssertClearedAsync(string look, params string[] traces)
    {
        var uncleared = await LookAroundAsync(ResetMode.None, look, traces);
        Assert.NotEqual(uncleared.Before, uncleared.After, StringComparer.Ordinal);

        var cleared = await LookAroundAsync(FullestMode, look, traces);
        Assert.Equal(cleared.Before, cleared.After);
        Assert.Equal(1, cleared.Opened);
    }

    private protected async Task<string> NewTableAsync(string columns = "id INTEGER")
    {
        var name = Statements.UniqueName("t");
        await using var pool = NewPool();
        await pool.ExecuteAsync($"CREATE TABLE {name} ({columns})");
        return name;
    }

    [Fact]
    public async Task A_lease_holds_an_open_connection_of_the_driver()
    {
        await using var pool = NewPool();
        await using var lease = await pool.RentAsync(TestContext.Current.CancellationToken);
        Assert.IsAssignableFrom(ConnectionType, lease.Connection);
        Assert.Equal(ConnectionState.Open, lease.Connection.State);
        Assert.Equal(1, await lease.Connection.ScalarAsync<int>("SELECT 1" + Dual));
    }

    [Fact]
    public async Task A_returned_connection_is_rented_again()
    {
        await using var pool = NewPool();
        DbConnection first;
        await using (var lease = await pool.RentAsync(TestContext.Current.CancellationToken))
        {
            first = lease.Connection;
        }

        Assert.Equal(1, await pool.ScalarAsync<int>("SELECT 1" + Dual));
        await using (var lease = await pool.RentAsync(TestContext.Current.CancellationToken))
        {
            Assert.Same(first, lease.Connection);
        }

        Assert.Equal(1, pool.GetStatistics().ConnectionsOpened);
    }

    [Fact]
    public void Blocking_callers_are_served_too()
    {
        using var pool = NewPool();
        for (var i = 0; i < 3; i++)
        {
            using var lease = pool.Rent(TestContext.Current.CancellationToken);
            using var command = lease.Connection.CreateCommand();
            command.CommandText = "SELECT 7" + Dual;
            Assert.Equal(7, Convert.ToInt32(command.ExecuteScalar(), System.Globalization.CultureInfo.InvariantCulture));
        }

        Assert.Equal(1, pool.GetStatistics().ConnectionsOpened);
    }

    [Fact]
    public virtual async Task A_transaction_begun_in_SQL_is_rolled_back()
    {
        var table = await NewTableAsync();
        string[] traces = ["BEGIN", $"INSERT INTO {table} VALUES (1)"];
        var look = $"SELECT count(*) FROM {table}";

        var uncleared = await LookAroundAsync(ResetMode.None, look, traces);
        Assert.Equal(NoneLeavesTransactions ? "1" : "0", uncleared.After);

        Assert.Equal(new Sighting("0", "0", 1), await LookAroundAsync(FullestMode, look, traces));
        Assert.Equal(new Sighting("0", "0", 1), await LookAroundAsync(ResetMode.Rollback, look, traces));
    }

    [Fact]
    public async Task A_reader_left_open_does_not_reach_the_next_lease()
    {
        await using var pool = NewPool();
        await using (var lease = await pool.RentAsync(TestContext.Current.CancellationToken))
        {
            var command = lease.Connection.CreateCommand();
            command.CommandText = $"SELECT 1{Dual} UNION ALL SELECT 2{Dual} UNION ALL SELECT 3{Dual}";
            var reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
            Assert.True(await reader.ReadAsync(TestContext.Current.CancellationToken));
        }

        Assert.Equal(5, await pool.ScalarAsync<int>("SELECT 5" + Dual));
    }

    [Fact]
    public async Task A_connection_that_its_holder_closed_is_replaced()
    {
        await using var pool = NewPool();
        await using (var lease = await pool.RentAsync(TestContext.Current.CancellationToken))
        {
            await lease.Connection.CloseAsync();
        }

        Assert.Equal(1, await pool.ScalarAsync<int>("SELECT 1" + Dual));
        Assert.Equal(2, pool.GetStatistics().ConnectionsOpened);
    }

    [Fact]
    public Task Validation_passes_on_a_live_connection() => WithSessionAsync(async (physical, _) =>
    {
        await physical.ValidateAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        physical.Validate(TimeSpan.FromSeconds(29.5));
        Assert.True(physical.IsUsable);
    });

    [Fact]
    public async Task Many_clients_share_few_connections_and_nothing_is_lost()
    {
        var table = await NewTableAsync("id INTEGER PRIMARY KEY, amount INTEGER NOT NULL");
        await using var pool = NewPool(maxSize: 3);
        await pool.ExecuteAsync($"INSERT INTO {table} VALUES (1, 1000)", $"INSERT INTO {table} VALUES (2, 1000)");

        await Task.WhenAll(Enumerable.Range(0, 12).Select(client => Task.Run(async () =>
        {
            for (var i = 0; i < 20; i++)
            {
                await using var lease = await pool.RentAsync(TestContext.Current.CancellationToken);
                while (!await TryTransferAsync(lease.Connection, table, pool.Provider))
                {
                }
            }
        })));

        Assert.Equal("760|1240", await pool.ScalarAsync<string>(
            $"SELECT {Concat("(SELECT amount FROM " + table + " WHERE id = 1)", "'|'", "(SELECT amount FROM " + table + " WHERE id = 2)")}{Dual}"));
        Assert.InRange(pool.GetStatistics().ConnectionsOpened, 1, 3);
    }

    [Fact]
    public async Task The_name_of_the_pool_and_its_connection_string_hold_no_secret()
    {
        await using var pool = NewPool();
        var texts = new[] { pool.Name, pool.ConnectionString, pool.Provider.ConnectionString, pool.Provider.DataSource, pool.Provider.Database };
        Assert.NotEmpty(pool.ConnectionString);
        Assert.All(texts, text => Assert.DoesNotContain("pass", text, StringComparison.OrdinalIgnoreCase));
        Assert.All(texts, text => Assert.All(Secrets, secret => Assert.DoesNotContain(secret, text, StringComparison.OrdinalIgnoreCase)));
    }

    /// <summary>What must appear nowhere.</summary>
    protected virtual IEnumerable<string> Secrets => [];

    protected virtual string Concat(params string[] parts) => string.Join(" || ", parts);

    /// <summary>Uses a connection of a provider without a pool.</summary>
    private protected static async Task WithPhysicalAsync(
        DatabaseProvider provider, ConnectionSettings settings, Func<PhysicalConnection, DatabaseProvider, Task> use)
    {
        await using (provider)
        {
            var physical = provider.CreateConnection(settings);
            try
            {
                await physical.OpenAsync(TestContext.Current.CancellationToken);
                await use(physical, provider);
            }
            finally
            {
                await physical.CloseAsync();
            }
        }
    }

    /// <summary>Uses an open session: a driver that resets opens it again for each lease.</summary>
    private protected Task WithSessionAsync(Func<PhysicalConnection, DatabaseProvider, Task> use)
    {
        var provider = NewProvider();
        return WithPhysicalAsync(provider, NewSettings(provider), async (physical, _) =>
        {
            if (physical.Connection.State == ConnectionState.Closed)
            {
                await physical.Connection.OpenAsync(TestContext.Current.CancellationToken);
            }

            await use(physical, provider);
        });
    }

    /// <summary>The one problem of a provider's settings names the setting.</summary>
    private protected async Task AssertRefusedAsync(DatabaseProvider provider, string named)
    {
        await using (provider)
        {
            Assert.Contains(named, Assert.Single(provider.Validate(NewSettings(provider))), StringComparison.Ordinal);
        }
    }

    private protected ConnectionSettings NewSettings(DatabaseProvider provider) => new()
    {
        SessionReset = Way ?? provider.DefaultSessionReset,
        ResetMode = FullestMode,
        ConnectTimeout = TimeSpan.FromSeconds(15),
    };

    // False when it collided with another client's and was rolled back.
    private static async Task<bool> TryTransferAsync(DbConnection connection, string table, DatabaseProvider provider)
    {
        await using var transaction = await connection.BeginTransactionAsync(TestContext.Current.CancellationToken);
        await using var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = $"UPDATE {table} SET amount = amount + CASE id WHEN 1 THEN -1 ELSE 1 END";
        try
        {
            await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
            await transaction.CommitAsync(TestContext.Current.CancellationToken);
            return true;
        }
        catch (DbException exception) when (provider.ClassifyFailure(exception) == FailureKind.Transient)
        {
            return false;
        }
    }
}
