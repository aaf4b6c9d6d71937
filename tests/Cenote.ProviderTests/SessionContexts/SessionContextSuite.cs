using System.Diagnostics;

namespace Cenote.ProviderTests.SessionContexts;

/// <summary>What must hold for a session context over every server that carries one, and every reset.</summary>
public abstract class SessionContextSuite
{
    private const string Name = "app.tenant";
    private const string ForbiddenValue = "forbidden-value-8312";

    protected abstract SessionReset Way { get; }

    protected abstract DatabaseProvider NewProvider();

    /// <summary>A query for a setting as text, empty without one.</summary>
    protected abstract string Look(string name);

    /// <summary>A query for the trace, empty or another text without one.</summary>
    protected abstract string LookAtTrace { get; }

    protected abstract string Change(string name, string value);

    /// <summary>A query for the number of the session.</summary>
    protected abstract string SessionQuery { get; }

    /// <summary>Ends a session from outside.</summary>
    protected abstract Task KillAsync(string session);

    [Theory, ClassData<EveryValue<ResetMode>>]
    public async Task A_context_is_there_for_one_lease(ResetMode mode)
    {
        await using var pool = NewPool(mode);
        for (var i = 0; i < 2; i++)
        {
            Assert.Equal("", await ReadAsync(pool));
            Assert.Equal("7", await ReadAsync(pool, Tenant("7")));
            Assert.Equal("8", await ReadAsync(pool, Tenant("8")));
            Assert.Equal("9", ReadBlocking(pool, Tenant("9")));
            Assert.Equal("", ReadBlocking(pool, SessionContext.Empty));
            using (Tenant("10").BeginScope())
            {
                Assert.Equal("10", await ReadAsync(pool));
                Assert.Equal("", await ReadAsync(pool, SessionContext.Empty));
                Assert.Equal("11", ReadBlocking(pool, Tenant("11")));
            }
        }

        Assert.Equal("", await ReadAsync(pool));
        Assert.Equal(1, pool.GetStatistics().ConnectionsOpened);
    }

    [Theory, ClassData<EveryValue<ResetMode>>]
    public async Task Only_the_entries_of_the_last_context_are_set(ResetMode mode)
    {
        await using var pool = NewPool(mode);
        Assert.Equal("1", await ReadAsync(pool, Tenant("1").With("app.user", "anna"), Name));
        Assert.Equal("", await ReadAsync(pool, SessionContext.Empty.With("app.user", "bea"), Name));
        Assert.Equal("", await ReadAsync(pool, Tenant("2"), "app.user"));
    }

    [Theory, ClassData<EveryValue<ResetMode>>]
    public async Task A_change_by_the_holder_ends_with_its_lease(ResetMode mode)
    {
        await using var pool = NewPool(mode);
        foreach (var next in (SessionContext[])[Tenant("7"), SessionContext.Empty, Tenant("8")])
        {
            await using (var lease = await pool.RentAsync(Tenant("7"), TestContext.Current.CancellationToken))
            {
                await lease.Connection.ExecuteAsync(Change(Name, "stolen"));
            }

            Assert.Equal(next.IsEmpty ? "" : next.Equals(Tenant("7")) ? "7" : "8", await ReadAsync(pool, next));
        }
    }

    [Theory, ClassData<EveryValue<ResetMode>>]
    public async Task A_transaction_left_open_takes_no_later_context_back(ResetMode mode)
    {
        await using var pool = NewPool(mode);
        await using (var lease = await pool.RentAsync(Tenant("1"), TestContext.Current.CancellationToken))
        {
            await lease.Connection.ExecuteAsync("BEGIN");
        }

        await using (var lease = await pool.RentAsync(Tenant("2"), TestContext.Current.CancellationToken))
        {
            await lease.Connection.ExecuteAsync("ROLLBACK");
            Assert.Equal("2", await lease.Connection.ScalarAsync<string>(Look(Name)));
        }

        await using (var lease = await pool.RentAsync(Tenant("3"), TestContext.Current.CancellationToken))
        {
            await lease.Connection.ExecuteAsync("BEGIN");
            await Assert.ThrowsAnyAsync<DbException>(() => lease.Connection.ExecuteAsync("SELECT * FROM no_such_table"));
        }

        Assert.Equal("4", await ReadAsync(pool, Tenant("4")));
    }

