namespace Cenote.ReadReplicasTests.Strategies;

/// <summary>How reads are spread.</summary>
public sealed class StrategyTests
{
    [Fact]
    public async Task Round_robin_gives_each_its_turns_by_weight_and_not_all_of_them_in_one_go()
    {
        await using var test = await TestSet.CreateAsync(replicas: 3, weights: name => name == "two" ? 4 : 1);
        List<string> turns = [];

        for (var i = 0; i < 12; i++)
        {
            turns.Add((await test.ReadAsync(1)).Split(' ')[0]);
        }

        Assert.Equal(8, turns.Count(name => name == "two"));
        Assert.Equal(2, turns.Count(name => name == "three"));
        Assert.Equal(2, turns.Count(name => name == "four"));
        Assert.DoesNotContain("two two two two", string.Join(' ', turns), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Round_robin_loses_no_turn_to_threads_that_come_at_once()
    {
        await using var test = await TestSet.CreateAsync(replicas: 3);
        var strategy = ReplicaStrategy.RoundRobin();
        var servers = test.Set.Servers.Skip(1).ToArray();
        var counts = new int[3];

        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            for (var i = 0; i < 3000; i++)
            {
                Interlocked.Increment(ref counts[strategy.Choose(servers)]);
            }
        })));

        Assert.Equal([4000, 4000, 4000], counts);
    }

    [Fact]
    public async Task Random_follows_the_weights()
    {
        await using var test = await TestSet.CreateAsync(replicas: 2, weights: name => name == "two" ? 3 : 1);
        var servers = test.Set.Servers.Skip(1).ToArray();

        var share = Enumerable.Range(0, 20_000).Count(_ => ReplicaStrategy.Random().Choose(servers) == 0) / 20_000.0;

        // 3 in 4, by more than ten standard deviations.
        Assert.InRange(share, 0.71, 0.79);
    }

    [Fact]
    public async Task Least_loaded_goes_where_the_fewest_are()
    {
        await using var test = await TestSet.CreateAsync(configure: options => options.Strategy = ReplicaStrategy.LeastLoaded(), pools: options => options.MinSize = 3);
        using var one = await test.Server("two").Pool.RentAsync(Stop);
        using var two = await test.Server("two").Pool.RentAsync(Stop);
        using var three = await test.Server("three").Pool.RentAsync(Stop);

        Assert.Equal("three 4", await test.ReadAsync(4));
    }

    [Fact]
    public async Task Least_loaded_takes_turns_among_equals()
    {
        await using var test = await TestSet.CreateAsync(configure: options => options.Strategy = ReplicaStrategy.LeastLoaded());

        Assert.Equal("three 3, two 3", await test.ReadAsync(6));
    }

    [Fact]
    public async Task Least_loaded_respects_weights()
    {
        await using var test = await TestSet.CreateAsync(
            configure: options => options.Strategy = ReplicaStrategy.LeastLoaded(), pools: options => options.MinSize = 4, weights: name => name == "two" ? 3 : 1);
        List<ConnectionLease> held = [];
        for (var i = 0; i < 4; i++)
        {
            held.Add(await test.Set.RentReadAsync(Stop).Soon());
        }

        Assert.Equal(3, held.Count(lease => test.NameOf(lease) == "two"));
        held.ForEach(lease => lease.Dispose());
    }

    [Fact]
    public async Task Two_choices_prefer_the_server_with_less_load()
    {
        await using var test = await TestSet.CreateAsync(configure: options => options.Strategy = ReplicaStrategy.PowerOfTwoChoices(), pools: options => options.MinSize = 4);
        using var one = await test.Server("two").Pool.RentAsync(Stop);
        using var two = await test.Server("two").Pool.RentAsync(Stop);

        Assert.Equal("three 10", await test.ReadAsync(10));
    }

    [Fact]
    public async Task Two_choices_prefer_the_server_that_answers_sooner()
    {
        await using var test = await TestSet.CreateAsync(configure: options => options.Strategy = ReplicaStrategy.PowerOfTwoChoices());
        test.Server("two").SetLatency(TimeSpan.FromMilliseconds(20));
        test.Server("three").SetLatency(TimeSpan.FromMilliseconds(2));

        Assert.Equal("three 10", await test.ReadAsync(10));
    }

    [Fact]
    public async Task Two_choices_share_by_weight_between_servers_that_differ_by_microseconds()
    {
        await using var test = await TestSet.CreateAsync(
            configure: options => options.Strategy = ReplicaStrategy.PowerOfTwoChoices(), weights: name => name == "two" ? 3 : 1);
        test.Server("two").SetLatency(TimeSpan.FromMicroseconds(110));
        test.Server("three").SetLatency(TimeSpan.FromMicroseconds(90));
        var servers = test.Set.Servers.Skip(1).ToArray();

        var share = Enumerable.Range(0, 20_000).Count(_ => test.Set.Servers[1] == servers[ReplicaStrategy.PowerOfTwoChoices().Choose(servers)]) / 20_000.0;

        // 3 in 4, by more than ten standard deviations.
        Assert.InRange(share, 0.71, 0.79);
    }

    [Fact]
    public async Task The_load_spreads_evenly_when_a_server_leaves_and_when_it_returns()
    {
        await using var test = await TestSet.CreateAsync(replicas: 4);
        Assert.Equal("five 3, four 3, three 3, two 3", await test.ReadAsync(12));

        test.Three.Die();
        await test.ProbeAsync(2);
        Assert.Equal("five 4, four 4, two 4", await test.ReadAsync(12));

        test.Three.Revive();
        await test.ProbeAsync(2);
        await test.Pump(test.Server("three").Pool.WaitUntilReadyAsync(Stop), TimeSpan.FromMilliseconds(250));
        Assert.Equal("five 3, four 3, three 3, two 3", await test.ReadAsync(12));
    }
}
