using Microsoft.Extensions.Time.Testing;

namespace Cenote.ProviderTests;

/// <summary>
/// What must hold over every database server besides: sessions can be counted and killed, and users have passwords.
/// </summary>
public abstract class ServerSuite : KnownDriverSuite
{
    protected const string WrongPassword = "wrong-password-7391";

    protected abstract string SessionQuery { get; }

    /// <summary>Counts 1 while the session runs the endless statement.</summary>
    protected abstract string CountWorking(long session);

    protected abstract string KillStatement(long session);

    /// <summary>An open connection outside every pool, with all privileges.</summary>
    protected abstract Task<DbConnection> ConnectAsync();

    /// <summary>The connection string of another user, or with another password.</summary>
    protected abstract string ConnectionStringOf(string user, string password);

    protected abstract DatabaseProvider NewProvider(string connectionString);

    protected abstract string AdministratorConnectionString { get; }

    protected override DatabaseProvider NewProvider() => NewProvider(AdministratorConnectionString);

    protected abstract Task CreateUserAsync(DbConnection administrator, string user, string password);

    protected abstract Task SetPasswordAsync(DbConnection administrator, string user, string password);

    protected abstract string CountSessionsOf(string user);

    /// <summary>Ends sessions from outside, and returns when they are gone.</summary>
    private protected async Task KillAsync(params long[] sessions)
    {
        await using var administrator = await ConnectAsync();
        foreach (var session in sessions)
        {
            await administrator.ExecuteAsync(KillStatement(session));
        }

        await Patience.SoonAsync(async () => await administrator.ScalarAsync<int>(CountAlive(sessions)) == 0);
    }

    protected abstract string CountAlive(long[] sessions);

