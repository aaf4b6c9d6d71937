namespace Cenote.Tests.Connections;

[Collection(nameof(BlockedThreadPool))]
public sealed class SynchronousCallerTests
{
    [Fact]
    public void A_blocked_thread_pool_does_not_keep_synchronous_callers_from_new_connections()
    {
        var database = new StubDatabase();
        using var pool = new ConnectionPool(new StubProvider(database), new ConnectionPoolOptions { MinSize = 0, MaxSize = 4 });
        using var blocked = new BlockedThreadPool();

        var leases = Enumerable.Range(0, 4).Select(_ => pool.Rent()).ToArray();

        Assert.All(leases, lease => Assert.True(lease.IsActive));
        Assert.Equal(4, database.Sessions);
        Array.ForEach(leases, lease => lease.Dispose());
    }

    [Theory]
    [InlineData(SessionReset.ByPool, true)]
    [InlineData(SessionReset.ByDriver, true)]
    [InlineData(SessionReset.ByPool, false)]
    public void Synchronous_callers_get_returned_connections_on_a_blocked_thread_pool(SessionReset clearing, bool inline)
    {
        var database = new StubDatabase();
        var provider = new StubProvider(database) { Clearing = clearing, ClearsInline = inline };
        using var pool = new ConnectionPool(provider, new ConnectionPoolOptions { MinSize = 0, MaxSize = 1 });
        using var blocked = new BlockedThreadPool();
        var held = pool.Rent();
        var waiting = StartWaiting(pool);

        held.Dispose();

        Assert.True(waiting.Join(Patience.Limit));
    }

    [Fact]
    public void Synchronous_callers_get_late_resets_on_a_blocked_thread_pool()
    {
        var gate = new StubGate();
        var database = new StubDatabase { Script = new CallScript().At(StubCall.Clear, 1, StubStep.Hang(gate)) };
        using var pool = new ConnectionPool(new StubProvider(database), new ConnectionPoolOptions { MinSize = 0, MaxSize = 1 });
        using var blocked = new BlockedThreadPool();
        var held = pool.Rent();
        var waiting = StartWaiting(pool);

        // The server answers as soon as it is asked; only the thread that would hear it is missing.
        var returning = new Thread(held.Dispose);
        returning.Start();
        BlockUntil(() => database.Calls(StubCall.Clear).Started == 1);
        gate.Release();

        Assert.True(returning.Join(Patience.Limit));
        Assert.True(waiting.Join(Patience.Limit));
    }

    [Fact]
    public void Synchronous_callers_get_replacements_on_a_blocked_thread_pool()
    {
        var database = new StubDatabase();
        using var pool = new ConnectionPool(new StubProvider(database), new ConnectionPoolOptions { MinSize = 0, MaxSize = 1 });
        using var blocked = new BlockedThreadPool();
        var held = pool.Rent();
        var waiting = StartWaiting(pool);

        held.Stub().Break();
        held.Dispose();

        Assert.True(waiting.Join(Patience.Limit));
        Assert.Equal(2, database.Opened);
    }

    [Fact]
    public void A_blocked_thread_pool_does_not_keep_synchronous_callers_from_their_timeout()
    {
        var database = new StubDatabase();
        using var pool = new ConnectionPool(new StubProvider(database), new ConnectionPoolOptions { MinSize = 0, MaxSize = 1 });
        using var blocked = new BlockedThreadPool();
        using var held = pool.Rent();

        Assert.Throws<PoolTimeoutException>(() => pool.Rent(TimeSpan.FromMilliseconds(20)));
    }

    [Fact]
    public void Synchronous_callers_get_validations_on_a_blocked_thread_pool()
    {
        var database = new StubDatabase();
        var time = new Microsoft.Extensions.Time.Testing.FakeTimeProvider();
        using var pool = new ConnectionPool(
            new StubProvider(database), new ConnectionPoolOptions { MinSize = 0, MaxSize = 1, TimeProvider = time });
        pool.Rent().Dispose();
        BlockUntil(pool, counts => counts.Idle == 1);
        using var blocked = new BlockedThreadPool();
        database.KillAllSessions();

        // Suspended, so that upkeep does not validate it first.
        pool.Suspend();
        time.Advance(TimeSpan.FromMinutes(2));
        pool.Resume();

        using var lease = pool.Rent();

        Assert.True(lease.IsActive);
    }

    private static Thread StartWaiting(ConnectionPool pool)
    {
        var waiting = new Thread(() => pool.Rent().Dispose());
        waiting.Start();
        BlockUntil(pool, counts => counts.Waiting == 1);
        return waiting;
    }

    /// <summary>Asks again and again: nothing could run on the thread pool to tell this thread.</summary>
    private static void BlockUntil(ConnectionPool pool, Func<PoolCounts, bool> holds) => BlockUntil(() => holds(pool.GetStatistics().Counts));

    private static void BlockUntil(Func<bool> holds) => Assert.True(SpinWait.SpinUntil(holds, Patience.Limit));
}
