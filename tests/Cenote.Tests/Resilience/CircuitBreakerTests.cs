using Cenote.Providers;
using Cenote.Resilience;

namespace Cenote.Tests.Resilience;

public sealed class CircuitBreakerTests
{
    private static readonly CircuitBreakerOptions Plain = new();
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(50);

    [Fact]
    public async Task After_so_many_failures_in_a_row_callers_fail_at_once_and_are_told_why_and_until_when()
    {
        await using var test = Broken();
        for (var i = 0; i < 2; i++)
        {
            await Assert.ThrowsAsync<ConnectionOpenException>(() => test.Pool.RentAsync().Soon());
            Assert.Equal(CircuitState.Closed, test.Pool.GetCircuit().State);
        }

        await Assert.ThrowsAnyAsync<PoolException>(() => test.Pool.RentAsync().Soon());
        var asked = test.Database.Calls(StubCall.Open).Started;

        var refused = Assert.Throws<CircuitOpenException>(() => test.Pool.Rent());
        Assert.Equal(CircuitState.Open, refused.Circuit.State);
        Assert.Equal(3, refused.Circuit.ConsecutiveFailures);
        Assert.Equal(3, asked);
        Assert.Equal(asked, test.Database.Calls(StubCall.Open).Started);
        Assert.InRange(refused.Circuit.NextProbe!.Value, TimeSpan.FromMilliseconds(125), TimeSpan.FromMilliseconds(250));
        Assert.InRange(refused.RetryAfter!.Value, refused.Circuit.NextProbe.Value + TimeSpan.FromMilliseconds(125), refused.Circuit.NextProbe.Value + TimeSpan.FromMilliseconds(250));
        Assert.Same(refused.LastFailure!.Exception, refused.InnerException);
        Assert.Equal(test.Time.GetUtcNow(), refused.LastFailure.Time);
        Assert.True(refused.IsTransient);
        Assert.Contains("3 tries in a row failed", refused.Message, StringComparison.Ordinal);
        var statistics = test.Pool.GetStatistics();
        Assert.Equal((CircuitState.Open, 1, 0), (statistics.Circuit, statistics.CircuitOpenings, statistics.Counts.Total));
        Assert.True(statistics.CircuitRejections >= 1);
    }

    [Fact]
    public async Task One_probe_in_the_background_finds_the_database_back_and_no_caller_waits_for_it()
    {
        await using var test = Broken();
        await Trip(test);
        test.Script.Heal(StubCall.Open);

        await test.Pump(test.When(counts => counts.Idle == 1), TimeSpan.FromMilliseconds(50));

        Assert.Equal(CircuitState.Closed, test.Pool.GetCircuit().State);
        (await test.Pool.RentAsync().Soon()).Dispose();
        Assert.Equal(1, test.Pool.GetStatistics().CircuitOpenings);
    }

    [Fact]
    public async Task Probes_come_one_at_a_time_and_their_spacing_grows_with_jitter_to_its_bound()
    {
        await using var test = Broken(new CircuitBreakerOptions
        {
            RecoveryTime = TimeSpan.FromSeconds(1),
            MaxRecoveryTime = TimeSpan.FromSeconds(8),
            RecoveryGrowth = 2,
        });
        await Trip(test);
        var spacings = new List<double>();
        for (var probe = 0; probe < 6; probe++)
        {
            var before = test.Database.Calls(StubCall.Open).Started;
            var spacing = test.Pool.GetCircuit().NextProbe!.Value;
            spacings.Add(spacing.TotalSeconds);
            test.Time.Advance(spacing - TimeSpan.FromMilliseconds(1));
            Assert.Equal(before, test.Database.Calls(StubCall.Open).Started);
            test.Time.Advance(TimeSpan.FromMilliseconds(1));
            await test.StatisticsAre(_ => test.Database.Calls(StubCall.Open).Started == before + 1 && test.Pool.GetCircuit() is { State: CircuitState.Open });
        }

        double[] longest = [1, 2, 4, 8, 8, 8];
        Assert.All(spacings.Zip(longest), pair => Assert.InRange(pair.First, (pair.Second / 2) - 0.001, pair.Second + 0.001));
    }

