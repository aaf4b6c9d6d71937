namespace Cenote.ReadReplicasTests.Topology;

/// <summary>When a replica leaves, and how it returns.</summary>
public sealed class RotationTests
{
    [Fact]
    public async Task A_replica_leaves_after_failures_in_a_row_and_returns_after_successes_in_a_row()
    {
        await using var test = await TestSet.CreateAsync(configure: options =>
        {
            options.FailureThreshold = 3;
            options.RecoveryThreshold = 2;
            options.ProbeInterval = TimeSpan.FromHours(1);
            options.MaxLag = Timeout.InfiniteTimeSpan;
        });
        var two = test.Server("two");

        test.Two.Die();
        await test.ProbeAsync(2);
        Assert.Equal(ReplicaSetServerState.Serving, two.State);
        await test.ProbeAsync();
        Assert.Equal(ReplicaSetServerState.Unreachable, two.State);
        Assert.Contains("probes fail", two.Reason, StringComparison.Ordinal);
        Assert.Equal("two", (await test.Change(TopologyChangeKind.ReplicaEvicted)).Server.Name);

        test.Two.Revive();
        await test.ProbeAsync();
        Assert.Equal(ReplicaSetServerState.Unreachable, two.State);
        await test.ProbeAsync();
        Assert.Equal(ReplicaSetServerState.Serving, two.State);
        Assert.Equal(1, test.Set.GetStatistics().Servers[1].Evictions);
        Assert.Contains(test.Logger.Collector.GetSnapshot(), record => record.Id.Id == 122);
    }

    [Fact]
    public async Task A_failure_between_successes_does_not_evict()
    {
        await using var test = await TestSet.CreateAsync(replicas: 1);
        for (var i = 0; i < 5; i++)
        {
            test.Two.Script.Always(StubCall.Status, StubStep.Fail());
            await test.ProbeAsync();
            test.Two.Script.Heal(StubCall.Status);
            await test.ProbeAsync();
        }

        Assert.Equal(ReplicaSetServerState.Serving, test.Server("two").State);
        Assert.Equal(5, test.Set.GetStatistics().Servers[1].ProbeFailures);
    }

    [Fact]
    public async Task A_replica_that_returns_gets_more_and_more_until_it_has_its_share()
    {
        await using var test = await TestSet.CreateAsync(configure: options => options.SlowStartDuration = TimeSpan.FromSeconds(10));
        var two = test.Server("two");
        test.Two.Die();
        await test.ProbeAsync(2);
        test.Two.Revive();
        await test.ProbeAsync(2);
        await test.Pump(two.Pool.WaitUntilReadyAsync(Stop), TimeSpan.FromMilliseconds(10));
        Assert.InRange(two.TrafficShare, 0.01, 0.5);
        var before = two.Pool.GetStatistics().Rents;
        await test.ReadAsync(400);
        Assert.InRange(two.Pool.GetStatistics().Rents - before, 1, 150);

        test.Time.Advance(TimeSpan.FromSeconds(6));
        await test.ProbeAsync();
        Assert.InRange(two.TrafficShare, 0.5, 0.99);
        test.Time.Advance(TimeSpan.FromSeconds(5));
        await test.ProbeAsync();
        Assert.Equal(1, two.TrafficShare);
        Assert.Equal("three 10, two 10", await test.ReadAsync(20));
    }

    [Fact]
    public async Task A_replica_behind_the_limit_leaves_and_returns_when_it_has_caught_up()
    {
        await using var test = await TestSet.CreateAsync(replicas: 1, configure: options =>
        {
            options.ProbeInterval = TimeSpan.FromSeconds(1);
            options.MaxLag = TimeSpan.FromSeconds(5);
        });
        var two = test.Server("two");
        test.Two.Reach(100);
        for (var second = 1; second <= 4; second++)
        {
            test.One.Reach(100 + second);
            await test.ProbeAsync();
            test.Time.Advance(TimeSpan.FromSeconds(1));
            await test.ProbeAsync();
        }

        Assert.Equal(ReplicaSetServerState.Serving, two.State);
        Assert.InRange(two.Lag!.Value, TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(5));
        test.Time.Advance(TimeSpan.FromSeconds(2));
        await test.ProbeAsync();
        Assert.Equal(ReplicaSetServerState.Lagging, two.State);
        Assert.Contains("behind", (await test.Change(TopologyChangeKind.ReplicaEvicted)).Reason, StringComparison.Ordinal);
        Assert.Equal("one 3", await test.ReadAsync(3));

        test.Two.Reach(104);
        await test.ProbeAsync(2);
        Assert.Equal(ReplicaSetServerState.Serving, two.State);
        Assert.Equal(TimeSpan.Zero, two.Lag);
        Assert.Equal("two 3", await test.ReadAsync(3));
    }

