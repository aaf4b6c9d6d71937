namespace Cenote.ReadReplicasTests.CausalReads;

/// <summary>Reads that see what was written.</summary>
public sealed class CausalReadTests
{
    [Fact]
    public async Task A_read_with_a_token_goes_only_to_replicas_that_have_come_so_far()
    {
        await using var test = await TestSet.CreateAsync();
        test.One.Reach(50);
        test.Two.Reach(49);
        test.Three.Reach(50);
        var token = await test.Set.GetTokenAsync(Stop);
        await test.ProbeAsync();

        for (var i = 0; i < 4; i++)
        {
            using var read = await test.Set.RentReadAsync(token, Stop).Soon();
            Assert.Equal("three", test.NameOf(read));
        }

        Assert.Equal("three 1, two 1", await test.ReadAsync(2));
        Assert.Equal(4, test.Set.GetStatistics().CausalReadsImmediate);
    }

    [Fact]
    public async Task One_replica_that_has_caught_up_does_not_clear_the_others()
    {
        await using var test = await TestSet.CreateAsync();
        test.One.Reach(10);
        test.Two.Reach(10);
        await test.ProbeAsync();
        using var scope = test.Set.BeginCausalScope(await test.Set.GetTokenAsync(Stop));

        Assert.Equal("two 5", await test.ReadAsync(5));
        Assert.Equal("two 5", await test.ReadAsync(5));
    }

    [Fact]
    public async Task A_read_waits_for_the_freshest_replica_and_holds_no_connection_meanwhile()
    {
        await using var test = await TestSet.CreateAsync(configure: options => options.CausalReadTimeout = TimeSpan.FromMinutes(1));
        test.One.Reach(10);
        var token = await test.Set.GetTokenAsync(Stop);
        test.Two.Reach(5);
        test.Three.Reach(9);
        await test.ProbeAsync();

        var reading = test.Set.RentReadAsync(token, Stop).AsTask();
        Assert.False(reading.IsCompleted);
        Assert.All(test.Set.Servers, server => Assert.Equal(0, server.Pool.GetApproximateLoad()));
        test.Three.Reach(10);
        await test.Pump(reading, TimeSpan.FromMilliseconds(2));

        using var read = await reading;
        Assert.Equal("three", test.NameOf(read));
        Assert.Equal(1, test.Set.GetStatistics().CausalReadsAfterWait);
    }

    [Fact]
    public async Task A_read_that_outwaited_its_timeout_goes_to_the_primary()
    {
        await using var test = await TestSet.CreateAsync(configure: options => options.CausalReadTimeout = TimeSpan.FromSeconds(1));
        test.One.Reach(10);
        var token = await test.Set.GetTokenAsync(Stop);

        var reading = test.Set.RentReadAsync(token, Stop).AsTask();
        await test.Pump(reading);

        using var read = await reading;
        Assert.Equal("one", test.NameOf(read));
        Assert.Equal(1, test.Set.GetStatistics().CausalReadsOnPrimary);
    }