    [Fact]
    public async Task A_lease_that_outlives_its_pool_loses_its_session_after_RevokeAfter()
    {
        var time = new FakeTimeProvider();
        var pool = NewPool(maxSize: 2, options =>
        {
            options.TimeProvider = time;
            options.LeakDetection.RevokeAfter = TimeSpan.FromSeconds(60);
        });
        var leaked = await pool.RentAsync(TestContext.Current.CancellationToken);
        var session = await leaked.Connection.ScalarAsync<long>(SessionQuery);
        await pool.DisposeAsync();
        Assert.Equal(session, await leaked.Connection.ScalarAsync<long>(SessionQuery));

        for (var second = 0; second < 65 && leaked.IsActive; second++)
        {
            time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Throws<LeaseRevokedException>(() => leaked.Connection);
        await using var administrator = await ConnectAsync();
        await Patience.SoonAsync(async () => await administrator.ScalarAsync<int>(CountAlive([session])) == 0);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Repeated_rents_of_one_caller_use_one_session(bool blocks)
    {
        // On a machine that stutters a reset may look as if it hung, and another session is right then: one undisturbed
        // round shows it.
        var seen = new List<string>();
        while (seen.Count < 8)
        {
            await using var pool = NewPool(maxSize: 8);
            var sessions = new HashSet<long>();
            for (var i = 0; i < 100; i++)
            {
                sessions.Add(blocks ? await Task.Run(() => AskBlocking(pool)) : await pool.ScalarAsync<long>(SessionQuery));
            }

            if (sessions.Count == 1 && pool.GetStatistics().ConnectionsOpened == 1)
            {
                return;
            }

            seen.Add($"{sessions.Count} sessions, {pool.GetStatistics().ConnectionsOpened} opened");
        }

        Assert.Fail(string.Join("; ", seen));

        long AskBlocking(ConnectionPool pool)
        {
            using var lease = pool.Rent(CancellationToken.None);
            using var command = lease.Connection.CreateCommand();
            command.CommandText = SessionQuery;
            return Convert.ToInt64(command.ExecuteScalar(), System.Globalization.CultureInfo.InvariantCulture);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_revoked_session_ends_at_the_server_also_inside_a_call(bool isInside)
    {
        await using var administrator = await ConnectAsync();
        await using var pool = NewPool();
        var late = await pool.RentAsync(TestContext.Current.CancellationToken);
        var session = await late.Connection.ScalarAsync<long>(SessionQuery);
        var call = isInside ? late.Connection.ScalarAsync(EndlessStatement) : Task.FromException(new InvalidOperationException());
        await Patience.SoonAsync(async () => !isInside || await administrator.ScalarAsync<int>(CountWorking(session)) == 1);
        Assert.True(pool.TryRevoke(Assert.Single(pool.GetLeases())));

        await Assert.ThrowsAnyAsync<Exception>(() => call);
        await Patience.SoonAsync(async () => await administrator.ScalarAsync<int>(CountAlive([session])) == 0);
        Assert.NotEqual(session, await pool.ScalarAsync<long>(SessionQuery));
        late.Dispose();
    }

    [Fact]
    public async Task A_session_killed_while_it_was_held_is_not_rented_again()
    {
        await using var pool = NewPool();
        long killed;
        await using (var lease = await pool.RentAsync(TestContext.Current.CancellationToken))
        {
            killed = await lease.Connection.ScalarAsync<long>(SessionQuery);
            await KillAsync(killed);
            var exception = await Assert.ThrowsAnyAsync<DbException>(() => lease.Connection.ScalarAsync("SELECT 1"));
            Assert.Equal(FailureKind.ConnectionLost, pool.Provider.ClassifyFailure(exception));
        }

        Assert.NotEqual(killed, await pool.ScalarAsync<long>(SessionQuery));
        var statistics = pool.GetStatistics();
        Assert.Equal(2, statistics.ConnectionsOpened);
        Assert.Equal(1, statistics.ConnectionsClosed);
    }

    [Fact]
    public async Task When_one_killed_session_is_noticed_no_other_dead_one_is_rented()
    {
        await using var pool = NewPool(maxSize: 3);
        var sessions = new long[3];
        var leases = new List<ConnectionLease>();
        for (var i = 0; i < sessions.Length; i++)
        {
            leases.Add(await pool.RentAsync(TestContext.Current.CancellationToken));
            sessions[i] = await leases[i].Connection.ScalarAsync<long>(SessionQuery);
        }

        foreach (var lease in leases.Skip(1))
        {
            await lease.DisposeAsync();
        }

        await KillAsync(sessions);
        await Assert.ThrowsAnyAsync<DbException>(() => leases[0].Connection.ScalarAsync("SELECT 1"));
        await leases[0].DisposeAsync();

        var after = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => pool.ScalarAsync<long>(SessionQuery)));
        Assert.Empty(after.Intersect(sessions));
    }

    [Fact]
    public Task Validation_fails_on_a_killed_session() => WithSessionAsync(async (physical, provider) =>
    {
        await KillAsync(await physical.Connection.ScalarAsync<long>(SessionQuery));
        var exception = await Assert.ThrowsAnyAsync<Exception>(
            () => physical.ValidateAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken).AsTask());
        Assert.Equal(FailureKind.ConnectionLost, provider.ClassifyFailure(exception));
        Assert.False(physical.IsUsable);
    });

    [Fact]
    public async Task The_server_has_as_many_sessions_as_the_pool()
    {
        var user = Statements.UniqueName("u");
        await using var administrator = await ConnectAsync();
        await CreateUserAsync(administrator, user, "pw-counted");

        await using (var pool = NewPool(NewProvider(ConnectionStringOf(user, "pw-counted")), ResetMode.Full, maxSize: 5))
        {
            await pool.WarmUpAsync(3, cancellationToken: TestContext.Current.CancellationToken);
            for (var i = 0; i < 10; i++)
            {
                await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => pool.ScalarAsync<int>("SELECT 1")));
            }

            PoolCounts counts = default;
            await Patience.SoonAsync(() =>
            {
                counts = pool.GetStatistics().Counts;
                return counts.Idle == counts.Total;
            });
            Assert.InRange(counts.Total, 3, 5);
            await Patience.SoonAsync(async () => await administrator.ScalarAsync<int>(CountSessionsOf(user)) == counts.Total);
        }

