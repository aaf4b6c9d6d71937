namespace Cenote.ReadReplicasTests.Topology;

/// <summary>Parts that move from server to server.</summary>
public sealed class FailoverTests
{
    [Fact]
    public async Task Writes_find_the_promoted_replica()
    {
        await using var test = await TestSet.CreateAsync();
        Timelines(test, 1);
        await test.ProbeAsync();

        test.One.Die();
        test.Two.Become(ServerRole.Primary, timeline: 2);
        await test.ProbeAsync(2);

        using var write = await test.Set.RentWriteAsync(Stop).Soon();
        Assert.Equal("two", test.NameOf(write));
        Assert.Equal("three 2", await test.ReadAsync(2));
        var change = await test.Change(TopologyChangeKind.PrimaryChanged);
        while (change.FormerPrimary is null)
        {
            change = await test.Change(TopologyChangeKind.PrimaryChanged);
        }

        Assert.Equal(("two", "one"), (change.Server.Name, change.FormerPrimary.Name));
        Assert.Equal(1, test.Set.GetStatistics().Failovers);
        Assert.Contains(test.Logger.Collector.GetSnapshot(), record => record.Id.Id == 124);
    }

    [Fact]
    public async Task The_former_primary_comes_back_as_a_replica()
    {
        await using var test = await TestSet.CreateAsync();
        test.One.Die();
        test.Two.Become(ServerRole.Primary, timeline: 2);
        await test.ProbeAsync(2);

        test.One.Revive();
        test.One.Become(ServerRole.Replica, timeline: 2);
        await test.ProbeAsync(2);
        await test.Pump(test.Server("one").Pool.WaitUntilReadyAsync(Stop), TimeSpan.FromMilliseconds(100));

        Assert.Equal("one 2, three 2", await test.ReadAsync(4));
        Assert.Equal("two", test.Set.Primary?.Name);
    }

    [Fact]
    public async Task A_former_primary_that_has_not_followed_the_promotion_gets_no_reads()
    {
        await using var test = await TestSet.CreateAsync();
        Timelines(test, 1);
        test.One.Reach(50);
        await test.ProbeAsync();
        test.One.Die();
        test.Two.Become(ServerRole.Primary, timeline: 2);
        await test.ProbeAsync(2);

        test.One.Revive();
        test.One.Become(ServerRole.Replica);
        await test.ProbeAsync(3);

        Assert.Equal(ReplicaSetServerState.Lagging, test.Server("one").State);
        Assert.Contains("another timeline than 2", test.Server("one").Reason, StringComparison.Ordinal);

        // As it is while it fails to follow.
        test.One.Replication!.Say(status => status with { Timeline = null });
        await test.ProbeAsync();
        test.One.Become(ServerRole.Replica, timeline: 1);
        await test.ProbeAsync();
        Assert.Equal("three 3", await test.ReadAsync(3));

        test.One.Become(ServerRole.Replica, timeline: 2);
        await test.ProbeAsync(2);
        await test.Pump(test.Server("one").Pool.WaitUntilReadyAsync(Stop), TimeSpan.FromMilliseconds(100));
        Assert.Equal("one 2, three 2", await test.ReadAsync(4));
    }

    [Fact]
    public async Task A_replica_ahead_of_the_promoted_one_gets_no_reads_until_it_follows()
    {
        await using var test = await TestSet.CreateAsync(configure: options => options.CausalReadTimeout = TimeSpan.Zero);
        Timelines(test, 1);
        test.One.Reach(51);
        test.Two.Reach(49);
        test.Three.Reach(50);
        await test.ProbeAsync();
        Assert.Equal("three 1, two 1", await test.ReadAsync(2));

        test.One.Die();
        test.Two.Become(ServerRole.Primary, timeline: 2);
        await test.ProbeAsync(2);
        var token = await test.Set.GetTokenAsync(Stop);
        Assert.Equal("two 2", await test.ReadAsync(2));
        using (var read = await test.Set.RentReadAsync(token, Stop).Soon())
        {
            Assert.Equal("two", test.NameOf(read));
        }

        test.Two.Reach(60);
        test.Three.Reach(60);
        test.Three.Become(ServerRole.Replica, timeline: 2);
        await test.ProbeAsync(2);
        Assert.Equal("three 2", await test.ReadAsync(2));
    }

