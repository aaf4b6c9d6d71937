namespace Cenote.AdoNetTests;

public class OpeningAndClosingTests
{
    [Theory, ClassData<EveryDatabase>]
    public async Task A_closed_connection_opens_again_and_rents_again(Db db)
    {
        await using var pool = TestPool.Create(db);
        await using var connection = (PooledConnection)pool.CreateConnection();
        Assert.Equal(ConnectionState.Closed, connection.State);

        for (var i = 0; i < 3; i++)
        {
            await connection.OpenAsync();
            Assert.Equal(ConnectionState.Open, connection.State);
            Assert.Equal(1, pool.GetStatistics().Counts.Leased);
            Assert.Equal(7, await connection.ReadNumberAsync("SELECT 7"));
            await connection.CloseAsync();
            Assert.Equal(ConnectionState.Closed, connection.State);
            Assert.Equal(0, pool.GetStatistics().Counts.Leased);

            connection.Open();
            Assert.Equal(8, connection.Command("SELECT 8").ExecuteScalar().ToNumber());
            connection.Close();
            Assert.Equal(0, pool.GetStatistics().Counts.Leased);
        }
    }

    [Theory, ClassData<EveryDatabase>]
    public async Task Opening_an_open_connection_is_refused_and_changes_nothing(Db db)
    {
        await using var pool = TestPool.Create(db);
        await using var connection = await pool.OpenConnectionAsync();

        Assert.Throws<InvalidOperationException>(connection.Open);
        await Assert.ThrowsAsync<InvalidOperationException>(() => connection.OpenAsync());
        Assert.Equal(ConnectionState.Open, connection.State);
        Assert.Equal(1, await connection.ReadNumberAsync("SELECT 1"));
    }

