using static Cenote.Tests.Circuit.BrokenDatabase;

namespace Cenote.Tests.Circuit;

/// <summary>How a pool finds out that its database is back.</summary>
public sealed class CircuitProbeTests
{
    [Fact]
    public async Task One_probe_in_the_background_finds_the_database_back_and_no_caller_waits_for_it()
    {
        await using var test = Broken();
        await Trip(test);
        test.Script.Heal(StubCall.Open);

        await PassToIdleAsync(test);

        Assert.Equal(CircuitState.Closed, test.Pool.GetCircuitStatus().State);
        (await test.Pool.RentAsync().Soon()).Dispose();
        Assert.Equal(1, test.Pool.GetStatistics().CircuitOpenings);
    }

    [Fact]
    public async Task Probes_of_a_silent_server_are_spaced_ever_wider_up_to_a_bound()
    {
        await using var test = Broken(
            new CircuitBreakerOptions
            {
                FailureThreshold = 1,
                BreakDuration = TimeSpan.FromSeconds(1),
                MaxBreakDuration = TimeSpan.FromSeconds(8),
                BackoffMultiplier = 2,
            },
            new CallScript().Always(StubCall.Open, StubStep.Hang(new StubGate())),
            static options => options.ConnectTimeout = TimeSpan.FromMilliseconds(500));
        var rent = test.Pool.RentAsync().AsTask();

        await test.Database.OpenStarted(1).Soon();
        test.Time.Advance(TimeSpan.FromMilliseconds(500));
        await Assert.ThrowsAnyAsync<PoolException>(() => rent.Soon());
        List<double> spacings = [];
        for (var probe = 0; probe < 6; probe++)
        {
            await test.When(static counts => counts.Opening == 0);
            spacings.Add(await FindSpacingAsync(test));
            test.Time.Advance(TimeSpan.FromMilliseconds(500));
            await test.StatisticsAre(static statistics => statistics.CircuitState == CircuitState.Open);
        }

        double[] longest = [1, 2, 4, 8, 8, 8];
        Assert.All(spacings.Zip(longest), pair => Assert.InRange(pair.First, (pair.Second / 2) - 0.001, pair.Second + 0.001));
    }

    [Fact]
    public async Task A_server_that_refuses_is_probed_after_20_ms_then_after_a_twentieth_of_the_outage()
    {
        await using var test = Broken();
        await Trip(test);
        List<(double Outage, double Spacing)> probes = [];
        var since = test.Time.GetUtcNow();
        while (test.Time.GetUtcNow() - since < TimeSpan.FromSeconds(20))
        {
            var outage = (test.Time.GetUtcNow() - since).TotalSeconds;
            probes.Add((outage, await FindSpacingAsync(test)));
            await test.StatisticsAre(static statistics => statistics is { CircuitState: CircuitState.Open, Counts.Opening: 0 });
        }

        // Never later than a silent server: 0.75 s at most.
        Assert.All(probes, static probe => Assert.InRange(
            probe.Spacing, (Math.Clamp(probe.Outage / 20, 0.020, 0.75) / 2) - 0.002, Math.Clamp(probe.Outage / 20, 0.020, 0.75) + 0.002));
        Assert.InRange(probes.Count, 80, 250);
    }

