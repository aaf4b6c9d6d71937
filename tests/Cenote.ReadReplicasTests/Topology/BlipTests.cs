namespace Cenote.ReadReplicasTests.Topology;

/// <summary>Primaries that are away for a moment, or are not what they say.</summary>
public sealed class BlipTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_write_goes_on_when_the_primary_was_away_too_briefly_to_leave(bool isBlocking)
    {
        await using var test = await TestSet.CreateAsync(
            configure: options => (options.ProbeInterval, options.MaxLag) = (TimeSpan.FromHours(1), Timeout.InfiniteTimeSpan),
            pools: options => (options.MinSize, options.CircuitBreaker) = (0, null));
        test.One.Script
            .At(StubCall.Open, test.One.Database.Calls(StubCall.Open).Started + 1, StubStep.Fail())
            .At(StubCall.Status, test.One.Database.Calls(StubCall.Status).Started + 1, StubStep.Fail());

        var writing = isBlocking
            ? Patience.OnOwnThread(() => test.Set.RentWrite(Stop))
            : test.Set.RentWriteAsync(Stop).AsTask();

        using var lease = await writing.Soon();
        Assert.Equal("one", test.NameOf(lease));
        Assert.DoesNotContain(test.Logger.Collector.GetSnapshot(), record => record.Id.Id == 125);
    }

    [Fact]
    public async Task A_primary_of_an_earlier_timeline_gets_no_writes_before_the_others_were_heard()
    {
        var one = new StubServer("one", ServerRole.Primary);
        var two = new StubServer("two", ServerRole.Replica);
        one.Become(ServerRole.Primary, timeline: 1);
        two.Become(ServerRole.Primary, timeline: 2);
        var gate = new StubGate();
        two.Script.Always(StubCall.Status, StubStep.Hang(gate));
        await using var set = new ReplicaSetBuilder("set")
            .AddPrimary("one", pool => pool.UseProvider(one.Provider))
            .AddReplica("two", pool => pool.UseProvider(two.Provider))
            .Configure(static options => (options.ProbeTimeout, options.PrimaryTimeout, options.AcquireTimeout) = (TimeSpan.FromMinutes(1), Patience.Limit, Patience.Limit))
            .Build();
        var writing = set.RentWriteAsync(Stop).AsTask();
        while (set.Servers[0].Position is null)
        {
            await Task.Yield();
        }

        gate.Release();
        using var write = await writing.Soon();

        Assert.Equal("set/two", write.Pool!.Name);
    }

    [Fact]
    public async Task A_primary_that_is_back_gets_writes_although_its_pool_has_not_tried_again()
    {
        await using var test = await TestSet.CreateAsync(configure: options => options.PrimaryTimeout = TimeSpan.Zero);
        var one = test.Server("one").Pool;
        test.One.Die();
        await test.ProbeAsync(2);
        one.Clear();
        await test.PumpUntil(() => one.GetCircuitStatus().State == Cenote.CircuitState.Open);

        test.One.Revive();
        await test.ProbeAsync(2);

        using var write = await test.Set.RentWriteAsync(Stop).Soon();
        Assert.Equal("one", test.NameOf(write));
    }

    [Fact]
    public async Task A_server_that_has_refused_every_probe_has_no_part()
    {
        var one = new StubServer("one", ServerRole.Primary);
        var two = new StubServer("two", ServerRole.Replica);
        two.Script.Always(StubCall.Status, StubStep.Fail(FailureKind.TooManyConnections));
        await using var set = new ReplicaSetBuilder("set").AddPrimary("one", pool => pool.UseProvider(one.Provider)).AddReplica("two", pool => pool.UseProvider(two.Provider))
            .Configure(static options => options.ProbeTimeout = TimeSpan.FromMinutes(1)).Build();
        await set.WaitUntilReadyAsync(Stop).Soon();

        await set.ProbeAsync(Stop).Soon();
        Assert.Equal(ReplicaSetServerState.Unreachable, set.Servers[1].State);

        two.Revive();
        await set.ProbeAsync(Stop).Soon();
        Assert.Equal(ReplicaSetServerState.Serving, set.Servers[1].State);
    }
}