    [Fact]
    public async Task A_replica_that_follows_the_promoted_one_never_leaves()
    {
        await using var test = await TestSet.CreateAsync();
        Timelines(test, 1);
        await test.ProbeAsync();
        test.One.Die();
        test.Two.Become(ServerRole.Primary, timeline: 2);
        await test.ProbeAsync(2);

        test.Two.Reach(60);
        test.Three.Reach(60);
        test.Three.Become(ServerRole.Replica, timeline: 2);
        for (var i = 0; i < 3; i++)
        {
            await test.ProbeAsync();
            Assert.Equal("three 2", await test.ReadAsync(2));
        }

        Assert.Equal(0, test.Set.GetStatistics().Servers[2].Evictions);
    }

    [Fact]
    public async Task A_replica_has_as_long_as_it_may_lag_to_follow_a_promotion()
    {
        await using var test = await TestSet.CreateAsync(configure: options => (options.MaxLag, options.ProbeInterval) = (TimeSpan.FromHours(2), TimeSpan.FromHours(1)));
        Timelines(test, 1);
        await test.ProbeAsync();
        test.One.Die();
        test.Two.Become(ServerRole.Primary, timeline: 2);
        await test.ProbeAsync(2);

        test.Time.Advance(TimeSpan.FromHours(2));
        await test.ProbeAsync();
        Assert.Equal("three 1", await test.ReadAsync(1));

        test.Time.Advance(TimeSpan.FromSeconds(1));
        await test.ProbeAsync();
        Assert.Equal("two 1", await test.ReadAsync(1));
    }

    [Fact]
    public async Task A_write_waits_for_the_promotion_and_goes_on_by_itself()
    {
        await using var test = await TestSet.CreateAsync(configure: options => options.PrimaryTimeout = TimeSpan.FromHours(1));
        test.One.Die();
        await test.ProbeAsync(2);
        Assert.Null(test.Set.Primary);
        var waiting = test.Set.RentWriteAsync(Stop).AsTask();
        var blocked = Patience.OnOwnThread(() => test.Set.RentWrite(Stop));
        await test.ProbeAsync(2);
        Assert.False(waiting.IsCompleted);

        test.Three.Become(ServerRole.Primary);
        await test.ProbeAsync();

        using var lease = await waiting.Soon();
        using var other = await blocked.Soon();
        Assert.Equal(("three", "three"), (test.NameOf(lease), test.NameOf(other)));
    }