    [Fact]
    public async Task A_silence_after_refusals_begins_with_the_configured_break()
    {
        await using var test = Broken(
            new CircuitBreakerOptions { BreakDuration = TimeSpan.FromSeconds(1), MaxBreakDuration = TimeSpan.FromSeconds(60) },
            configure: static options => options.ConnectTimeout = TimeSpan.FromSeconds(10));
        await Trip(test);
        for (var probe = 0; probe < 5; probe++)
        {
            Assert.InRange(await FindSpacingAsync(test), 0.009, 0.021);
            await test.StatisticsAre(static statistics => statistics is { CircuitState: CircuitState.Open, Counts.Opening: 0 });
        }

        test.Script.Always(StubCall.Open, StubStep.Hang(new StubGate()));
        await FindSpacingAsync(test);

        // The time that the probe has, and not a moment more: the next one would begin.
        await test.Pass(TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(1));
        await test.StatisticsAre(static statistics => statistics is { CircuitState: CircuitState.Open, Counts.Opening: 0 });

        Assert.InRange(test.Pool.GetCircuitStatus().TimeUntilNextProbe!.Value, TimeSpan.Zero, TimeSpan.FromSeconds(1));
        test.Script.Always(StubCall.Open, Fail());
        await FindSpacingAsync(test);
        await test.StatisticsAre(static statistics => statistics is { CircuitState: CircuitState.Open, Counts.Opening: 0 });
        Assert.InRange(await FindSpacingAsync(test), 0.009, 0.021);
    }

    /// <summary>
    /// Lets time pass to the first probe that succeeds, but none during a probe, which would time out.
    /// </summary>
    private static async Task PassToIdleAsync(TestPool test)
    {
        while (test.Counts.Idle == 0)
        {
            await test.PassOpening(Tick, Tick);
        }
    }

    /// <summary>Lets time pass to the next probe, not sooner and not later, and returns how much.</summary>
    private static async Task<double> FindSpacingAsync(TestPool test)
    {
        var before = test.Database.Calls(StubCall.Open).Started;
        var spacing = test.Pool.GetCircuitStatus().TimeUntilNextProbe!.Value;
        if (spacing > TimeSpan.FromMilliseconds(1))
        {
            test.Time.Advance(spacing - TimeSpan.FromMilliseconds(1));
            Assert.Equal(before, test.Database.Calls(StubCall.Open).Started);
        }

        test.Time.Advance(TimeSpan.FromMilliseconds(1));
        await test.Database.OpenStarted(before + 1).Soon();
        return spacing.TotalSeconds;
    }

    [Fact]
    public async Task While_a_probe_hangs_callers_still_fail_at_once_and_no_second_one_starts()
    {
        var gate = new StubGate();
        await using var test = Broken(Plain, new CallScript().At(StubCall.Open, 1, Fail()).At(StubCall.Open, 2, Fail()).At(StubCall.Open, 3, Fail())
            .At(StubCall.Open, 4, StubStep.Hang(gate)));
        await Trip(test);
        await FindSpacingAsync(test);

        for (var i = 0; i < 10; i++)
        {
            Assert.Equal(CircuitState.HalfOpen, Assert.Throws<CircuitOpenException>(() => test.Pool.Rent()).CircuitStatus.State);

            // Less than a server gets that was never reached.
            test.Time.Advance(TimeSpan.FromMilliseconds(400));
        }

        Assert.Equal(4, test.Database.Calls(StubCall.Open).Started);
        gate.Release();
        await test.When(counts => counts.Idle == 1);
        (await test.Pool.RentAsync().Soon()).Dispose();
    }

    [Fact]
    public async Task A_probe_of_a_known_database_ends_after_a_second()
    {
        var gate = new StubGate();
        await using var test = Broken(Plain, new CallScript().At(StubCall.Open, 2, Fail()).At(StubCall.Open, 3, Fail()).At(StubCall.Open, 4, Fail())
            .At(StubCall.Open, 5, StubStep.Hang(gate)));
        var first = await test.Pool.RentAsync().Soon();
        first.Stub().Break();
        first.Dispose();
        await Trip(test);
        await FindSpacingAsync(test);

        // The next one succeeds while the one before still hangs.
        await test.Pass(TimeSpan.FromSeconds(1), TimeSpan.FromMilliseconds(100));
        await test.When(counts => counts.Opening == 0);
        await PassToIdleAsync(test);
        Assert.Equal(6, test.Database.Calls(StubCall.Open).Started);
        gate.Release();
    }