    [Theory, ClassData<EveryDatabase>]
    public async Task Everything_that_needs_the_session_is_refused_after_the_return(Db db)
    {
        await using var pool = TestPool.Create(db);
        var connection = await pool.OpenConnectionAsync();
        await connection.CloseAsync();

        Assert.Throws<InvalidOperationException>(() => connection.ServerVersion);
        Assert.Throws<InvalidOperationException>(() => connection.Unwrap<DbConnection>());
        Assert.Throws<InvalidOperationException>(() => connection.BeginTransaction());
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await connection.BeginTransactionAsync());
        Assert.Throws<InvalidOperationException>(() => connection.ChangeDatabase("x"));
        await Assert.ThrowsAsync<InvalidOperationException>(() => connection.ChangeDatabaseAsync("x"));
        Assert.Throws<InvalidOperationException>(() => connection.GetSchema());
        Assert.Throws<InvalidOperationException>(() => connection.GetSchema("Tables"));
        Assert.Throws<InvalidOperationException>(() => connection.GetSchema("Tables", []));
        await Assert.ThrowsAsync<InvalidOperationException>(() => connection.GetSchemaAsync());
        await Assert.ThrowsAsync<InvalidOperationException>(() => connection.GetSchemaAsync("Tables"));
        await Assert.ThrowsAsync<InvalidOperationException>(() => connection.GetSchemaAsync("Tables", []));
        var refusal = Assert.Throws<InvalidOperationException>(() => connection.Command("SELECT 1").ExecuteScalar());
        Assert.Contains("was returned to the pool", refusal.Message, StringComparison.Ordinal);
        connection.RetireOnReturn();
    }

    [Theory, ClassData<EveryDatabase>]
    public async Task A_disposed_connection_stays_closed(Db db)
    {
        await using var pool = TestPool.Create(db);
        var connection = await pool.OpenConnectionAsync();
        await connection.DisposeAsync();
        connection.Dispose();
        await connection.DisposeAsync();
        connection.Close();

        Assert.Equal(0, pool.GetStatistics().Counts.Leased);
        Assert.Throws<ObjectDisposedException>(connection.Open);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => connection.OpenAsync());
        Assert.Equal(ConnectionState.Closed, connection.State);
    }

    [Fact]
    public async Task A_failed_open_leaves_it_closed_and_able_to_open_later()
    {
        await using var pool = TestPool.Create(Db.Sqlite, configure: options => options.AcquireTimeout = TimeSpan.FromMilliseconds(50));
        await using var connection = (PooledConnection)pool.CreateConnection();
        using (await pool.RentAsync(TimeSpan.FromSeconds(30)))
        {
            Assert.Throws<PoolTimeoutException>(connection.Open);
            Assert.Equal(ConnectionState.Closed, connection.State);
            await Assert.ThrowsAsync<PoolTimeoutException>(() => connection.OpenAsync());
            Assert.Equal(ConnectionState.Closed, connection.State);
            using var cancelled = new CancellationTokenSource();
            await cancelled.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => connection.OpenAsync(cancelled.Token));
            Assert.Equal(ConnectionState.Closed, connection.State);
        }

        await connection.OpenAsync();
        Assert.Equal(1, await connection.ReadNumberAsync("SELECT 1"));
    }

    [Fact]
    public async Task State_is_connecting_while_it_waits_and_disposal_returns_the_lease()
    {
        await using var pool = TestPool.Create(Db.Sqlite);
        var connection = (PooledConnection)pool.CreateConnection();
        var holder = await pool.RentAsync();
        var opening = connection.OpenAsync();
        Assert.Equal(ConnectionState.Connecting, connection.State);
        await Assert.ThrowsAsync<InvalidOperationException>(() => connection.OpenAsync());

        connection.Dispose();
        await holder.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => opening);

        await using var next = await pool.OpenConnectionAsync();
        Assert.Equal(1, pool.GetStatistics().Counts.Leased);
    }

    [Fact]
    public async Task Closing_on_many_threads_at_once_returns_once()
    {
        await using var pool = TestPool.Create(Db.Sqlite, maxSize: 2);
        for (var round = 0; round < 200; round++)
        {
            var connection = await pool.OpenConnectionAsync();
            var changes = 0;
            connection.StateChange += (_, _) => Interlocked.Increment(ref changes);
            using var start = new Barrier(4);
            await Task.WhenAll(Enumerable.Range(0, 4).Select(i => Task.Factory.StartNew(
                () =>
                {
                    start.SignalAndWait();
                    if (i % 2 == 0)
                    {
                        connection.Close();
                    }
                    else
                    {
                        connection.CloseAsync().GetAwaiter().GetResult();
                    }
                },
                CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)).ToArray());

            Assert.Equal(1, changes);
            Assert.Equal(ConnectionState.Closed, connection.State);
            Assert.Equal(0, pool.GetStatistics().Counts.Leased);
        }
    }

    [Theory, ClassData<EveryDatabase>]
    public async Task State_changes_raise_the_event(Db db)
    {
        await using var pool = TestPool.Create(db);
        await using var connection = (PooledConnection)pool.CreateConnection();
        var changes = new List<(ConnectionState From, ConnectionState To)>();
        connection.StateChange += (sender, change) =>
        {
            Assert.Same(connection, sender);
            changes.Add((change.OriginalState, change.CurrentState));
        };

        await connection.OpenAsync();
        await connection.CloseAsync();
        connection.Open();
        connection.Dispose();

        Assert.Equal(
            [
                (ConnectionState.Closed, ConnectionState.Open), (ConnectionState.Open, ConnectionState.Closed),
                (ConnectionState.Closed, ConnectionState.Open), (ConnectionState.Open, ConnectionState.Closed),
            ],
            changes);
    }

    [Fact]
    public async Task Disposal_raises_the_event()
    {
        await using var pool = TestPool.Create(Db.Sqlite);
        var connection = await pool.OpenConnectionAsync();
        var disposals = 0;
        connection.Disposed += (_, _) => disposals++;
        await connection.DisposeAsync();
        Assert.Equal(1, disposals);
    }
}
