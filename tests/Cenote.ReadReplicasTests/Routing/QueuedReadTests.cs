using Cenote.Leasing;
using Cenote.ReadReplicas.Routing;

namespace Cenote.ReadReplicasTests.Routing;

/// <summary>Reads that wait at a replica while others become free.</summary>
public sealed class QueuedReadTests
{
    [Theory, InlineData(true), InlineData(false)]
    public async Task A_queued_read_moves_to_a_replica_whose_connection_becomes_idle(bool isBlocking)
    {
        await using var test = await FullAsync();
        var (held, waiting) = await QueueAsync(test, isBlocking);
        var other = held.Keys.Single(name => name != waiting.Server);

        await held[other].DisposeAsync();

        await using var lease = await waiting.Read.Soon();
        Assert.Equal(other, test.NameOf(lease));
        await AssertUnwatchedAsync(test);
        await held[waiting.Server].DisposeAsync();
    }

    [Fact]
    public async Task A_queued_read_is_served_where_it_waits_and_leaves_the_other_connection()
    {
        await using var test = await FullAsync();
        var (held, waiting) = await QueueAsync(test, isBlocking: false);

        await held[waiting.Server].DisposeAsync();

        await using (var lease = await waiting.Read.Soon())
        {
            Assert.Equal(waiting.Server, test.NameOf(lease));
            await AssertUnwatchedAsync(test);
        }

        await held.Values.Single(static lease => lease.IsActive).DisposeAsync();
        Assert.All(test.Set.Servers, static server => Assert.Equal((0, 1), (server.Pool.GetStatistics().Counts.Leased, server.Pool.GetStatistics().Counts.Idle)));
    }

    [Fact]
    public async Task Queued_reads_move_in_their_order()
    {
        await using var test = await FullAsync();
        var held = await HoldAllAsync(test);
        var (own, others) = (new Queue<Task<ConnectionLease>>(), new Queue<Task<ConnectionLease>>());
        for (var i = 1; i <= 4; i++)
        {
            var before = test.Server("two").Pool.GetStatistics().Counts.Waiting;
            var read = test.Set.RentReadAsync(Stop).AsTask();
            await Patience.SoonAsync(() => Waiting(test) == i);
            (test.Server("two").Pool.GetStatistics().Counts.Waiting > before ? own : others).Enqueue(read);
        }

        // The pool's own callers are served first, then those of the other pool.
        await held["two"].DisposeAsync();
        foreach (var read in own.Concat(others))
        {
            await using var lease = await read.Soon();
            Assert.Equal("two", test.NameOf(lease));
            Assert.Equal(1, own.Concat(others).Count(static one => one.IsCompletedSuccessfully && one.Result.IsActive));
        }

        Assert.Equal((2, 2), (own.Count, others.Count));
        await held["three"].DisposeAsync();
    }

    [Fact]
    public void A_server_that_has_left_the_rotation_serves_no_read_that_waits_elsewhere()
    {
        var server = new ReplicaSetServer("three", 2, pool: null!, weight: 1, ServerRole.Replica, ownsPool: false);
        var isInRotation = true;
        var read = new WaitingRead(default, ExecutionContext.Capture()!, [server], _ => isInRotation);
        var queue = new ReadQueue(3);
        queue.Enter(read);
        Assert.Equal([read], queue.FindFor(server));

        isInRotation = false;

        Assert.Empty(queue.FindFor(server));
        Assert.False(queue.TryGive(read, server, lease: default));
        Assert.False(read.Moved.IsCancellationRequested);
    }