    [Fact]
    public async Task The_primary_takes_only_so_many_reads_after_a_failed_wait()
    {
        await using var test = await TestSet.CreateAsync(configure: options =>
        {
            options.CausalReadTimeout = TimeSpan.Zero;
            options.MaxReadsOnPrimary = 2;
        });
        test.One.Reach(10);
        var token = await test.Set.GetTokenAsync(Stop);
        using var one = await test.Set.RentReadAsync(token, Stop).Soon();
        using var two = await test.Set.RentReadAsync(token, Stop).Soon();

        var refusal = await Assert.ThrowsAsync<ReplicasUnavailableException>(async () => await test.Set.RentReadAsync(token, Stop));
        Assert.Contains("2 reads already", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(2, test.Set.GetStatistics().CurrentReadsOnPrimary);
        one.Dispose();
        using var three = await test.Set.RentReadAsync(token, Stop).Soon();
        Assert.Equal(1, test.Set.GetStatistics().ReadsRefused);
    }

    [Fact]
    public async Task A_token_that_the_primary_does_not_cover_is_an_error_and_not_a_wait_for_ever()
    {
        await using var test = await TestSet.CreateAsync(configure: options => options.CausalReadTimeout = TimeSpan.Zero);
        test.One.Reach(10);
        var token = await test.Set.GetTokenAsync(Stop);
        test.One.Die();
        test.Two.Reach(9);
        test.Two.Become(ServerRole.Primary);
        await test.ProbeAsync(2);

        var refusal = await Assert.ThrowsAsync<CausalTokenException>(async () => await test.Set.RentReadAsync(token, Stop));

        Assert.Equal(CausalTokenProblem.AheadOfPrimary, refusal.Problem);
        Assert.Contains("lost in a failover", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(0, test.Set.GetStatistics().CurrentReadsOnPrimary);
    }

    [Fact]
    public async Task A_token_that_is_added_after_a_refusal_is_passed_on()
    {
        await using var test = await TestSet.CreateAsync(configure: options => options.CausalReadTimeout = TimeSpan.Zero);
        test.One.Reach(9);
        var added = await test.Set.GetTokenAsync(Stop);
        test.One.Reach(10);
        var lost = await test.Set.GetTokenAsync(Stop);
        test.One.Reach(7);
        await test.ProbeAsync();
        using var scope = test.Set.BeginCausalScope(lost);
        await RefusesAsync();
        Assert.Equal("7", (await scope.GetTokenAsync(Stop))!.Position.ToString());

        scope.Add(added);
        Assert.Equal("9", (await scope.GetTokenAsync(Stop))!.Position.ToString());
        await RefusesAsync();

        async Task RefusesAsync() => Assert.Equal(
            CausalTokenProblem.AheadOfPrimary, (await Assert.ThrowsAsync<CausalTokenException>(async () => await test.Set.RentReadAsync(Stop))).Problem);
    }

    [Fact]
    public async Task A_refused_token_beside_a_scope_leaves_its_token_as_it_is()
    {
        await using var test = await TestSet.CreateAsync(configure: options => options.CausalReadTimeout = TimeSpan.Zero);
        test.One.Reach(5);
        var own = await test.Set.GetTokenAsync(Stop);
        test.One.Reach(10);
        var lost = await test.Set.GetTokenAsync(Stop);
        test.One.Reach(7);
        await test.ProbeAsync();
        using var scope = test.Set.BeginCausalScope(own);

        await Assert.ThrowsAsync<CausalTokenException>(async () => await test.Set.RentReadAsync(lost, Stop));

        Assert.Equal("5", (await scope.GetTokenAsync(Stop))!.Position.ToString());
    }

    [Fact]
    public async Task A_replica_whose_pool_is_broken_does_not_end_the_wait_for_another()
    {
        await using var test = await TestSet.CreateAsync(
            configure: static options => options.CausalReadTimeout = TimeSpan.FromSeconds(10),
            pools: static options => (options.MinSize, options.CircuitBreaker) = (0, null));
        test.One.Reach(7);
        test.Two.Reach(7);
        var token = await test.Set.GetTokenAsync(Stop);
        await test.ProbeAsync();
        test.Server("two").Pool.Clear();
        await test.PumpUntil(() => test.Server("two").Pool.GetStatistics().Counts.Total == 0, TimeSpan.FromTicks(1));
        test.Two.Script.Always(StubCall.Open, StubStep.Fail());

        var rent = test.Set.RentReadAsync(token, Stop).AsTask();
        test.Stubs[2].Reach(7);
        await test.Pump(rent);

        using var lease = await rent;
        Assert.Equal("three", test.NameOf(lease));
    }

    [Fact]
    public async Task A_scope_asks_the_primary_once_after_writes_and_not_at_all_after_reads()
    {
        await using var test = await TestSet.CreateAsync(configure: options => options.CausalReadTimeout = TimeSpan.Zero);
        using var scope = test.Set.BeginCausalScope();
        Assert.Null(await scope.GetTokenAsync(Stop));
        Assert.Equal("three 1, two 1", await test.ReadAsync(2));

        using (var write = await test.Set.RentWriteAsync(Stop))
        {
            test.One.Reach(7);
        }

        test.Two.Reach(7);
        await test.ProbeAsync();
        Assert.Equal("two 1", await test.ReadAsync(1));
        var probes = test.Set.GetStatistics().Servers[0].Probes;
        Assert.Equal("two 5", await test.ReadAsync(5));
        Assert.Equal(probes, test.Set.GetStatistics().Servers[0].Probes);
        Assert.Equal("7", (await scope.GetTokenAsync(Stop))!.Position.ToString());
    }

    [Fact]
    public async Task A_write_that_commits_after_a_read_is_seen_by_the_next_read()
    {
        await using var test = await TestSet.CreateAsync(configure: options => options.CausalReadTimeout = TimeSpan.Zero);
        using var scope = test.Set.BeginCausalScope();
        var write = await test.Set.RentWriteAsync(Stop);
        Assert.Equal("three 1, two 1", await test.ReadAsync(2));

        test.One.Reach(3);
        test.Three.Reach(3);
        write.Dispose();
        await test.ProbeAsync();

        Assert.Equal("three 4", await test.ReadAsync(4));
    }

    [Fact]
    public async Task Flows_that_are_started_within_a_scope_share_it_and_others_do_not()
    {
        await using var test = await TestSet.CreateAsync(configure: options => options.CausalReadTimeout = TimeSpan.Zero);
        using (var scope = test.Set.BeginCausalScope())
        {
            await Task.Run(() =>
            {
                using var write = test.Set.RentWrite(Stop);
                test.One.Reach(3);
            }, Stop);
            test.Two.Reach(3);
            await test.ProbeAsync();
            Assert.Equal("two 3", await test.ReadAsync(3));
        }

        Assert.Equal("three 1, two 1", await test.ReadAsync(2));
    }

    [Fact]
    public async Task A_blocked_caller_reads_what_it_wrote_too()
    {
        await using var test = await TestSet.CreateAsync(configure: options => options.CausalReadTimeout = TimeSpan.Zero);
        test.Three.Reach(8);
        await test.ProbeAsync();

        var served = await Patience.OnOwnThread(() =>
        {
            using var scope = test.Set.BeginCausalScope();
            using (test.Set.RentWrite(Stop))
            {
                test.One.Reach(8);
            }

            using var read = test.Set.RentRead(Stop);
            return test.NameOf(read);
        }).Soon();

        Assert.Equal("three", served);
    }

    [Fact]
    public async Task When_the_written_position_is_unknown_reads_stay_on_the_primary()
    {
        await using var test = await TestSet.CreateAsync();
        using var scope = test.Set.BeginCausalScope();
        (await test.Set.RentWriteAsync(Stop)).Dispose();
        test.One.Replication!.Say(status => status with { Position = null });

        Assert.Equal("one 2", await test.ReadAsync(2));
        var refusal = await Assert.ThrowsAsync<CausalTokenException>(async () => await scope.GetTokenAsync(Stop));
        Assert.Equal(CausalTokenProblem.NotSupported, refusal.Problem);
    }

    [Fact]
    public async Task A_token_that_is_in_part_of_an_earlier_timeline_is_renewed()
    {
        await using var test = await TestSet.CreateAsync(replicas: 1);
        var before = await ReachAsync(5, timeline: 1);
        var after = await ReachAsync(6, timeline: 2);
        await ReachAsync(9, timeline: 2);

        Assert.Equal("9@2", await PassOnAsync(before.Combine(after)));
        Assert.Equal("9@2", await PassOnAsync(before));
        Assert.Equal("6@2", await PassOnAsync(after));

        async Task<CausalToken> ReachAsync(long position, long timeline)
        {
            test.One.Replication!.Say(status => status with { Position = new StubPosition(position, timeline), Timeline = timeline });
            return await test.Set.GetTokenAsync(Stop);
        }

        async Task<string> PassOnAsync(CausalToken token)
        {
            using var scope = test.Set.BeginCausalScope(token);
            return (await scope.GetTokenAsync(Stop))!.Position.ToString();
        }
    }

    [Fact]
    public async Task A_read_whose_replica_leaves_waits_for_another_one()
    {
        await using var test = await TestSet.CreateAsync(configure: options =>
        {
            (options.ProbeInterval, options.MaxLag) = (TimeSpan.FromHours(1), Timeout.InfiniteTimeSpan);
            (options.CausalReadTimeout, options.AcquireTimeout) = (TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(2));
        });
        test.One.Reach(10);
        var token = await test.Set.GetTokenAsync(Stop);
        test.Two.Reach(5);
        test.Three.Reach(9);
        await test.ProbeAsync();
        var reading = test.Set.RentReadAsync(token, Stop).AsTask();
        test.Three.Die();
        await test.ProbeAsync(2);

        // Only a question that is asked for the read finds this out.
        test.Two.Reach(10);
        await test.Pump(reading, TimeSpan.FromMilliseconds(2));

        using var read = await reading;
        Assert.Equal("two", test.NameOf(read));
    }

    [Fact]
    public async Task A_token_and_a_scope_count_both()
    {
        await using var test = await TestSet.CreateAsync(configure: options => options.CausalReadTimeout = TimeSpan.Zero);
        test.One.Reach(5);
        var five = await test.Set.GetTokenAsync(Stop);
        test.One.Reach(9);
        var nine = await test.Set.GetTokenAsync(Stop);
        test.Two.Reach(5);
        test.Three.Reach(9);
        await test.ProbeAsync();

        using var scope = test.Set.BeginCausalScope(five);
        using (var read = await test.Set.RentReadAsync(nine, Stop).Soon())
        {
            Assert.Equal("three", test.NameOf(read));
        }

        scope.Add(nine);
        Assert.Equal("three 3", await test.ReadAsync(3));
        Assert.Equal("9", five.Combine(nine).Position.ToString());
    }
}