    [Fact]
    public async Task While_a_probe_hangs_callers_still_fail_at_once_and_no_second_one_starts()
    {
        var gate = new StubGate();
        await using var test = Broken(Plain, new CallScript().At(StubCall.Open, 1, Fail()).At(StubCall.Open, 2, Fail()).At(StubCall.Open, 3, Fail())
            .At(StubCall.Open, 4, StubStep.Hang(gate)));
        await Trip(test);
        await test.Pump(test.Database.OpenStarted(4), TimeSpan.FromMilliseconds(100));

        for (var i = 0; i < 10; i++)
        {
            Assert.Equal(CircuitState.HalfOpen, Assert.Throws<CircuitOpenException>(() => test.Pool.Rent()).Circuit.State);
            test.Time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(4, test.Database.Calls(StubCall.Open).Started);
        gate.Release();
        await test.When(counts => counts.Idle == 1);
        (await test.Pool.RentAsync().Soon()).Dispose();
    }

    [Fact]
    public async Task A_probe_of_a_database_that_was_reached_before_ends_after_a_second_however_long_the_connect_timeout()
    {
        var gate = new StubGate();
        await using var test = Broken(Plain, new CallScript().At(StubCall.Open, 2, Fail()).At(StubCall.Open, 3, Fail()).At(StubCall.Open, 4, Fail())
            .At(StubCall.Open, 5, StubStep.Hang(gate)));
        var first = await test.Pool.RentAsync().Soon();
        first.Stub().Break();
        first.Dispose();
        await Trip(test);
        await test.Pump(test.Database.OpenStarted(5), TimeSpan.FromMilliseconds(100));

        // The next one succeeds while the one before still hangs.
        await test.Pump(test.When(counts => counts.Idle == 1), TimeSpan.FromMilliseconds(100));
        Assert.Equal(6, test.Database.Calls(StubCall.Open).Started);
        gate.Release();
    }

    [Fact]
    public async Task A_server_that_falls_silent_opens_the_circuit_long_before_the_connect_timeout_and_is_found_back_within_a_second()
    {
        var gate = new StubGate();
        await using var test = Broken(script: new CallScript(), configure: options => (options.MaxSize, options.MaxConcurrentOpens) = (4, 4));
        var first = await test.Pool.RentAsync().Soon();
        test.Script.Always(StubCall.Open, StubStep.Hang(gate, honoursCancellation: false));
        first.Stub().Break();
        first.Dispose();
        var waiters = Enumerable.Range(0, 4).Select(_ => test.Pool.RentAsync().AsTask()).ToArray();
        await test.When(counts => counts.Opening == 4);

        await test.Pass(TimeSpan.FromMilliseconds(2100), TimeSpan.FromMilliseconds(100));
        foreach (var waiter in waiters)
        {
            await Assert.ThrowsAsync<CircuitOpenException>(() => waiter.Soon());
        }

        await test.Pass(TimeSpan.FromSeconds(8), TimeSpan.FromMilliseconds(100));
        Assert.NotEqual(CircuitState.Closed, test.Pool.GetCircuit().State);
        test.Script.Heal(StubCall.Open);
        var probes = test.Database.Calls(StubCall.Open).Started;
        await test.Pump(test.When(counts => counts.Idle >= 1), TimeSpan.FromMilliseconds(50));

        // Whichever probe hung has had its second; the next one found the server back.
        Assert.InRange(test.Database.Calls(StubCall.Open).Started - probes, 1, 2);
        gate.Release();
        await test.StatisticsAre(statistics => statistics.Closed.GetValueOrDefault(CloseReason.OpenFailed) >= 4);
    }

    [Fact]
    public async Task Tries_that_meet_one_hiccup_together_are_one_failure()
    {
        var gate = new StubGate();
        await using var test = Broken(
            script: new CallScript().Always(StubCall.Open, StubStep.Hang(gate).ThenFail()),
            configure: options => (options.MaxSize, options.OpenRetries, options.OpenRetryBaseDelay) = (8, 3, TimeSpan.FromSeconds(1)));
        var waiters = Enumerable.Range(0, 4).Select(_ => test.Pool.RentAsync().AsTask()).ToArray();
        await test.When(counts => counts.Opening == 4);
        await test.StatisticsAre(_ => test.Database.Calls(StubCall.Open).Started == 4);
        test.Time.Advance(TimeSpan.FromMilliseconds(100));

        test.Script.Heal(StubCall.Open);
        gate.Release();

        await test.StatisticsAre(statistics => statistics.OpenFailures == 4);
        Assert.Equal((CircuitState.Closed, 1), (test.Pool.GetCircuit().State, test.Pool.GetCircuit().ConsecutiveFailures));
        await test.Pump(Task.WhenAll(waiters));
        Array.ForEach(waiters, static waiter => waiter.Result.Dispose());
    }

    [Fact]
    public async Task A_credentials_callback_that_blocks_in_the_probe_does_not_keep_the_circuit_half_open()
    {
        var asked = 0;
        using var release = new ManualResetEventSlim();
        await using var test = Broken(
            script: new CallScript().At(StubCall.Open, 1, Fail()).At(StubCall.Open, 2, Fail()).At(StubCall.Open, 3, Fail()),
            configure: options =>
            {
                options.ConnectTimeout = TimeSpan.FromSeconds(5);
                options.Credentials = _ =>
                {
                    if (Interlocked.Increment(ref asked) == 4)
                    {
                        release.Wait(CancellationToken.None);
                    }

                    return ValueTask.FromResult(new DatabaseCredentials("user", "secret"));
                };
            });
        await Trip(test);

        await test.Pump(test.When(counts => counts.Idle == 1));

        Assert.Equal(5, asked);
        release.Set();
        Assert.Equal(CircuitState.Closed, test.Pool.GetCircuit().State);
    }

    [Theory]
    [InlineData(FailureKind.BadCredentials)]
    [InlineData(FailureKind.TooManyConnections)]
    public async Task A_probe_that_the_server_refuses_is_one_login_and_closes_the_circuit(FailureKind kind)
    {
        await using var test = Broken(configure: options => (options.MinSize, options.MaxSize) = (4, 8));
        await test.PassOpening(TimeSpan.FromSeconds(20), TimeSpan.FromMilliseconds(100));
        await test.StatisticsAre(static statistics => statistics is { Circuit: CircuitState.Open, Counts.Opening: 0 });
        var before = test.Database.Calls(StubCall.Open).Started;
        test.Script.Always(StubCall.Open, StubStep.Fail(kind));

        while (test.Pool.GetCircuit().State != CircuitState.Closed)
        {
            await test.PassOpening(Tick, Tick);
        }

        await test.When(counts => counts.Opening == 0);
        Assert.Equal(before + 1, test.Database.Calls(StubCall.Open).Started);
        Assert.Contains(test.Logger.Collector.GetSnapshot(), static record => record.Id.Id == 13);
    }

    [Fact]
    public async Task A_warm_up_that_the_circuit_ended_opens_nothing_afterwards()
    {
        await using var test = Broken(configure: options => options.MaxSize = 8);
        var warmUp = test.Pool.WarmUpAsync(8);
        await test.Pump(Task.WhenAny(warmUp));
        await Assert.ThrowsAsync<ConnectionOpenException>(() => warmUp);
        await Trip(test);

        test.Script.Heal(StubCall.Open);
        await test.Pump(test.When(counts => counts.Idle == 1), TimeSpan.FromMilliseconds(100));
        await test.Pass(TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(1));
        Assert.Equal(1, test.Counts.Total);
    }

    [Fact]
    public async Task Callers_of_a_suspended_pool_keep_their_place_although_its_circuit_opens()
    {
        await using var test = Broken();
        await Trip(test);
        test.Pool.Suspend();
        var waiter = test.Pool.RentAsync().AsTask();
        await test.Pass(TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(1));
        Assert.False(waiter.IsCompleted);

        // The circuit is what it was: the caller is refused now, and the next probe finds the database back.
        test.Script.Heal(StubCall.Open);
        test.Pool.Resume();
        await Assert.ThrowsAsync<CircuitOpenException>(() => waiter.Soon());
        await test.Pump(test.When(counts => counts.Idle == 1), TimeSpan.FromMilliseconds(100));
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
            await test.StatisticsAre(_ => test.Pool.GetCircuit().ConsecutiveFailures == i + 1);
            await source.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => more);
        }

