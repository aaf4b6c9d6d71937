namespace Cenote.ReadReplicasTests.Topology;

/// <summary>A promotion that a question for the position meets before a probe does.</summary>
public sealed class QuestionTests
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(2);

    [Fact]
    public async Task A_position_on_the_former_timeline_serves_no_read_of_the_new_one()
    {
        await using var test = await CreateAsync();
        foreach (var stub in test.Stubs)
        {
            stub.Reach(50);
        }

        await test.ProbeAsync();
        test.One.Die();
        test.Two.Become(ServerRole.Primary, timeline: 2);
        await test.ProbeAsync(2);
        test.Two.Reach(60);
        var token = await test.Set.GetTokenAsync(Stop);
        Assert.Equal("three 1", await test.ReadAsync(1));
        var questions = test.Three.Database.Calls(StubCall.Status).Started;
        var reading = test.Set.RentReadAsync(token, Stop).AsTask();
        await test.PumpUntil(() => test.Three.Database.Calls(StubCall.Status).Started > questions, Step);

        // What it had received of the former primary, and not yet replayed.
        test.Three.Reach(60);
        await test.Pump(reading, Step);

        using var read = await reading;
        Assert.Equal("two", test.NameOf(read));
        await test.PumpUntil(() => test.Server("three").State == ReplicaSetServerState.Lagging, Step);
    }

    [Fact]
    public async Task What_the_promoted_server_writes_does_not_hide_where_it_was_promoted()
    {
        await using var test = await CreateAsync();
        test.One.Reach(20);
        test.Two.Reach(6);
        test.Three.Reach(5);
        await test.ProbeAsync();
        var reading = test.Set.RentReadAsync(await test.Set.GetTokenAsync(Stop), Stop).AsTask();

        test.One.Die();
        test.Two.Replication!.Say(status => status with { Role = ServerRole.Primary, Timeline = 2, Position = new StubPosition(30, timeline: 2) });
        await test.Pump(reading, Step);
        (await reading).Dispose();
        test.Three.Reach(25);
        await test.ProbeAsync(2);

        Assert.Equal("two", test.Set.Primary?.Name);
        Assert.Equal(ReplicaSetServerState.Lagging, test.Server("three").State);
        Assert.Equal("two 2", await test.ReadAsync(2));
    }

    [Fact]
    public async Task A_question_that_hangs_counts_as_a_failed_probe()
    {
        await using var test = await CreateAsync(static options =>
        {
            options.ProbeTimeout = TimeSpan.FromSeconds(1);

            // Questions are asked only while a read waits.
            (options.CausalReadTimeout, options.AcquireTimeout) = (TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(2));
        });
        test.One.Reach(20);
        test.Two.Reach(6);
        await test.ProbeAsync();
        var questions = test.Two.Database.Calls(StubCall.Status).Started;
        var reading = test.Set.RentReadAsync(await test.Set.GetTokenAsync(Stop), Stop).AsTask();
        await test.PumpUntil(() => test.Two.Database.Calls(StubCall.Status).Started > questions, Step);
        var gate = test.Two.GoSilent();
        var opens = test.Two.Database.Calls(StubCall.Open).Started;

        await test.PumpUntil(() => test.Server("two").State == ReplicaSetServerState.Unreachable);

        // Two probes that fail would have opened two connections.
        Assert.InRange(test.Two.Database.Calls(StubCall.Open).Started, opens, opens + 1);
        await test.Pump(reading, TimeSpan.FromSeconds(1));
        (await reading).Dispose();
        gate.Release();
    }

    [Fact]
    public async Task A_server_that_left_by_a_question_that_hung_returns_with_a_revived_pool()
    {
        await using var test = await CreateAsync(static options =>
        {
            options.FailureThreshold = 1;

            // Questions are asked only while a read waits.
            (options.CausalReadTimeout, options.AcquireTimeout) = (TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(2));
        });
        test.One.Reach(20);
        test.Two.Reach(6);
        await test.ProbeAsync();
        var pool = test.Server("two").Pool;
        var session = await ReadSessionAsync();
        var gate = new StubGate();
        test.Two.Script.At(StubCall.Status, test.Two.Database.Calls(StubCall.Status).Started + 1, StubStep.Hang(gate));
        var reading = test.Set.RentReadAsync(await test.Set.GetTokenAsync(Stop), Stop).AsTask();

        await test.PumpUntil(() => test.Server("two").State == ReplicaSetServerState.Unreachable);
        await test.PumpUntil(() => test.Server("two").State == ReplicaSetServerState.Serving);

        Assert.NotSame(session, await ReadSessionAsync());
        await test.Pump(reading);
        (await reading).Dispose();
        gate.Release();

        async Task<object> ReadSessionAsync()
        {
            using var lease = await pool.RentAsync(Stop);
            return lease.Connection;
        }
    }

    [Theory]
    [InlineData(true, CausalTokenProblem.AheadOfPrimary)]
    [InlineData(false, CausalTokenProblem.Unverified)]
    public async Task A_token_of_an_unseen_promotion_is_lost_only_if_all_servers_answer(bool allAnswer, CausalTokenProblem problem)
    {
        await using var test = await CreateAsync();
        test.One.Replication!.Say(static status => status with { Position = new StubPosition(7, timeline: 2) });
        var token = await test.Set.GetTokenAsync(Stop);
        test.One.Reach(7);
        await test.ProbeAsync();
        if (!allAnswer)
        {
            test.Two.Die();
        }

        var refusal = await Assert.ThrowsAsync<CausalTokenException>(async () => await test.Set.RentReadAsync(token, Stop));

        Assert.Equal(problem, refusal.Problem);
    }

    [Fact]
    public async Task A_server_that_never_answers_does_not_have_every_read_probe_all_servers()
    {
        await using var test = await CreateAsync();
        test.One.Replication!.Say(static status => status with { Position = new StubPosition(7, timeline: 2) });
        var token = await test.Set.GetTokenAsync(Stop);
        test.One.Reach(7);
        test.Two.Die();
        await test.ProbeAsync(2);

        Assert.NotEqual(0, await CountProbesAsync());
        Assert.Equal(0, await CountProbesAsync());
        test.Time.Advance(TimeSpan.FromHours(1));
        Assert.NotEqual(0, await CountProbesAsync());

        async Task<long> CountProbesAsync()
        {
            var probes = Probes();
            var refusal = await Assert.ThrowsAsync<CausalTokenException>(async () => await test.Set.RentReadAsync(token, Stop));
            Assert.Equal(CausalTokenProblem.Unverified, refusal.Problem);
            return Probes() - probes;
        }

        long Probes() => test.Set.GetStatistics().Servers[2].Probes;
    }

    /// <summary>A set on timeline 1 that makes no probe by itself.</summary>
    private static async Task<TestSet> CreateAsync(Action<ReplicaSetOptions>? configure = null)
    {
        var test = await TestSet.CreateAsync(configure: options =>
        {
            (options.ProbeInterval, options.MaxLag) = (TimeSpan.FromHours(1), Timeout.InfiniteTimeSpan);
            options.CausalReadTimeout = TimeSpan.FromSeconds(1);
            configure?.Invoke(options);
        });
        foreach (var stub in test.Stubs)
        {
            stub.Replication!.Say(static status => status with { Timeline = 1 });
        }

        await test.ProbeAsync();
        return test;
    }
}
