using Cenote.Tests.Sizing.Simulation;

namespace Cenote.Tests.Sizing;

/// <summary>What the measured policy decides, and why.</summary>
public sealed class MeasuredSizingTests
{
    [Fact]
    public void Each_decision_has_its_evidence()
    {
        var run = new SimulatedDatabase(Server(8)).Run(60, new MeasuredSizingPolicy(), minSize: 1);

        Assert.NotEmpty(run.Decisions);
        Assert.All(run.Decisions, static made => Assert.Contains("leases/s", made.Decision.Reason, StringComparison.Ordinal));
        Assert.Contains(run.Decisions, static made => made.Decision.Reason.StartsWith("saturated", StringComparison.Ordinal));
        Assert.InRange(run.Sizes[^1], 8, 12);
    }

    [Fact]
    public void It_grows_by_two_at_most()
    {
        var run = new SimulatedDatabase(Server(32)).Run(120, new MeasuredSizingPolicy(), minSize: 1);

        for (var second = 1; second < run.Sizes.Count; second++)
        {
            Assert.True(run.Sizes[second] - run.Sizes[second - 1] <= 2, $"from {run.Sizes[second - 1]} to {run.Sizes[second]}");
        }
    }

    [Fact]
    public void It_does_not_grow_where_more_connections_gain_nothing()
    {
        var run = new SimulatedDatabase(Server(2)).Run(120, new MeasuredSizingPolicy(), minSize: 10);

        Assert.InRange(run.Sizes.TakeLast(60).Max(), 10, 12);
    }

    /// <summary>A row's lock lets one statement at a time work, and the next one is there when it is free.</summary>
    [Theory]
    [InlineData(0.89, 1.0)]
    [InlineData(0.75, 0.88)]
    public void It_keeps_what_the_second_connection_brings(double ofOne, double ofThree)
    {
        var server = Server(2) with { Rate = (_, active) => 5 * (active switch { 1 => ofOne, 2 => 1, _ => ofThree }) };

        var run = new SimulatedDatabase(server).Run(120, new MeasuredSizingPolicy(), minSize: 1);

        Assert.All(run.Sizes.TakeLast(45), static size => Assert.InRange(size, 2, 3));
    }

    [Fact]
    public void It_keeps_the_size_while_connections_are_idle()
    {
        var run = new SimulatedDatabase(Server(64) with { Clients = static _ => 3 }).Run(300, new MeasuredSizingPolicy(), minSize: 4);

        Assert.Empty(run.Decisions);
    }

    [Fact]
    public void It_follows_a_database_that_has_become_larger()
    {
        var server = Server(8) with { Rate = static (second, active) => Math.Min(active, second < 100 ? 8 : 24) };

        var run = new SimulatedDatabase(server).Run(300, new MeasuredSizingPolicy(), minSize: 1);

        Assert.InRange(run.Sizes[90], 8, 12);
        Assert.InRange(run.Sizes[^1], 22, 36);
    }

    [Theory]
    [InlineData(8)]
    [InlineData(32)]
    public void It_keeps_the_throughput_when_statements_become_shorter(int knee)
    {
        // Twice as fast, with the same knee: an index was created.
        var server = Server(knee) with { Rate = (second, active) => Math.Min(active, knee) * (second < 150 ? 1 : 2) };

        var run = new SimulatedDatabase(server).Run(300, new MeasuredSizingPolicy(), minSize: 1);

        Assert.InRange(run.Sizes[140], knee, knee * 1.5);
        Assert.InRange(run.Sizes[^1], knee, knee * 1.5);
        Assert.True(run.Ends.Skip(160).Average() >= 0.95 * 400 * knee, string.Join("; ", run.Sizes.Skip(150)));
    }