    [Fact]
    public async Task A_read_moves_in_its_own_flow()
    {
        var flow = new AsyncLocal<string?>();
        var seen = new System.Collections.Concurrent.ConcurrentBag<string?>();
        await using var test = await TestSet.CreateAsync(pools: options =>
        {
            options.MaxSize = 1;
            options.SessionContextProvider = () =>
            {
                seen.Add(flow.Value);
                return null;
            };
        });
        flow.Value = "holders";
        var held = await HoldAllAsync(test);
        flow.Value = "mine";
        var read = test.Set.RentReadAsync(Stop).AsTask();
        await Patience.SoonAsync(() => Waiting(test) == 1);
        var other = test.Set.Servers.Single(static server => server.Pool.GetStatistics().Counts is { Waiting: 0, Leased: 1 }).Name;
        flow.Value = "returner";
        seen.Clear();

        await held[other].DisposeAsync();

        await using var lease = await read.Soon();
        Assert.Equal(other, test.NameOf(lease));
        Assert.NotEmpty(seen);
        Assert.All(seen, static value => Assert.Equal("mine", value));
        await held.Values.Single(static lease => lease.IsActive).DisposeAsync();
    }

    [Fact]
    public async Task A_read_whose_context_must_be_set_lets_later_ones_move()
    {
        await using var test = await TestSet.CreateAsync(pools: RoomierAtThree, carryContexts: true);
        var (two, three) = await HoldRoomierAsync(test);
        Task<ConnectionLease> tenant;
        using (SessionContext.Empty.With("app.tenant", "a").BeginScope())
        {
            tenant = test.Set.RentReadAsync(Stop).AsTask();
        }

        await Patience.SoonAsync(() => WaitingAtTwo(test) == 1);
        var later = test.Set.RentReadAsync(Stop).AsTask();
        await Patience.SoonAsync(() => WaitingAtTwo(test) == 2);

        // Nothing sets a context there before the caller has the connection.
        await three[0].DisposeAsync();

        await using (var lease = await later.Soon())
        {
            Assert.Equal("three", test.NameOf(lease));
            Assert.False(tenant.IsCompleted);
        }

        await two.DisposeAsync();
        await using (var lease = await tenant.Soon())
        {
            Assert.Equal("two", test.NameOf(lease));
        }

        Assert.Equal("app.tenant=a", Assert.Single(((ContextProvider)test.Two.Provider).Set));
        await ReturnAsync(three.Skip(1));
    }

    [Fact]
    public async Task A_read_without_a_flow_stays_in_its_queue()
    {
        await using var test = await TestSet.CreateAsync(pools: RoomierAtThree);
        var (two, three) = await HoldRoomierAsync(test);
        Task<ConnectionLease> flowless;
        using (ExecutionContext.SuppressFlow())
        {
            flowless = test.Set.RentReadAsync(Stop).AsTask();
        }

        await Patience.SoonAsync(() => WaitingAtTwo(test) == 1);

        // The watch of the other server serves all reads. It has begun by now if it serves the first one, and ends with
        // the last one.
        using var cancelled = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        var other = test.Set.RentReadAsync(cancelled.Token).AsTask();
        await Patience.SoonAsync(() => WaitingAtTwo(test) == 2 && IsWatched(test, "three"));
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => other);
        await Patience.SoonAsync(() => !IsWatched(test, "three"));