    [Fact]
    public async Task A_silent_server_opens_the_circuit_long_before_ConnectTimeout()
    {
        var gate = new StubGate();
        await using var test = Broken(script: new CallScript(), configure: options => (options.MaxSize, options.MaxConcurrentOpens) = (4, 4));
        var first = await test.Pool.RentAsync().Soon();
        test.Script.Always(StubCall.Open, StubStep.Hang(gate, honoursCancellation: false));
        first.Stub().Break();
        first.Dispose();
        var waiters = Enumerable.Range(0, 4).Select(_ => test.Pool.RentAsync().AsTask()).ToArray();
        await test.Database.OpenStarted(5).Soon();

        await test.Pass(TimeSpan.FromMilliseconds(2100), TimeSpan.FromMilliseconds(100));
        foreach (var waiter in waiters)
        {
            await Assert.ThrowsAsync<CircuitOpenException>(() => waiter.Soon());
        }

        await test.Pass(TimeSpan.FromSeconds(8), TimeSpan.FromMilliseconds(100));
        Assert.NotEqual(CircuitState.Closed, test.Pool.GetCircuitStatus().State);
        test.Script.Heal(StubCall.Open);
        var probes = test.Database.Calls(StubCall.Open).Started;
        await test.Pump(test.When(counts => counts.Opening == 0 || counts.Idle >= 1), TimeSpan.FromMilliseconds(50));
        await PassToIdleAsync(test);

        // Whichever probe hung has had its second; the next one found the server back.
        Assert.InRange(test.Database.Calls(StubCall.Open).Started - probes, 1, 2);
        gate.Release();
        await test.StatisticsAre(statistics => statistics.ConnectionsClosedByReason.GetValueOrDefault(CloseReason.OpenFailed) >= 4);
    }

    [Fact]
    public async Task A_blocking_credentials_callback_does_not_keep_the_circuit_half_open()
    {
        var asked = 0;
        using var release = new ManualResetEventSlim();
        await using var test = Broken(
            script: new CallScript().At(StubCall.Open, 1, Fail()).At(StubCall.Open, 2, Fail()).At(StubCall.Open, 3, Fail()),
            configure: options =>
            {
                options.ConnectTimeout = TimeSpan.FromSeconds(5);
                options.CredentialsProvider = _ =>
                {
                    if (Interlocked.Increment(ref asked) == 4)
                    {
                        release.Wait(CancellationToken.None);
                    }

                    return ValueTask.FromResult(new DatabaseCredentials("user", "secret"));
                };
            });
        await Trip(test);

        test.Time.Advance(test.Pool.GetCircuitStatus().TimeUntilNextProbe!.Value);
        await Patience.SoonAsync(() => Volatile.Read(ref asked) == 4);
        await test.Pass(TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(1));
        await test.When(counts => counts.Opening == 0);
        await PassToIdleAsync(test);

        Assert.Equal(5, asked);
        release.Set();
        Assert.Equal(CircuitState.Closed, test.Pool.GetCircuitStatus().State);
    }

    [Theory]
    [InlineData(FailureKind.InvalidCredentials)]
    [InlineData(FailureKind.TooManyConnections)]
    public async Task A_probe_that_the_server_refuses_is_one_login_and_closes_the_circuit(FailureKind kind)
    {
        await using var test = Broken(configure: options => (options.MinSize, options.MaxSize) = (4, 8));
        await test.PassOpening(TimeSpan.FromSeconds(20), TimeSpan.FromMilliseconds(100));
        await test.StatisticsAre(static statistics => statistics is { CircuitState: CircuitState.Open, Counts.Opening: 0 });
        var before = test.Database.Calls(StubCall.Open).Started;
        test.Script.Always(StubCall.Open, StubStep.Fail(kind));

        while (test.Pool.GetCircuitStatus().State != CircuitState.Closed)
        {
            await test.PassOpening(Tick, Tick);
        }

        await test.When(counts => counts.Opening == 0);
        Assert.Equal(before + 1, test.Database.Calls(StubCall.Open).Started);
        Assert.Contains(test.Logger.Collector.GetSnapshot(), static record => record.Id.Id == 13);
    }

