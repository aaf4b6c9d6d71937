using static Cenote.Tests.Circuit.BrokenDatabase;

namespace Cenote.Tests.Circuit;

/// <summary>When the circuit opens, and what callers are told.</summary>
public sealed class CircuitBreakerTests
{
    [Fact]
    public async Task Callers_fail_at_once_with_reason_and_time_after_enough_failures()
    {
        await using var test = Broken();
        for (var i = 0; i < 2; i++)
        {
            await Assert.ThrowsAsync<ConnectionOpenException>(() => test.Pool.RentAsync().Soon());
            Assert.Equal(CircuitState.Closed, test.Pool.GetCircuitStatus().State);
        }

        await Assert.ThrowsAnyAsync<PoolException>(() => test.Pool.RentAsync().Soon());
        var asked = test.Database.Calls(StubCall.Open).Started;

        var refused = Assert.Throws<CircuitOpenException>(() => test.Pool.Rent());
        Assert.Equal(CircuitState.Open, refused.CircuitStatus.State);
        Assert.Equal(3, refused.CircuitStatus.ConsecutiveFailures);
        Assert.Equal(3, asked);
        Assert.Equal(asked, test.Database.Calls(StubCall.Open).Started);
        Assert.InRange(refused.CircuitStatus.TimeUntilNextProbe!.Value, TimeSpan.FromMilliseconds(10), TimeSpan.FromMilliseconds(20));
        Assert.InRange(refused.RetryAfter!.Value, refused.CircuitStatus.TimeUntilNextProbe.Value + TimeSpan.FromMilliseconds(5), refused.CircuitStatus.TimeUntilNextProbe.Value + TimeSpan.FromMilliseconds(20));
        Assert.Same(refused.LastFailure!.Exception, refused.InnerException);
        Assert.Equal(test.Time.GetUtcNow(), refused.LastFailure.Time);
        Assert.True(refused.IsTransient);
        Assert.Contains("3 tries in a row failed", refused.Message, StringComparison.Ordinal);

        // The last caller was told as the circuit opened, before the open that failed had ended.
        await test.When(static counts => counts.Total == 0);
        var statistics = test.Pool.GetStatistics();
        Assert.Equal((CircuitState.Open, 1, 0), (statistics.CircuitState, statistics.CircuitOpenings, statistics.Counts.Total));
        Assert.True(statistics.CircuitRejections >= 1);
    }

    [Fact]
    public async Task Tries_that_meet_one_hiccup_together_are_one_failure()
    {
        var gate = new StubGate();
        await using var test = Broken(
            script: new CallScript().Always(StubCall.Open, StubStep.Hang(gate).ThenFail()),
            configure: options => (options.MaxSize, options.MaxOpenRetries, options.OpenRetryBaseDelay) = (8, 3, TimeSpan.FromSeconds(1)));
        var waiters = Enumerable.Range(0, 4).Select(_ => test.Pool.RentAsync().AsTask()).ToArray();
        await test.When(counts => counts.Opening == 4);
        await test.StatisticsAre(_ => test.Database.Calls(StubCall.Open).Started == 4);
        test.Time.Advance(TimeSpan.FromMilliseconds(100));

        test.Script.Heal(StubCall.Open);
        gate.Release();

        await test.StatisticsAre(statistics => statistics.OpenFailures == 4);
        Assert.Equal((CircuitState.Closed, 1), (test.Pool.GetCircuitStatus().State, test.Pool.GetCircuitStatus().ConsecutiveFailures));
        await test.Pump(Task.WhenAll(waiters));
        Array.ForEach(waiters, static waiter => waiter.Result.Dispose());
    }