        Assert.Equal(CircuitState.Open, test.Pool.GetCircuit().State);
        test.Pool.Resize(0, 1);
        test.Time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal((CircuitState.Closed, 2), (test.Pool.GetCircuit().State, test.Pool.GetCircuit().ConsecutiveFailures));
    }

    [Fact]
    public async Task The_probe_must_succeed_as_often_as_the_settings_say()
    {
        var script = new CallScript().At(StubCall.Open, 1, Fail()).At(StubCall.Open, 2, Fail()).At(StubCall.Open, 3, Fail()).At(StubCall.Validate, 2, Fail());
        await using var test = Broken(new CircuitBreakerOptions { SuccessesToClose = 3 }, script);
        await Trip(test);

        await test.Pump(test.When(counts => counts.Idle == 1), TimeSpan.FromMilliseconds(100));

        // The first probe fell at its second validation; the second passed both.
        Assert.Equal(5, test.Database.Calls(StubCall.Open).Started);
        Assert.Equal(4, test.Database.Calls(StubCall.Validate).Started);
        await test.StatisticsAre(statistics => statistics is { Opened: 2, ClosedTotal: 1 });
    }

    [Fact]
    public async Task Callers_that_wait_are_refused_when_the_circuit_opens_and_nothing_is_left_to_serve_them()
    {
        await using var test = Broken(options: Plain, configure: options =>
            (options.OpenRetries, options.OpenRetryBaseDelay, options.OpenRetryMaxDelay) = (100, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1)));
        var waiting = Enumerable.Range(0, 5).Select(_ => test.Pool.RentAsync().AsTask()).ToArray();

        await test.Pump(Task.WhenAny(Task.WhenAll(waiting)), TimeSpan.FromMilliseconds(100));

        foreach (var waiter in waiting)
        {
            await Assert.ThrowsAsync<CircuitOpenException>(() => waiter);
        }

        Assert.Equal(0, test.Counts.Waiting);
    }

    [Fact]
    public async Task A_caller_waits_for_a_connection_that_is_out_although_the_circuit_is_open()
    {
        await using var test = Broken(Plain, new CallScript().At(StubCall.Open, 2, Fail()).At(StubCall.Open, 3, Fail()).At(StubCall.Open, 4, Fail()));
        var held = await test.Pool.RentAsync().Soon();
        var waiter = test.Pool.RentAsync().AsTask();
        for (var i = 0; i < 2; i++)
        {
            // Each newcomer is worth one more try.
            using var source = new CancellationTokenSource();
            var more = test.Pool.RentAsync(source.Token).AsTask();
            await test.StatisticsAre(_ => test.Pool.GetCircuit().ConsecutiveFailures == i + 2);
            await source.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => more);
        }

        Assert.NotEqual(CircuitState.Closed, test.Pool.GetCircuit().State);
        Assert.False(waiter.IsCompleted);
        held.Dispose();
        (await waiter.Soon()).Dispose();
    }

    [Theory]
    [InlineData(FailureKind.BadCredentials)]
    [InlineData(FailureKind.TooManyConnections)]
    public async Task A_server_that_answers_so_is_there(FailureKind kind)
    {
        await using var test = Broken(Plain, new CallScript().Always(StubCall.Open, StubStep.Fail(kind)));
        for (var i = 0; i < 10; i++)
        {
            await Assert.ThrowsAsync<ConnectionOpenException>(() => test.Pool.RentAsync().Soon());
            test.Time.Advance(TimeSpan.FromSeconds(10));
        }

        Assert.Equal(CircuitState.Closed, test.Pool.GetCircuit().State);
    }

    [Fact]
    public async Task Opened_by_hand_nobody_is_served_until_it_is_closed_by_hand()
    {
        await using var test = await TestPool.FullAsync(1, options => options.CircuitBreaker = Plain);
        var held = await test.Pool.RentAsync();
        var waiter = test.Pool.RentAsync().AsTask();

        test.Pool.OpenCircuit();

        var refused = await Assert.ThrowsAsync<CircuitOpenException>(() => waiter.Soon());
        Assert.True(refused.Circuit.IsForced);
        Assert.Null(refused.RetryAfter);
        held.Use();
        held.Dispose();
        await test.When(counts => counts.Idle == 1);
        Assert.Throws<CircuitOpenException>(() => test.Pool.Rent());
        await test.Pass(TimeSpan.FromHours(1), TimeSpan.FromMinutes(1));
        Assert.Throws<CircuitOpenException>(() => test.Pool.Rent());

        test.Pool.CloseCircuit();
        await test.When(counts => counts.Idle == 1);
        (await test.Pool.RentAsync().Soon()).Dispose();
    }

    [Fact]
    public async Task Changes_are_raised_and_logged_in_their_order_and_a_handler_that_throws_harms_nothing()
    {
        await using var test = Broken();
        var changes = new List<(CircuitState, CircuitState)>();
        var closed = new TaskCompletionSource();
        test.Pool.CircuitChanged += (_, _) => throw new InvalidOperationException("mine");
        test.Pool.CircuitChanged += (sender, change) =>
        {
            Assert.Same(test.Pool, sender);
            Assert.Equal("test", change.PoolName);
            changes.Add((change.Before, change.Status.State));
            if (change.Status.State == CircuitState.Closed)
            {
                closed.SetResult();
            }
        };

        await Trip(test);
        test.Script.Heal(StubCall.Open);
        await test.Pump(closed.Task, TimeSpan.FromMilliseconds(50));

        Assert.Equal(
            [(CircuitState.Closed, CircuitState.Open), (CircuitState.Open, CircuitState.HalfOpen), (CircuitState.HalfOpen, CircuitState.Closed)], changes);
        var ids = test.Logger.Collector.GetSnapshot().Select(record => record.Id.Id).Where(id => id is >= 14 and <= 18).ToList();
        Assert.Equal([14, 18, 16, 18, 17, 18], ids);
    }

    [Fact]
    public async Task Opens_that_wait_for_their_next_try_give_their_slots_back_when_the_circuit_opens()
    {
        // Each of two slots would sleep for hours; the probe needs one of them.
        await using var test = Broken(new CircuitBreakerOptions { FailuresToOpen = 2 }, configure: options =>
            (options.OpenRetries, options.OpenRetryBaseDelay, options.OpenRetryMaxDelay) = (5, TimeSpan.FromHours(5), TimeSpan.FromHours(10)));
        var waiting = Enumerable.Range(0, 2).Select(_ => test.Pool.RentAsync().AsTask()).ToArray();
        foreach (var waiter in waiting)
        {
            await Assert.ThrowsAsync<CircuitOpenException>(() => waiter.Soon());
        }

        await test.When(counts => counts.Opening == 0);
        test.Script.Heal(StubCall.Open);
        await test.Pump(test.When(counts => counts.Idle == 1), TimeSpan.FromMilliseconds(100));
    }

    [Fact]
    public async Task A_pool_whose_circuit_is_open_closes_at_once()
    {
        var test = Broken();
        await Trip(test);

        await test.DisposeAsync();

        Assert.Throws<PoolClosedException>(() => test.Pool.Rent());
        var asked = test.Database.Calls(StubCall.Open).Started;
        test.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(asked, test.Database.Calls(StubCall.Open).Started);
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

    [Fact]
    public void Settings_that_cannot_work_are_named_all_at_once()
    {
        var options = new ConnectionPoolOptions
        {
            MaxWaiters = 0,
            CircuitBreaker = new CircuitBreakerOptions
            {
                FailuresToOpen = 0,
                SuccessesToClose = 101,
                RecoveryTime = TimeSpan.FromSeconds(2),
                MaxRecoveryTime = TimeSpan.FromSeconds(1),
                RecoveryGrowth = double.NaN,
            },
            QueueShedding = new QueueSheddingOptions { Target = TimeSpan.FromSeconds(1), Interval = TimeSpan.Zero },
        };

        var problems = Assert.Throws<PoolOptionsException>(() => new ConnectionPool(new StubProvider(new StubDatabase()), options)).Problems;

        Assert.Equal(7, problems.Count);
        foreach (var name in new[] { "MaxWaiters", "FailuresToOpen", "SuccessesToClose", "MaxRecoveryTime", "RecoveryGrowth", "QueueShedding.Target", "QueueShedding.Interval" })
        {
            Assert.Contains(problems, problem => problem.Contains(name, StringComparison.Ordinal));
        }
    }

    private static StubStep Fail() => StubStep.Fail(FailureKind.ConnectionLost);

    /// <summary>A pool without connections on a database that cannot be reached until it is healed; or on one that follows a script.</summary>
    private static TestPool Broken(CircuitBreakerOptions? options = null, CallScript? script = null, Action<ConnectionPoolOptions>? configure = null) =>
        TestPool.Create(
            pool =>
            {
                pool.CircuitBreaker = options ?? Plain;
                configure?.Invoke(pool);
            },
            script: script ?? new CallScript().Always(StubCall.Open, Fail()));

    private static async Task Trip(TestPool test)
    {
        while (test.Pool.GetCircuit().State == CircuitState.Closed)
        {
            await Assert.ThrowsAnyAsync<PoolException>(() => test.Pool.RentAsync().Soon());
        }
    }
}