    [Fact]
    public void It_backs_off_at_once_when_the_server_has_too_many_connections()
    {
        var policy = new MeasuredSizingPolicy();
        var observation = new SizingObservation { Elapsed = TimeSpan.Zero, Leased = 4, Waiting = 50, Total = 4, Limit = 4, MinSize = 1, MaxSize = 100 };
        var second = 0;
        Assert.True(Grow() >= 10);

        observation = observation with { Elapsed = TimeSpan.FromSeconds(++second), Rents = second * 1000, Total = 7, Leased = 7, Refusals = 1 };
        var decision = policy.Decide(observation);

        Assert.Equal(7, decision?.Size);
        Assert.Contains("too many connections", decision!.Reason, StringComparison.Ordinal);
        observation = observation with { Limit = 7 };

        // Held for a minute, then tried again; a further refusal holds for longer.
        Assert.Equal(7, Grow(seconds: 55));
        Assert.True(Grow(seconds: 30) > 7);
        observation = observation with { Elapsed = TimeSpan.FromSeconds(++second), Rents = second * 1000, Total = 7, Leased = 7, Refusals = 2 };
        decision = policy.Decide(observation);
        Assert.Contains("120 s", decision!.Reason, StringComparison.Ordinal);

        int Grow(int seconds = 8)
        {
            for (var i = 0; i < seconds; i++)
            {
                second++;
                var leases = observation.Rents + (observation.Limit * 100);
                observation = observation with { Elapsed = TimeSpan.FromSeconds(second), Rents = leases, Leased = observation.Limit, Total = observation.Limit };
                observation = observation with { Limit = policy.Decide(observation)?.Size ?? observation.Limit };
            }

            return observation.Limit;
        }
    }

    [Fact]
    public void It_only_recommends_on_request_from_the_load_as_it_comes()
    {
        var server = Server(8) with { Clients = static second => 1 + (second * 7 % 40) };
        var policy = new MeasuredSizingPolicy(new MeasuredSizingOptions { RecommendOnly = true });

        var run = new SimulatedDatabase(server).Run(300, policy, minSize: 1, maxSize: 50);

        Assert.True(policy.RecommendsOnly);
        Assert.All(run.Sizes, static size => Assert.Equal(50, size));
        Assert.InRange(run.Decisions[^1].Decision.Size, 8, 12);
        Assert.InRange(run.Decisions.Count, 1, 3);
    }

    [Fact]
    public void It_recommends_a_larger_maximum_where_no_knee_was_seen()
    {
        var server = Server(64) with { Clients = static second => 1 + (second % 40) };

        var run = new SimulatedDatabase(server).Run(300, new MeasuredSizingPolicy(new MeasuredSizingOptions { RecommendOnly = true }), minSize: 1, maxSize: 10);

        Assert.Contains("raise MaxSize", run.Decisions[0].Decision.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_recommendation_is_an_event_and_changes_nothing()
    {
        await using var test = TestPool.Create(static options =>
            (options.SizingPolicy, options.MinSize, options.MaxSize) = (new Adviser(), 1, 6));
        Assert.Equal(6, test.Counts.Limit);

        await test.PassUntil(() => test.Pool.GetEvents().Any(static happened => happened.Kind == PoolEventKind.SizeRecommended));

        Assert.Equal(6, test.Counts.Limit);
        Assert.Contains(test.Logger.Collector.GetSnapshot(), static record => record.Id.Id == 57);
        Assert.Contains(test.Pool.GetEvents(), static happened => happened.Message.Contains("recommends 3 instead of 6 connections: because", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_server_that_refuses_makes_a_pool_smaller_at_once()
    {
        await using var test = TestPool.Create(static options =>
            (options.SizingPolicy, options.MinSize, options.MaxSize) = (new MeasuredSizingPolicy(), 2, 20));
        await test.When(static counts => counts.Idle == 2);
        var leases = await test.RentAsync(2);
        test.Pool.Engine.Desk.SetLimit(10);
        test.Script.Always(StubCall.Open, StubStep.Fail(FailureKind.TooManyConnections));
        var waiting = test.Pool.RentAsync().AsTask();

        // The event comes after the change.
        await test.PassUntil(() => test.Pool.GetEvents().Any(static happened => happened.Kind == PoolEventKind.Resized && happened.Message.Contains("too many connections", StringComparison.Ordinal)));

        Assert.Equal(2, test.Counts.Limit);
        Array.ForEach(leases, static lease => lease.Dispose());
        (await waiting.Soon()).Dispose();
    }

    private static SizingScenario Server(int knee) => new()
    {
        Name = $"knee {knee}",
        Knee = knee,
        Seed = 7,
        Rate = SizingScenario.SharpKnee(knee),
        Work = SizingScenario.Exponential(0.005),
    };

    private sealed class Adviser : ISizingPolicy
    {
        public bool RecommendsOnly => true;

        public SizingDecision? Decide(in SizingObservation observation) => new(3, "because");
    }
}