    [Theory, ClassData<EveryValue<ResetMode>>]
    public async Task A_waiter_gets_its_own_context(ResetMode mode)
    {
        await using var pool = NewPool(mode);
        var held = await pool.RentAsync(Tenant("first"), TestContext.Current.CancellationToken);
        SessionContext[] wanted = [Tenant("a"), SessionContext.Empty, Tenant("b"), Tenant("a"), SessionContext.Empty];
        var waiting = wanted.Select(context => ReadAsync(pool, context)).ToArray();
        var blocking = Task.Run(() => ReadBlocking(pool, Tenant("c")), TestContext.Current.CancellationToken);
        await Patience.SoonAsync(() => pool.GetStatistics().Counts.Waiting == wanted.Length + 1);
        held.Dispose();
        Assert.Equal(["a", "", "b", "a", ""], await Task.WhenAll(waiting));
        Assert.Equal("c", await blocking);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_dead_connection_is_replaced_before_the_caller_notices(bool blocks)
    {
        await using var pool = NewPool(ResetMode.Full);
        await KillAsync(await pool.ScalarAsync<string>(SessionQuery));
        Assert.Equal("7", blocks ? ReadBlocking(pool, Tenant("7")) : await ReadAsync(pool, Tenant("7")));
    }

    [Theory, ClassData<EveryValue<ResetMode>>]
    public async Task A_trace_shows_the_caller_at_the_time_of_the_rent(ResetMode mode)
    {
        await using var pool = NewPool(mode);
        var initial = await pool.ScalarAsync<string>(LookAtTrace);
        using (SessionContext.Empty.WithTrace().BeginScope())
        {
            Assert.Equal(initial, await pool.ScalarAsync<string>(LookAtTrace));
            using (var activity = new Activity("request").SetIdFormat(ActivityIdFormat.W3C).Start())
            {
                Assert.Equal(activity.Id, await pool.ScalarAsync<string>(LookAtTrace));
            }
        }

        Assert.Equal(initial, await pool.ScalarAsync<string>(LookAtTrace));
    }

    [Fact]
    public async Task A_pooled_connection_keeps_its_context_when_it_is_opened_again()
    {
        await using var pool = NewPool(ResetMode.Full);
        await using var connection = await pool.OpenConnectionAsync(Tenant("7"), TestContext.Current.CancellationToken);
        Assert.Equal("7", await connection.ScalarAsync<string>(Look(Name)));
        Assert.Throws<InvalidOperationException>(() => connection.SessionContext = null);
        await connection.CloseAsync();
        Assert.Equal("", await ReadAsync(pool));
        connection.Open();
        Assert.Equal("7", await connection.ScalarAsync<string>(Look(Name)));
        await connection.CloseAsync();
        connection.SessionContext = null;
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        Assert.Equal("", await connection.ScalarAsync<string>(Look(Name)));
    }

    [Fact]
    public async Task The_callback_of_a_pool_decides_before_the_flow()
    {
        var context = Tenant("7");
        await using var pool = NewPool(ResetMode.Full, options => options.SessionContextProvider = () => context);
        using var scope = Tenant("scope").BeginScope();
        Assert.Equal("7", await ReadAsync(pool));
        Assert.Equal("8", await ReadAsync(pool, Tenant("8")));
        context = null;
        Assert.Equal("", await ReadAsync(pool));
    }

    [Theory, ClassData<EveryValue<ResetMode>>]
    public async Task Work_and_commands_of_the_pool_have_the_context_of_their_flow(ResetMode mode)
    {
        await using var pool = NewPool(mode);
        using (Tenant("7").BeginScope())
        {
            Assert.Equal("7", await pool.ExecuteAsync(async (connection, _) => await connection.ScalarAsync<string>(Look(Name)), cancellationToken: TestContext.Current.CancellationToken));
            await using var command = pool.CreateCommand(Look(Name));
            Assert.Equal("7", (await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))?.ToString());
        }

        Assert.Equal("", await ReadAsync(pool));
    }

    [Theory, ClassData<EveryValue<ResetMode>>]
    public async Task Values_are_not_parts_of_a_statement(ResetMode mode)
    {
        await using var pool = NewPool(mode);
        foreach (var value in (string[])["", "O'Neil", "\\'; SELECT 1; --", "\"`$1 ? @p", "ünïcödé 🌍", new string('x', 2_000)])
        {
            Assert.Equal(value, await ReadAsync(pool, Tenant(value)));
        }
    }