        await Patience.SoonAsync(async () => await administrator.ScalarAsync<int>(CountSessionsOf(user)) == 0);
    }

    [Fact]
    public async Task Refused_credentials_fail_the_rent_at_once_and_appear_nowhere()
    {
        var provider = NewProvider(ConnectionStringOf("cenote_ordinary", WrongPassword));
        await using var pool = NewPool(provider, ResetMode.Full, configure: options => options.MaxOpenRetries = 3);
        var exception = await Assert.ThrowsAsync<ConnectionOpenException>(
            () => pool.RentAsync(TestContext.Current.CancellationToken).AsTask());

        Assert.Equal(FailureKind.InvalidCredentials, exception.Failure.Kind);
        Assert.Equal(1, exception.Failure.Attempts);
        Assert.False(exception.IsTransient);
        Assert.DoesNotContain(WrongPassword, exception.ToString(), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Refused_credentials_of_the_callback_appear_nowhere()
    {
        await using var pool = NewPool(configure: options =>
            options.CredentialsProvider = _ => new(new DatabaseCredentials(null, WrongPassword)));
        var exception = await Assert.ThrowsAsync<ConnectionOpenException>(
            () => pool.RentAsync(TestContext.Current.CancellationToken).AsTask());

        Assert.Equal(FailureKind.InvalidCredentials, exception.Failure.Kind);
        Assert.DoesNotContain(WrongPassword, exception.ToString(), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task A_rotated_password_is_asked_for_at_the_next_open()
    {
        var user = Statements.UniqueName("u");
        var password = "pw-first";
        await using var administrator = await ConnectAsync();
        await CreateUserAsync(administrator, user, password);
        await using var pool = NewPool(configure: options =>
            options.CredentialsProvider = _ => new(new DatabaseCredentials(user, Volatile.Read(ref password))));

        var first = await pool.ScalarAsync<long>(SessionQuery);
        await SetPasswordAsync(administrator, user, "pw-second");
        Volatile.Write(ref password, "pw-second");
        pool.Clear();

        Assert.NotEqual(first, await pool.ScalarAsync<long>(SessionQuery));
    }

    [Fact]
    public async Task Sessions_are_replaced_before_their_password_expires()
    {
        var (user, password) = (Statements.UniqueName("u"), "pw-first");
        await using var administrator = await ConnectAsync();
        await CreateUserAsync(administrator, user, password);
        var time = new FakeTimeProvider();
        await using var pool = NewPool(maxSize: 2, options =>
        {
            (options.TimeProvider, options.MinSize, options.MaxLifetime) = (time, 1, Timeout.InfiniteTimeSpan);
            options.CredentialsProvider = _ => new(new DatabaseCredentials(user, Volatile.Read(ref password), time.GetUtcNow() + TimeSpan.FromMinutes(15)));
        });
        await pool.WaitUntilReadyAsync(TestContext.Current.CancellationToken);
        var first = await pool.ScalarAsync<long>(SessionQuery);

        // The old password stops working, and the old session lives on.
        await SetPasswordAsync(administrator, user, "pw-second");
        Assert.Equal(first, await pool.ScalarAsync<long>(SessionQuery));
        Volatile.Write(ref password, "pw-second");
        await Patience.SoonAsync(() =>
        {
            // Time that passes during work of the server would be the work's own.
            if (pool.GetStatistics().Counts is { Opening: 0, Validating: 0, Resetting: 0, Closing: 0 })
            {
                time.Advance(TimeSpan.FromSeconds(1));
            }

            return new ValueTask<bool>(pool.GetStatistics().ConnectionsClosedByReason.GetValueOrDefault(CloseReason.CredentialsExpiring) > 0);
        });

        Assert.NotEqual(first, await pool.ScalarAsync<long>(SessionQuery));
        Assert.Equal(0, pool.GetStatistics().OpenFailures);
    }

    [Fact]
    public async Task The_connection_string_of_a_lease_never_shows_the_password()
    {
        await using var pool = NewPool(NewProvider(AdministratorConnectionString + ";Persist Security Info=true"), ResetMode.Full);
        await using var lease = await pool.RentAsync(TestContext.Current.CancellationToken);
        Assert.All(Secrets, secret => Assert.DoesNotContain(secret, lease.Connection.ConnectionString, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_statement_that_the_driver_prepared_can_be_prepared_again_in_the_next_lease()
    {
        await using var pool = NewPool();
        for (var i = 0; i < 3; i++)
        {
            await using var lease = await pool.RentAsync(TestContext.Current.CancellationToken);
            await using var command = lease.Connection.CreateCommand();
            command.CommandText = "SELECT 40 + 2";
            await command.PrepareAsync(TestContext.Current.CancellationToken);
            Assert.Equal(42, Convert.ToInt32(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken), System.Globalization.CultureInfo.InvariantCulture));
        }

        Assert.Equal(1, pool.GetStatistics().ConnectionsOpened);
    }

    [Fact]
    public async Task A_database_changed_through_the_driver_comes_back_and_leaves_no_session_behind()
    {
        var user = Statements.UniqueName("u");
        await using var administrator = await ConnectAsync();
        await CreateUserAsync(administrator, user, "pw");
        await using (var pool = NewPool(NewProvider(ConnectionStringOf(user, "pw")), ResetMode.Full))
        {
            await using (var lease = await pool.RentAsync(TestContext.Current.CancellationToken))
            {
                await lease.Connection.ChangeDatabaseAsync(OtherDatabase, TestContext.Current.CancellationToken);
                Assert.Equal(OtherDatabase, await lease.Connection.ScalarAsync<string>(DatabaseQuery));
            }

            Assert.Equal("cenote", await pool.ScalarAsync<string>(DatabaseQuery));
            await using (var connection = await pool.OpenConnectionAsync(TestContext.Current.CancellationToken))
            {
                await connection.ChangeDatabaseAsync(OtherDatabase, TestContext.Current.CancellationToken);
                Assert.Equal(OtherDatabase, await connection.ScalarAsync<string>(DatabaseQuery));
            }

            Assert.Equal("cenote", await pool.ScalarAsync<string>(DatabaseQuery));
        }

        await Patience.SoonAsync(async () => await administrator.ScalarAsync<int>(CountSessionsOf(user)) == 0);
    }

    /// <summary>A statement that allows a user one connection.</summary>
    protected abstract string LimitToOneConnection(string user);

    [Fact]
    public async Task A_refusal_of_one_connection_too_many_is_recognised()
    {
        var user = Statements.UniqueName("u");
        await using var administrator = await ConnectAsync();
        await CreateUserAsync(administrator, user, "pw");
        await administrator.ExecuteAsync(LimitToOneConnection(user));
        await using var pool = NewPool(NewProvider(ConnectionStringOf(user, "pw")), ResetMode.Full);
        await using var first = pool.Provider.Factory.CreateConnection()!;
        first.ConnectionString = ConnectionStringOf(user, "pw") + ";Pooling=false";
        await first.OpenAsync(TestContext.Current.CancellationToken);

        var exception = await Assert.ThrowsAsync<ConnectionOpenException>(
            () => pool.RentAsync(TestContext.Current.CancellationToken).AsTask());
        Assert.Equal(FailureKind.TooManyConnections, exception.Failure.Kind);
    }

    /// <summary>A statement that sets 7 for the session, and the expression that shows it.</summary>
    protected abstract (string Set, string Show) Setting { get; }

    [Fact]
    public async Task Rollback_keeps_what_is_set_outside_the_transaction()
    {
        var table = await NewTableAsync();
        var seen = await LookAroundAsync(
            ResetMode.Rollback,
            $"SELECT {Concat(Setting.Show, "' '", $"(SELECT count(*) FROM {table})")}",
            [Setting.Set, "BEGIN", $"INSERT INTO {table} VALUES (1)"]);
        Assert.Equal("7 0", seen.After);
        Assert.Equal(1, seen.Opened);
    }

    protected abstract string DatabaseQuery { get; }

    /// <summary>A database that every user may use.</summary>
    protected abstract string OtherDatabase { get; }

    // The drivers would keep such a session from the pool until the transaction ends.
    [Fact]
    public async Task An_ambient_transaction_is_not_joined_and_holds_no_connection()
    {
        var table = await NewTableAsync();
        await using var pool = NewPool(configure: options => options.AmbientTransactionBehavior = AmbientTransactionBehavior.Ignore);
        using (new System.Transactions.TransactionScope(System.Transactions.TransactionScopeAsyncFlowOption.Enabled))
        {
            await pool.ExecuteAsync($"INSERT INTO {table} VALUES (1)");
            Assert.Equal(1, await pool.ScalarAsync<int>($"SELECT count(*) FROM {table}"));
        }

        Assert.Equal(1, await pool.ScalarAsync<int>($"SELECT count(*) FROM {table}"));
        Assert.Equal(1, pool.GetStatistics().ConnectionsOpened);
    }

    [Fact]
    public async Task An_unreachable_server_counts_as_a_lost_connection()
    {
        var provider = NewProvider(UnreachableConnectionString);
        await using var pool = NewPool(provider, ResetMode.Full);
        var exception = await Assert.ThrowsAsync<ConnectionOpenException>(
            () => pool.RentAsync(TestContext.Current.CancellationToken).AsTask());
        Assert.Equal(FailureKind.ConnectionLost, exception.Failure.Kind);
    }

    /// <summary>A loopback port where no server listens.</summary>
    protected abstract string UnreachableConnectionString { get; }

    private protected async Task<FailureKind> ClassifyAsync(params string[] statements)
    {
        await using var pool = NewPool();
        var exception = await Assert.ThrowsAnyAsync<DbException>(() => pool.ExecuteAsync(statements));
        return pool.Provider.ClassifyFailure(exception);
    }
}