    [Fact]
    public async Task A_circuit_without_room_for_a_probe_closes_since_what_is_open_is_alive()
    {
        await using var test = Broken(script: new CallScript().At(StubCall.Open, 1, StubStep.Succeed).Always(StubCall.Open, Fail()));
        using var held = await test.Pool.RentAsync().Soon();
        for (var i = 0; i < 3; i++)
        {
            using var source = new CancellationTokenSource();
            var more = test.Pool.RentAsync(source.Token).AsTask();
            await test.StatisticsAre(_ => test.Pool.GetCircuitStatus().ConsecutiveFailures == i + 1);
            await source.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => more);
        }

        Assert.Equal(CircuitState.Open, test.Pool.GetCircuitStatus().State);
        test.Pool.Resize(0, 1);
        test.Time.Advance(TimeSpan.FromSeconds(1));

        // Not at once, if the open that failed last has yet to start the probe's timer: it then looks by itself.
        await test.StatisticsAre(static statistics => statistics.CircuitState == CircuitState.Closed);
        Assert.Equal((CircuitState.Closed, 2), (test.Pool.GetCircuitStatus().State, test.Pool.GetCircuitStatus().ConsecutiveFailures));
    }

    [Fact]
    public async Task The_probe_must_succeed_as_often_as_configured()
    {
        var script = new CallScript().At(StubCall.Open, 1, Fail()).At(StubCall.Open, 2, Fail()).At(StubCall.Open, 3, Fail()).At(StubCall.Validate, 2, Fail());
        await using var test = Broken(new CircuitBreakerOptions { SuccessThreshold = 3 }, script);
        await Trip(test);

        await PassToIdleAsync(test);

        // The first probe fell at its second validation; the second passed both.
        Assert.Equal(5, test.Database.Calls(StubCall.Open).Started);
        Assert.Equal(4, test.Database.Calls(StubCall.Validate).Started);
        await test.StatisticsAre(statistics => statistics is { ConnectionsOpened: 2, ConnectionsClosed: 1 });
    }

    [Fact]
    public async Task Opens_that_wait_for_their_next_try_give_their_slots_back_when_the_circuit_opens()
    {
        // Each of two slots would sleep for hours; the probe needs one of them.
        await using var test = Broken(new CircuitBreakerOptions { FailureThreshold = 2 }, configure: options =>
            (options.MaxOpenRetries, options.OpenRetryBaseDelay, options.OpenRetryMaxDelay) = (5, TimeSpan.FromHours(5), TimeSpan.FromHours(10)));
        var waiting = Enumerable.Range(0, 2).Select(_ => test.Pool.RentAsync().AsTask()).ToArray();
        foreach (var waiter in waiting)
        {
            await Assert.ThrowsAsync<CircuitOpenException>(() => waiter.Soon());
        }

        await test.When(counts => counts.Opening == 0);
        test.Script.Heal(StubCall.Open);
        await PassToIdleAsync(test);
    }

    [Fact]
    public async Task The_minimum_size_is_filled_as_soon_as_the_database_appears()
    {
        await using var test = Broken(configure: options => (options.MinSize, options.MaxSize) = (4, 8));
        var ready = test.Pool.WaitUntilReadyAsync();
        await test.PassOpening(TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(1));
        Assert.False(ready.IsCompleted);

        test.Script.Heal(StubCall.Open);
        var since = test.Time.GetUtcNow();
        while (test.Counts.Idle < 4)
        {
            await test.PassOpening(Tick, Tick);
        }

        Assert.True(test.Time.GetUtcNow() - since <= TimeSpan.FromSeconds(1), $"{test.Time.GetUtcNow() - since}");
        await ready.Soon();
    }
}