        await ReturnAsync(three);
        Assert.Equal("three 1", await test.ReadAsync(1));
        Assert.Equal(1, WaitingAtTwo(test));
        await two.DisposeAsync();
        await using var lease = await flowless.Soon();
        Assert.Equal("two", test.NameOf(lease));
    }

    [Theory, InlineData(true), InlineData(false)]
    public async Task A_queued_read_that_is_cancelled_leaves_nothing_behind(bool isBlocking)
    {
        await using var test = await FullAsync();
        var held = await HoldAllAsync(test);
        using var cancelled = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        var read = isBlocking ? Patience.OnOwnThread(() => test.Set.RentRead(cancelled.Token)) : test.Set.RentReadAsync(cancelled.Token).AsTask();
        await Patience.SoonAsync(() => Waiting(test) == 1);

        await cancelled.CancelAsync();

        Assert.Equal(cancelled.Token, (await Assert.ThrowsAnyAsync<OperationCanceledException>(() => read)).CancellationToken);
        await AssertUnwatchedAsync(test);
        foreach (var lease in held.Values)
        {
            await lease.DisposeAsync();
        }

        Assert.Equal("three 2, two 2", await test.ReadAsync(4));
    }

    [Fact]
    public async Task No_connection_is_lost_when_many_reads_wait_and_move()
    {
        await using var test = await TestSet.CreateAsync(replicas: 3, pools: static options => options.MaxSize = 2);
        var inUse = new System.Collections.Concurrent.ConcurrentDictionary<object, bool>();
        await Task.WhenAll(Enumerable.Range(0, 16).Select(reader => Task.Run(async () =>
        {
            for (var i = 0; i < 300; i++)
            {
                using var cancelled = CancellationTokenSource.CreateLinkedTokenSource(Stop);
                if (i % 7 == 0)
                {
                    // Some give up at any moment.
                    _ = Task.Run(cancelled.Cancel, Stop);
                }

                try
                {
                    await using var lease = await test.Set.RentReadAsync(cancelled.Token);
                    Assert.True(inUse.TryAdd(lease.Connection, true), "A connection has two holders.");
                    await Task.Yield();
                    inUse.TryRemove(lease.Connection, out _);
                }
                catch (OperationCanceledException) when (cancelled.IsCancellationRequested)
                {
                }
            }
        }, Stop))).Soon();

        await AssertUnwatchedAsync(test);

        // A watch that served a read which had left returns the connection a moment later.
        await Patience.SoonAsync(() => test.Set.Servers.All(static server => server.Pool.GetStatistics().Counts is { Leased: 0, Waiting: 0 }));
    }

    private static Task<TestSet> FullAsync() => TestSet.CreateAsync(pools: static options => options.MaxSize = 1);

    private static void RoomierAtThree(ConnectionPoolOptions options) => options.MaxSize = options.Name == "set/three" ? 3 : 1;

    /// <summary>
    /// Rents every connection of the replicas. The next reads queue at <c>two</c>, where the load is lower.
    /// </summary>
    private static async Task<(ConnectionLease Two, List<ConnectionLease> Three)> HoldRoomierAsync(TestSet test)
    {
        var three = new List<ConnectionLease>();
        while (three.Count < 3)
        {
            three.Add(await test.Server("three").Pool.RentAsync(Stop).Soon());
        }

        return (await test.Server("two").Pool.RentAsync(Stop).Soon(), three);
    }

    private static async Task ReturnAsync(IEnumerable<ConnectionLease> leases)
    {
        foreach (var lease in leases)
        {
            await lease.DisposeAsync();
        }
    }

    private static int WaitingAtTwo(TestSet test) => test.Server("two").Pool.GetStatistics().Counts.Waiting;

    private static bool IsWatched(TestSet test, string server) => test.Server(server).Pool.Engine.Desk.Attention.HasAny(Attention.Wanted);

    private static int Waiting(TestSet test) => test.Set.Servers.Sum(static server => server.Pool.GetStatistics().Counts.Waiting);

    private static async Task<Dictionary<string, ConnectionLease>> HoldAllAsync(TestSet test)
    {
        var held = new Dictionary<string, ConnectionLease>(StringComparer.Ordinal);
        for (var i = 0; i < 2; i++)
        {
            var lease = await test.Set.RentReadAsync(Stop).Soon();
            held.Add(test.NameOf(lease), lease);
        }

        return held;
    }

    private static async Task<(Dictionary<string, ConnectionLease> Held, (string Server, Task<ConnectionLease> Read) Waiting)> QueueAsync(TestSet test, bool isBlocking)
    {
        var held = await HoldAllAsync(test);
        var read = isBlocking ? Patience.OnOwnThread(() => test.Set.RentRead(Stop)) : test.Set.RentReadAsync(Stop).AsTask();
        await Patience.SoonAsync(() => Waiting(test) == 1);
        return (held, (test.Set.Servers.Single(static server => server.Pool.GetStatistics().Counts.Waiting == 1).Name, read));
    }

    /// <summary>No pool takes the slow path for a read that does not wait any more.</summary>
    private static Task AssertUnwatchedAsync(TestSet test) =>
        Patience.SoonAsync(() => test.Set.Servers.All(static server => server.Pool.Engine.Desk.Attention == 0));
}