    [Fact]
    public async Task A_warm_up_that_the_circuit_ended_opens_nothing_afterwards()
    {
        await using var test = Broken(configure: options => options.MaxSize = 8);
        var warmUp = test.Pool.WarmUpAsync(8);
        await test.Pump(Task.WhenAny(warmUp));
        await Assert.ThrowsAsync<ConnectionOpenException>(() => warmUp);
        await Trip(test);

        // An open that was under way as the circuit opened, and succeeds, is a connection like any other.
        await test.When(counts => counts.Opening == 0);
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
    public async Task Waiting_callers_are_refused_when_the_circuit_opens_on_an_empty_pool()
    {
        await using var test = Broken(options: Plain, configure: options =>
            (options.MaxOpenRetries, options.OpenRetryBaseDelay, options.OpenRetryMaxDelay) = (100, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1)));
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
            await test.StatisticsAre(_ => test.Pool.GetCircuitStatus().ConsecutiveFailures == i + 2);
            await source.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => more);
        }

        Assert.NotEqual(CircuitState.Closed, test.Pool.GetCircuitStatus().State);
        Assert.False(waiter.IsCompleted);
        held.Dispose();
        (await waiter.Soon()).Dispose();
    }

    [Theory]
    [InlineData(FailureKind.InvalidCredentials)]
    [InlineData(FailureKind.TooManyConnections)]
    public async Task A_server_that_answers_so_is_there(FailureKind kind)
    {
        await using var test = Broken(Plain, new CallScript().Always(StubCall.Open, StubStep.Fail(kind)));
        for (var i = 0; i < 10; i++)
        {
            await Assert.ThrowsAsync<ConnectionOpenException>(() => test.Pool.RentAsync().Soon());
            test.Time.Advance(TimeSpan.FromSeconds(10));
        }

        Assert.Equal(CircuitState.Closed, test.Pool.GetCircuitStatus().State);
    }

    [Fact]
    public async Task Opened_by_hand_it_serves_no_caller_until_it_is_closed_by_hand()
    {
        await using var test = await TestPool.FullAsync(1, options => options.CircuitBreaker = Plain);
        var held = await test.Pool.RentAsync();
        var waiter = test.Pool.RentAsync().AsTask();

        test.Pool.IsolateCircuit();

        var refused = await Assert.ThrowsAsync<CircuitOpenException>(() => waiter.Soon());
        Assert.True(refused.CircuitStatus.IsIsolated);
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
    public async Task Changes_are_raised_in_order_and_a_throwing_handler_does_no_harm()
    {
        await using var test = Broken();
        var changes = new List<(CircuitState, CircuitState)>();
        var closed = new TaskCompletionSource();
        test.Pool.CircuitChanged += (_, _) => throw new InvalidOperationException("mine");
        test.Pool.CircuitChanged += (sender, change) =>
        {
            Assert.Same(test.Pool, sender);
            Assert.Equal("test", change.PoolName);
            changes.Add((change.PreviousState, change.Status.State));
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
    public void Settings_that_cannot_work_are_named_all_at_once()
    {
        var options = new ConnectionPoolOptions
        {
            MaxWaiters = 0,
            CircuitBreaker = new CircuitBreakerOptions
            {
                FailureThreshold = 0,
                SuccessThreshold = 101,
                BreakDuration = TimeSpan.FromSeconds(2),
                MaxBreakDuration = TimeSpan.FromSeconds(1),
                BackoffMultiplier = double.NaN,
            },
            LoadShedding = new LoadSheddingOptions { TargetDelay = TimeSpan.FromSeconds(1), Interval = TimeSpan.Zero },
        };

        var problems = Assert.Throws<PoolOptionsException>(() => new ConnectionPool(new StubProvider(new StubDatabase()), options)).Problems;

        Assert.Equal(7, problems.Count);
        foreach (var name in new[] { "MaxWaiters", "FailureThreshold", "SuccessThreshold", "MaxBreakDuration", "BackoffMultiplier", "LoadShedding.Target", "LoadShedding.Interval" })
        {
            Assert.Contains(problems, problem => problem.Contains(name, StringComparison.Ordinal));
        }
    }
}
