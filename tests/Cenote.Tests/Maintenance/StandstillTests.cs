namespace Cenote.Tests.Maintenance;

/// <summary>
/// A process, a container or a machine stands still, and a caller comes before upkeep has looked at the clock.
/// </summary>
public sealed class StandstillTests
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);

    public static TheoryData<string> EveryRent => [.. Rents.Keys];

    private static readonly Dictionary<string, Func<ConnectionPool, Task>> Rents = new(StringComparer.Ordinal)
    {
        ["RentAsync"] = static async pool =>
        {
            await using var lease = await pool.RentAsync().Soon();
            lease.Ask();
        },
        ["Rent"] = static pool => Patience.OnOwnThread(() =>
        {
            using var lease = pool.Rent();
            lease.Ask();
            return true;
        }),
        ["OpenConnectionAsync"] = static async pool =>
        {
            await using var connection = await pool.OpenConnectionAsync().Soon();
            Ask(connection);
        },
        ["OpenConnection"] = static pool => Patience.OnOwnThread(() =>
        {
            using var connection = pool.OpenConnection();
            Ask(connection);
            return true;
        }),
    };

    [Theory]
    [MemberData(nameof(EveryRent))]
    public async Task After_the_process_was_stopped_a_connection_is_validated_first(string rent)
    {
        var clock = new StandstillClock();
        await using var test = await StartAsync(clock, size: 2);
        await Rents[rent](test.Pool);
        test.Database.KillAllSessions();

        clock.Jump(monotonic: 2 * Interval, wall: 2 * Interval);

        await Rents[rent](test.Pool);
        await Rents[rent](test.Pool);
    }

    [Theory]
    [MemberData(nameof(EveryRent))]
    public async Task After_the_machine_was_suspended_a_connection_is_validated_first(string rent)
    {
        var clock = new StandstillClock();
        await using var test = await StartAsync(clock, size: 2);
        await Rents[rent](test.Pool);
        test.Database.KillAllSessions();

        // The monotonic clock does not count the time that a machine sleeps.
        clock.Jump(monotonic: TimeSpan.FromMilliseconds(1), wall: 2 * Interval);

        await Rents[rent](test.Pool);
        await Rents[rent](test.Pool);
    }

    [Theory]
    [InlineData(StubCall.Open)]
    [InlineData(StubCall.Clear)]
    [InlineData(StubCall.Validate)]
    public async Task An_answer_from_before_a_standstill_does_not_count_as_fresh(StubCall call)
    {
        var clock = new StandstillClock();
        await using var test = await StartAsync(clock, size: 1, provider: TestPool.Clearing(SessionReset.ByPool));
        var gate = new StubGate();
        test.Script.Always(call, StubStep.Hang(gate));
        var started = test.Database.Calls(call).Started;
        if (call == StubCall.Open)
        {
            test.Pool.Clear();
        }
        else if (call == StubCall.Clear)
        {
            await Rents["RentAsync"](test.Pool);
        }
        else
        {
            _ = test.Pool.ValidateIdleAsync();
        }

        await test.StatisticsAre(static statistics => statistics.Counts is { Opening: 1 } or { Resetting: 1 } or { Validating: 1 });
        Assert.True(SpinWait.SpinUntil(() => test.Database.Calls(call).Started > started, Patience.Limit));
        clock.Jump(2 * Interval, 2 * Interval);
        test.Script.Heal(call);
        var validations = test.Database.Calls(StubCall.Validate).Started;
        gate.Release();
        await test.When(static counts => counts.Idle == 1);
        test.Database.KillAllSessions();

        await Rents["RentAsync"](test.Pool);

        Assert.Equal(validations + 1, test.Database.Calls(StubCall.Validate).Started);
    }

    [Theory]
    [InlineData(true, CircuitState.Closed)]
    [InlineData(false, CircuitState.Open)]
    public async Task Opens_that_fail_over_a_standstill_do_not_open_the_circuit(bool stoodStill, CircuitState state)
    {
        var clock = new StandstillClock();
        await using var test = await TestPool.FullAsync(
            4, options => (options.TimeProvider, options.CircuitBreaker) = (clock, new CircuitBreakerOptions()));
        var gate = new StubGate();
        test.Script.Always(StubCall.Open, StubStep.Hang(gate).ThenFail(FailureKind.ConnectionLost));
        test.Pool.Clear();

        // Each attempt has read the clock, and how often the process had stood still.
        await test.Database.OpenStarted(8).Soon();
        if (stoodStill)
        {
            clock.Jump(Interval, Interval);
        }
        else
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            clock.Advance(TimeSpan.FromSeconds(0.9));
        }

        gate.Release();
        await test.StatisticsAre(statistics => statistics.OpenFailures == 4 || statistics.CircuitState == CircuitState.Open);

        Assert.Equal(state, test.Pool.GetStatistics().CircuitState);
    }

    [Fact]
    public async Task A_standstill_before_an_attempt_does_not_excuse_its_failure()
    {
        var clock = new StandstillClock();
        await using var test = await TestPool.FullAsync(
            1, options => (options.TimeProvider, options.CircuitBreaker) = (clock, new CircuitBreakerOptions { FailureThreshold = 1 }), script: null);
        test.Script.Always(StubCall.Open, StubStep.Fail(FailureKind.ConnectionLost));

        clock.Jump(Interval, Interval);
        test.Pool.Clear();

        await test.StatisticsAre(static statistics => statistics is { OpenFailures: 1, CircuitState: CircuitState.Open });
    }

    [Fact]
    public async Task Standstills_at_every_attempt_do_not_hide_an_outage()
    {
        var clock = new StandstillClock();
        await using var test = await TestPool.FullAsync(
            1, options => (options.TimeProvider, options.CircuitBreaker, options.MaxOpenRetries) = (clock, new CircuitBreakerOptions(), 10));
        var gates = Enumerable.Range(0, 20).Select(static _ => new StubGate()).ToArray();
        var opens = test.Database.Calls(StubCall.Open).Started;
        for (var open = 0; open < gates.Length; open++)
        {
            test.Script.At(StubCall.Open, opens + 1 + open, StubStep.Hang(gates[open]).ThenFail(FailureKind.ConnectionLost));
        }

        test.Pool.Clear();
        var rent = test.Pool.RentAsync().AsTask();
        for (var open = 0; test.Pool.GetStatistics().CircuitState == CircuitState.Closed; open++)
        {
            Assert.True(open < 10, "The circuit stays closed.");
            Assert.True(SpinWait.SpinUntil(() => HasStarted(opens + open), Patience.Limit));
            clock.Jump(Interval, Interval);
            gates[open].Release();
            await test.StatisticsAre(statistics => statistics.OpenFailures == open + 1);
        }

        await Assert.ThrowsAsync<CircuitOpenException>(() => rent.Soon());
        Array.ForEach(gates, static gate => gate.Release());

        bool HasStarted(int before)
        {
            var hasStarted = test.Database.Calls(StubCall.Open).Started > before;
            if (!hasStarted)
            {
                clock.Advance(TimeSpan.FromMilliseconds(50));
            }

            return hasStarted;
        }
    }

    [Fact]
    public async Task Upkeep_that_comes_first_finds_out_as_well_and_replaces_what_died()
    {
        var clock = new StandstillClock();
        await using var test = await StartAsync(clock, size: 3);
        test.Database.KillAllSessions();
        clock.Jump(monotonic: TimeSpan.Zero, wall: TimeSpan.FromHours(8));

        for (var tick = 0; tick < 6; tick++)
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            await test.When(static counts => counts is { Validating: 0, Closing: 0, Opening: 0 });
        }

        Assert.DoesNotContain(test.Database.OpenSessions, static session => session.IsKilled);
        Assert.Equal(3, test.Database.Sessions);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 1)]
    [InlineData(1, 20)]
    [InlineData(20, 20)]
    [InlineData(0, -3600)]
    [InlineData(20, -3600)]
    public async Task A_connection_that_is_not_due_is_rented_as_it_is(int monotonic, int wall)
    {
        var clock = new StandstillClock();
        await using var test = await StartAsync(clock, size: 1);

        clock.Jump(TimeSpan.FromSeconds(monotonic), TimeSpan.FromSeconds(wall));
        await Rents["RentAsync"](test.Pool);
        clock.Advance(TimeSpan.FromSeconds(1));
        await Rents["RentAsync"](test.Pool);

        Assert.Equal(0, test.Database.Calls(StubCall.Validate).Started);
    }

    [Fact]
    public async Task A_connection_a_moment_past_its_interval_is_validated_whatever_the_last_tick_saw()
    {
        var clock = new StandstillClock();
        await using var test = await StartAsync(clock, size: 1);

        clock.Jump(Interval + TimeSpan.FromMilliseconds(1), Interval);
        await Rents["RentAsync"](test.Pool);

        Assert.Equal(1, test.Database.Calls(StubCall.Validate).Started);

        // Once is enough.
        await Rents["RentAsync"](test.Pool);
        Assert.Equal(1, test.Database.Calls(StubCall.Validate).Started);
    }

    [Fact]
    public async Task A_pool_that_validates_nothing_rents_out_what_it_has()
    {
        var clock = new StandstillClock();
        await using var test = await StartAsync(clock, size: 1, Timeout.InfiniteTimeSpan);

        clock.Jump(TimeSpan.FromDays(3), TimeSpan.FromDays(3));
        await Rents["RentAsync"](test.Pool);

        Assert.Equal(0, test.Database.Calls(StubCall.Validate).Started);
    }

    private static void Ask(PooledConnection connection)
    {
        using var command = connection.CreateCommand();
        command.ExecuteNonQuery();
    }

    private static async Task<TestPool> StartAsync(
        StandstillClock clock, int size, TimeSpan? interval = null, Func<StubDatabase, StubProvider>? provider = null)
    {
        var test = await TestPool.FullAsync(
            size, options => (options.TimeProvider, options.ValidationInterval) = (clock, interval ?? Interval), provider);
        clock.Advance(TimeSpan.FromSeconds(1));
        return test;
    }
}