    [Fact]
    public async Task A_write_that_finds_no_primary_throws_with_the_reason()
    {
        await using var test = await TestSet.CreateAsync(configure: options => options.PrimaryTimeout = TimeSpan.FromSeconds(3));
        test.One.Die();
        await test.ProbeAsync(2);

        var waiting = test.Set.RentWriteAsync(Stop).AsTask();
        await test.Pump(waiting);

        var refusal = await Assert.ThrowsAsync<NoPrimaryException>(() => waiting);
        Assert.Contains("one: Unreachable", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("two: Replica, serving", refusal.Message, StringComparison.Ordinal);
        Assert.Equal("set", refusal.PoolName);
        Assert.Equal(1, test.Set.GetStatistics().WritesRefused);
        Assert.Equal("one", (await test.Change(TopologyChangeKind.PrimaryLost)).Server.Name);
    }

    [Fact]
    public async Task A_set_that_begins_without_a_primary_reports_it_before_the_first_write()
    {
        await using var test = TestSet.Start(prepare: static stubs => stubs[0].Die());

        await test.PumpUntil(() => test.Logger.Collector.GetSnapshot().Any(record => record.Id.Id == 125));

        Assert.Null(test.Set.Primary);
        test.Two.Become(ServerRole.Primary);
        await test.ProbeAsync();
        Assert.Equal("two", test.Set.Primary?.Name);
        Assert.Equal(0, test.Set.GetStatistics().Failovers);
    }

    [Fact]
    public async Task Reads_go_on_without_a_primary()
    {
        await using var test = await TestSet.CreateAsync();
        test.One.Die();
        await test.ProbeAsync(2);
        test.Time.Advance(TimeSpan.FromHours(1));
        await test.ProbeAsync();

        Assert.Equal("three 2, two 2", await test.ReadAsync(4));
    }

    [Fact]
    public async Task A_write_that_meets_a_read_only_server_sets_off_a_probe_at_once()
    {
        await using var test = await TestSet.CreateAsync(configure: options =>
        {
            options.ProbeInterval = TimeSpan.FromHours(1);
            options.MaxLag = Timeout.InfiniteTimeSpan;
        });
        test.One.Become(ServerRole.Replica, timeline: 2);
        test.Two.Become(ServerRole.Primary, timeline: 2);
        test.One.Script.Always(StubCall.Execute, StubStep.Fail(FailureKind.ReadOnlyServer));

        await using (var write = await test.Set.OpenWriteConnectionAsync(Stop))
        await using (var command = write.CreateCommand())
        {
            command.CommandText = "INSERT";
            await Assert.ThrowsAsync<StubException>(() => command.ExecuteNonQueryAsync(Stop));
        }

        // No time has passed.
        while ((await test.Change(TopologyChangeKind.PrimaryChanged)).Server.Name != "two")
        {
        }

        using var next = await test.Set.RentWriteAsync(Stop).Soon();
        Assert.Equal("two", test.NameOf(next));
    }

    [Fact]
    public async Task The_later_timeline_wins_when_two_servers_claim_to_be_primary()
    {
        await using var test = await TestSet.CreateAsync();
        Timelines(test, 4);
        await test.ProbeAsync();

        test.Two.Become(ServerRole.Primary, timeline: 5);
        await test.ProbeAsync();

        Assert.Equal("two", test.Set.Primary?.Name);
        Assert.Equal(ReplicaSetServerState.ConflictingPrimary, test.Server("one").State);
        Assert.Equal("three 3", await test.ReadAsync(3));
        var rival = await test.Change(TopologyChangeKind.ConflictingPrimaryFound);
        Assert.Equal("one", rival.Server.Name);
        Assert.Contains("timeline 4", rival.Reason, StringComparison.Ordinal);
        Assert.Contains(test.Logger.Collector.GetSnapshot(), record => record.Id.Id == 127);
    }

    [Fact]
    public async Task A_former_primary_that_comes_back_alone_is_not_written_to()
    {
        await using var test = await TestSet.CreateAsync(configure: options => options.PrimaryTimeout = TimeSpan.Zero);
        Timelines(test, 1);
        test.One.Die();
        test.Two.Become(ServerRole.Primary, timeline: 2);
        await test.ProbeAsync(2);
        test.Two.Die();
        await test.ProbeAsync(2);

        test.One.Revive();
        await test.ProbeAsync(2);

        Assert.Equal(ReplicaSetServerState.ConflictingPrimary, test.Server("one").State);
        await Assert.ThrowsAsync<NoPrimaryException>(async () => await test.Set.RentWriteAsync(Stop));
    }

    [Fact]
    public async Task Without_timelines_the_primary_so_far_keeps_the_writes()
    {
        await using var test = await TestSet.CreateAsync();

        test.Two.Become(ServerRole.Primary);
        await test.ProbeAsync();

        Assert.Equal("one", test.Set.Primary?.Name);
        Assert.Equal(ReplicaSetServerState.ConflictingPrimary, test.Server("two").State);
    }

    [Fact]
    public async Task Members_of_one_group_are_not_rivals()
    {
        await using var test = await TestSet.CreateAsync();
        foreach (var stub in test.Stubs)
        {
            stub.Replication!.Say(new ServerStatus { Role = ServerRole.Primary, IsMultiPrimary = true, ClusterId = "group", Position = new StubPosition(7) });
        }

        await test.ProbeAsync();
        Assert.Equal("one", test.Set.Primary?.Name);
        Assert.Equal("three 2, two 2", await test.ReadAsync(4));

        test.One.Die();
        await test.ProbeAsync(2);
        Assert.Equal("two", test.Set.Primary?.Name);
        Assert.Equal("three 2", await test.ReadAsync(2));
    }

    [Fact]
    public async Task Another_server_than_the_declared_may_be_the_primary_from_the_start()
    {
        await using var test = TestSet.Start();
        test.One.Become(ServerRole.Replica);
        test.Two.Become(ServerRole.Primary);
        await test.ProbeAsync(2);

        Assert.Equal("two", test.Set.Primary?.Name);
        using var write = await test.Set.RentWriteAsync(Stop).Soon();
        Assert.Equal("two", test.NameOf(write));
    }

    [Fact]
    public async Task A_caller_queued_for_the_primary_moves_on_with_the_role()
    {
        await using var test = await TestSet.CreateAsync(pools: options => options.MaxSize = 1);
        using var held = await test.Set.RentWriteAsync(Stop);
        var waiting = test.Set.RentWriteAsync(Stop).AsTask();

        test.One.Become(ServerRole.Replica);
        test.Two.Become(ServerRole.Primary);
        await test.ProbeAsync(2);

        using var lease = await waiting.Soon();
        Assert.Equal("two", test.NameOf(lease));
        Assert.Equal(0, test.Server("one").Pool.GetStatistics().Counts.Waiting);
    }

    private static void Timelines(TestSet test, long timeline)
    {
        foreach (var stub in test.Stubs)
        {
            stub.Replication!.Say(status => status with { Timeline = timeline });
        }
    }
}