    [Theory, ClassData<EveryValue<ResetMode>>]
    public async Task A_rent_that_cannot_wait_gets_no_connection_of_another_context(ResetMode mode)
    {
        await using var pool = NewPool(mode);
        Assert.Equal("7", await ReadAsync(pool, Tenant("7")));
        using (Tenant("8").BeginScope())
        {
            Assert.False(pool.TryRent(out _));
        }

        // Without a context, the connection is free where its reset has taken the last one back.
        if (pool.TryRent(out var lease))
        {
            Assert.True(mode is ResetMode.Full or ResetMode.WhenDirty);
            Assert.Equal("", await lease.Connection.ScalarAsync<string>(Look(Name)));
            lease.Dispose();
        }

        Assert.Equal("", await ReadAsync(pool));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_refused_context_fails_the_rent_and_keeps_the_connection(bool blocks)
    {
        await using var pool = NewPool(ResetMode.Full);
        var refused = Tenant(ForbiddenValue).WithRole("no_such_role_" + ForbiddenValue);
        var failure = blocks
            ? Assert.Throws<SessionContextException>(() => pool.Rent(refused, TestContext.Current.CancellationToken))
            : await Assert.ThrowsAsync<SessionContextException>(async () => await pool.RentAsync(refused, TestContext.Current.CancellationToken));
        Assert.DoesNotContain(ForbiddenValue, failure.ToString(), StringComparison.Ordinal);
        Assert.Contains("app.tenant, role", failure.Message, StringComparison.Ordinal);
        Assert.Equal(FailureKind.Other, failure.FailureKind);
        Assert.Contains(pool.GetEvents(), happened => happened.Kind == PoolEventKind.SessionContextFailed && !happened.Message.Contains(ForbiddenValue, StringComparison.Ordinal));
        Assert.Equal("", await ReadAsync(pool));
        var statistics = pool.GetStatistics();
        Assert.Equal((1, 1, 0), (statistics.ConnectionsOpened, statistics.SessionContextFailures, statistics.Counts.Leased));
    }

    [Theory, ClassData<EveryValue<ResetMode>>]
    public async Task A_rent_that_is_cancelled_leaves_no_context(ResetMode mode)
    {
        await using var pool = NewPool(mode);
        for (var i = 0; i < 5; i++)
        {
            using var cancel = new CancellationTokenSource();
            var rent = pool.RentAsync(Tenant("cancelled"), cancel.Token).AsTask();
            await cancel.CancelAsync();
            try
            {
                (await rent).Dispose();
            }
            catch (OperationCanceledException exception)
            {
                Assert.Equal(cancel.Token, exception.CancellationToken);
            }

            Assert.Equal("", await ReadAsync(pool));
            Assert.Equal("next", await ReadAsync(pool, Tenant("next")));
        }
    }

    private protected ConnectionPool NewPool(ResetMode mode, Action<ConnectionPoolOptions>? configure = null)
    {
        var options = new ConnectionPoolOptions { MinSize = 0, MaxSize = 1, ResetMode = mode, SessionReset = Way, MaxOpenRetries = 0 };
        configure?.Invoke(options);
        return new ConnectionPool(NewProvider(), options);
    }

    private protected static SessionContext Tenant(string value) => SessionContext.Empty.With(Name, value);

    private protected Task<string> ReadAsync(ConnectionPool pool) => pool.ScalarAsync<string>(Look(Name));

    private protected Task<string> ReadAsync(ConnectionPool pool, SessionContext context) => ReadAsync(pool, context, Name);

    private protected async Task<string> ReadAsync(ConnectionPool pool, SessionContext context, string name)
    {
        await using var lease = await pool.RentAsync(context, TestContext.Current.CancellationToken);
        return await lease.Connection.ScalarAsync<string>(Look(name));
    }

    private string ReadBlocking(ConnectionPool pool, SessionContext context)
    {
        using var lease = pool.Rent(context, TestContext.Current.CancellationToken);
        using var command = lease.Connection.CreateCommand();
        command.CommandText = Look(Name);
        return (string)command.ExecuteScalar()!;
    }
}
