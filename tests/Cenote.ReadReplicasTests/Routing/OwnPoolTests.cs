namespace Cenote.ReadReplicasTests.Routing;

/// <summary>Sets over pools that another owner disposes of.</summary>
public sealed class OwnPoolTests
{
    [Fact]
    public async Task A_closed_set_rents_nothing_from_pools_that_are_still_open()
    {
        await using var one = NewPool("one", ServerRole.Primary);
        await using var two = NewPool("two", ServerRole.Replica);
        await using var set = await BuildAsync(one, two);
        var held = await set.RentReadAsync(Stop).Soon();
        var reading = set.RentReadAsync(Stop).AsTask();

        await set.DisposeAsync().Soon();

        await Assert.ThrowsAsync<ReplicaSetClosedException>(() => reading.Soon());
        held.Dispose();
        await Assert.ThrowsAsync<ReplicaSetClosedException>(() => set.RentWriteAsync(Stop).Soon());
        await Assert.ThrowsAsync<ReplicaSetClosedException>(() => set.RentReadAsync(Stop).Soon());
        Assert.Throws<ReplicaSetClosedException>(() => set.RentRead(Stop));
        Assert.Equal(0, two.GetApproximateLoad());
    }

    [Fact]
    public async Task A_replica_whose_pool_was_closed_sends_its_readers_on()
    {
        await using var one = NewPool("one", ServerRole.Primary);
        var two = NewPool("two", ServerRole.Replica);
        await using var three = NewPool("three", ServerRole.Replica);
        await using var set = await BuildAsync(one, two, three);
        using var held = await three.RentAsync(Stop);
        await two.DisposeAsync().Soon();

        var reading = set.RentReadAsync(Stop).AsTask();
        held.Dispose();

        using var read = await reading.Soon();
        Assert.Same(three, read.Pool);
    }

    private static ConnectionPool NewPool(string name, ServerRole role) => new(
        new StubServer(name, role).Provider, new ConnectionPoolOptions { Name = name, MinSize = 1, MaxSize = 1, ResetMode = ResetMode.None });

    private static async Task<ReplicaSet> BuildAsync(ConnectionPool primary, params ConnectionPool[] replicas)
    {
        var builder = new ReplicaSetBuilder("set").AddPrimary(primary.Name, primary).Configure(static options => (options.SlowStartDuration, options.ProbeTimeout) = (TimeSpan.Zero, TimeSpan.FromMinutes(1)));
        foreach (var replica in replicas)
        {
            builder.AddReplica(replica.Name, replica);
            await replica.WaitUntilReadyAsync(Stop).Soon();
        }

        var set = builder.Build();
        await set.WaitUntilReadyAsync(Stop).Soon();
        return set;
    }
}
