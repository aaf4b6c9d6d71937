namespace Cenote.ReadReplicasTests.Routing;

/// <summary>Where connections lead.</summary>
public sealed class ReadRoutingTests
{
    [Fact]
    public async Task Writes_go_to_the_primary_and_reads_to_the_replicas()
    {
        await using var test = await TestSet.CreateAsync();

        Assert.Equal("three 5, two 5", await test.ReadAsync(10));
        await using var write = await test.Set.OpenWriteConnectionAsync(Stop);
        await using var read = await test.Set.OpenReadConnectionAsync(Stop);

        Assert.Equal("set/one", write.Pool.Name);
        Assert.StartsWith("set/t", read.Pool.Name, StringComparison.Ordinal);
        Assert.Equal(0, test.Set.GetStatistics().ReadsOnPrimary);
    }

    [Fact]
    public async Task What_is_opened_without_a_word_goes_to_the_primary()
    {
        await using var test = await TestSet.CreateAsync();

        await using var opened = await test.Set.OpenConnectionAsync(Stop);
        await using var generic = await ((System.Data.Common.DbDataSource)test.Set).OpenConnectionAsync(Stop);

        Assert.Equal("set/one", opened.Pool.Name);
        Assert.Equal("set/one", ((PooledConnection)generic).Pool.Name);
    }

    [Fact]
    public async Task A_scope_sets_the_use_of_connections_until_it_ends()
    {
        await using var test = await TestSet.CreateAsync(replicas: 1);

        using (test.Set.BeginReadScope())
        {
            await Task.Yield();
            await using var read = await test.Set.OpenConnectionAsync(Stop);
            Assert.Equal("set/two", read.Pool.Name);
            using (test.Set.BeginWriteScope())
            {
                await using var write = await test.Set.OpenConnectionAsync(Stop);
                Assert.Equal("set/one", write.Pool.Name);
            }

            await using var again = test.Set.OpenConnection();
            Assert.Equal("set/two", again.Pool.Name);
            await using var explicitly = await test.Set.OpenWriteConnectionAsync(Stop);
            Assert.Equal("set/one", explicitly.Pool.Name);
        }

        await using var after = await test.Set.OpenConnectionAsync(Stop);
        Assert.Equal("set/one", after.Pool.Name);
    }

    [Fact]
    public async Task A_connection_that_is_opened_again_is_routed_again()
    {
        await using var test = await TestSet.CreateAsync();
        await using var connection = test.Set.ReadDataSource.CreateConnection();
        var pools = new SortedSet<string>(StringComparer.Ordinal);

        for (var i = 0; i < 4; i++)
        {
            await connection.OpenAsync(Stop);
            pools.Add(connection.Pool.Name);
            await connection.CloseAsync();
        }

        Assert.Equal(["set/three", "set/two"], pools);
    }

    [Fact]
    public async Task Synchronous_callers_are_routed_alike()
    {
        await using var test = await TestSet.CreateAsync(replicas: 1);

        using var write = test.Set.OpenWriteConnection();
        using var read = test.Set.OpenReadConnection();
        using var lease = test.Set.RentRead(Stop);

        Assert.Equal(("set/one", "set/two"), (write.Pool.Name, read.Pool.Name));
        Assert.Equal("two", test.NameOf(lease));
    }

    [Fact]
    public async Task A_set_without_replicas_reads_from_the_primary_and_reports_it()
    {
        await using var test = await TestSet.CreateAsync(replicas: 0, options => options.MaxReadsOnPrimary = 0);

        await using var read = await test.Set.OpenReadConnectionAsync(Stop);

        Assert.Equal("set/one", read.Pool.Name);
        Assert.Equal(1, test.Set.GetStatistics().ReadsOnPrimary);
        Assert.Contains(test.Logger.Collector.GetSnapshot(), record => record.Id.Id == 132);
    }

    [Fact]
    public async Task No_read_queues_at_a_replica_while_another_has_an_idle_connection()
    {
        await using var test = await TestSet.CreateAsync(configure: null, pools: options => options.MaxSize = 1);
        using var held = await test.Server("two").Pool.RentAsync(Stop);

        var served = await test.ReadAsync(6);

        Assert.Equal("three 6", served);
        Assert.Equal(0, test.Server("two").Pool.GetStatistics().Counts.Waiting);
    }

    [Fact]
    public async Task A_read_queued_at_a_replica_moves_on_when_it_is_evicted()
    {
        await using var test = await TestSet.CreateAsync(replicas: 1, pools: options => options.MaxSize = 2);
        using var first = await test.Set.RentReadAsync(Stop);
        using var second = await test.Set.RentReadAsync(Stop).Soon();
        var waiting = test.Set.RentReadAsync(Stop).AsTask();
        Assert.False(waiting.IsCompleted);

        test.Two.Die();
        await test.ProbeAsync(2);

        using var lease = await waiting.Soon();
        Assert.Equal("one", test.NameOf(lease));
        Assert.Equal(1, test.Set.GetStatistics().ReadsOnPrimary);
        Assert.Equal(0, test.Server("two").Pool.GetStatistics().Counts.Waiting);
    }

    [Fact]
    public async Task A_caller_that_cancels_loses_nothing_and_gets_its_own_token()
    {
        await using var test = await TestSet.CreateAsync(replicas: 1, pools: options => options.MaxSize = 1);
        using var held = await test.Set.RentReadAsync(Stop);
        using var source = new CancellationTokenSource();
        var waiting = test.Set.RentReadAsync(source.Token).AsTask();

        await source.CancelAsync();

        var cancelled = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.Soon());
        Assert.Equal(source.Token, cancelled.CancellationToken);
        held.Dispose();
        using var next = await test.Set.RentReadAsync(Stop).Soon();
    }

    [Fact]
    public async Task A_pool_that_cannot_reach_its_server_sends_its_callers_on()
    {
        await using var test = await TestSet.CreateAsync(replicas: 2, pools: options =>
        {
            options.MinSize = 0;
            options.CircuitBreaker = null;
        });
        test.Two.Script.Always(StubCall.Open, StubStep.Fail());

        var served = await test.ReadAsync(4);

        Assert.Equal("three 4", served);
    }

    [Fact]
    public async Task A_strategy_that_chooses_no_replica_is_named()
    {
        await using var test = await TestSet.CreateAsync(configure: options => options.Strategy = new EmptyChoice());

        var refusal = await Assert.ThrowsAsync<InvalidOperationException>(async () => await test.Set.RentReadAsync(Stop));

        Assert.Contains(nameof(EmptyChoice), refusal.Message, StringComparison.Ordinal);
    }

    private sealed class EmptyChoice : IReplicaStrategy
    {
        public int Choose(ReadOnlySpan<ReplicaSetServer> candidates) => candidates.Length;
    }
}