    [Fact]
    public async Task A_replica_of_a_primary_that_writes_nothing_does_not_lag()
    {
        await using var test = await TestSet.CreateAsync(replicas: 1, configure: options => options.MaxLag = TimeSpan.FromSeconds(2));

        test.Time.Advance(TimeSpan.FromHours(1));
        await test.ProbeAsync(2);

        Assert.Equal(TimeSpan.Zero, test.Server("two").Lag);
        Assert.Equal(ReplicaSetServerState.Serving, test.Server("two").State);
    }

    [Fact]
    public async Task A_replica_whose_receiver_is_dead_lags_despite_its_own_numbers()
    {
        await using var test = await TestSet.CreateAsync(replicas: 1, configure: options => options.MaxLag = TimeSpan.FromSeconds(3));
        test.Two.Replication!.Say(status => status with { Lag = TimeSpan.Zero });
        await test.ProbeAsync();
        for (var i = 0; i < 4; i++)
        {
            test.One.Reach(10 + i);
            test.Time.Advance(TimeSpan.FromSeconds(2));
            await test.ProbeAsync();
        }

        Assert.Equal(ReplicaSetServerState.Lagging, test.Server("two").State);
    }

    [Fact]
    public async Task Without_positions_the_servers_own_lag_counts()
    {
        await using var test = await TestSet.CreateAsync(replicas: 1, configure: options => options.MaxLag = TimeSpan.FromSeconds(3));
        test.One.Replication!.Say(status => status with { Position = null });
        test.Two.Replication!.Say(status => status with { Position = null, Lag = TimeSpan.FromSeconds(4) });

        await test.ProbeAsync();
        Assert.Equal((ReplicaSetServerState.Lagging, TimeSpan.FromSeconds(4)), (test.Server("two").State, test.Server("two").Lag!.Value));
        test.Two.Replication!.Say(status => status with { Lag = TimeSpan.FromSeconds(1) });
        await test.ProbeAsync(2);
        Assert.Equal(ReplicaSetServerState.Serving, test.Server("two").State);
    }

    [Fact]
    public async Task A_database_that_cannot_tell_parts_leaves_them_as_declared()
    {
        await using var test = await TestSet.CreateAsync(tells: false);

        Assert.Equal("one", test.Set.Primary?.Name);
        Assert.Equal("three 2, two 2", await test.ReadAsync(4));
        test.Two.Die();
        await test.ProbeAsync(2);
        Assert.Equal("three 4", await test.ReadAsync(4));
    }

    [Fact]
    public async Task A_full_server_is_alive()
    {
        await using var test = await TestSet.CreateAsync(replicas: 1);
        test.Two.Script.Always(StubCall.Status, StubStep.Fail(FailureKind.TooManyConnections)).Always(StubCall.Open, StubStep.Fail(FailureKind.TooManyConnections));

        await test.ProbeAsync(5);

        Assert.Equal(ReplicaSetServerState.Serving, test.Server("two").State);
        Assert.True(test.Set.GetStatistics().Servers[1].ProbeFailures >= 5);
    }

    [Fact]
    public async Task A_server_absent_from_the_start_is_reported_and_joins_when_it_appears()
    {
        await using var test = TestSet.Start(replicas: 2);
        test.Two.Die();
        await test.Set.WaitUntilReadyAsync(Stop).Soon();

        // Twice: on a busy machine its first probe was answered a moment before it died.
        await test.ProbeAsync(2);

        Assert.NotEqual(ReplicaSetServerState.Serving, test.Server("two").State);
        test.Two.Revive();
        await test.ProbeAsync(2);
        Assert.Equal(ReplicaSetServerState.Serving, test.Server("two").State);
    }

    [Fact]
    public async Task A_server_that_holds_other_data_is_not_used()
    {
        await using var test = await TestSet.CreateAsync();
        foreach (var stub in test.Stubs)
        {
            stub.Replication!.Say(status => status with { ClusterId = stub == test.Three ? "another" : "ours" });
        }

        await test.ProbeAsync();

        Assert.Equal(ReplicaSetServerState.Unsuitable, test.Server("three").State);
        Assert.Contains("another", (await test.Change(TopologyChangeKind.ServerUnsuitable)).Reason, StringComparison.Ordinal);
        Assert.Equal("two 3", await test.ReadAsync(3));
    }

    [Fact]
    public async Task When_every_server_has_moved_to_new_data_the_set_goes_with_them()
    {
        await using var test = await TestSet.CreateAsync();
        foreach (var data in (string[])["old", "new"])
        {
            foreach (var stub in test.Stubs)
            {
                stub.Replication!.Say(status => status with { ClusterId = data, Timeline = data == "old" ? 7 : 1 });
            }

            await test.ProbeAsync(2);
        }

        Assert.All(test.Set.Servers, server => Assert.Equal(ReplicaSetServerState.Serving, server.State));
        Assert.Equal("one", test.Set.Primary?.Name);
    }
}
