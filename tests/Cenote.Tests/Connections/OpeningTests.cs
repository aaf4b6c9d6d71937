namespace Cenote.Tests.Connections;

public sealed class OpeningTests
{
    [Fact]
    public async Task Demand_opens_connections_up_to_the_number_of_callers()
    {
        await using var test = TestPool.Create(options => (options.MaxSize, options.MaxConcurrentOpens) = (10, 10));

        var leases = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => test.Pool.RentAsync().AsTask())).Soon();

        await test.When(counts => counts.Opening == 0);
        Assert.Equal(4, test.Database.Opened);
        Array.ForEach(leases, lease => lease.Dispose());
    }

    [Fact]
    public async Task A_hung_open_blocks_no_other_caller()
    {
        var gate = new StubGate();
        await using var test = TestPool.Create(
            options => options.MaxSize = 4,
            script: new CallScript().At(StubCall.Open, 1, StubStep.Hang(gate)));
        var first = test.Pool.RentAsync().AsTask();
        await test.Database.OpenStarted(1).Soon();

        var second = test.Pool.RentAsync().AsTask();
        var third = Patience.OnOwnThread(() => test.Pool.Rent());

        // Two of the three are served by the other opens, and then return to serve the last one.
        (await first.Soon()).Dispose();
        (await second.Soon()).Dispose();
        (await third.Soon()).Dispose();
        await test.When(counts => counts.Opening == 1);
        gate.Release();
        await test.When(counts => counts.Opening == 0);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Another_open_serves_the_caller_when_one_hangs_past_ConnectTimeout(bool honoursCancellation)
    {
        var gate = new StubGate();
        await using var test = TestPool.Create(
            options => (options.MaxSize, options.MaxOpenRetries, options.OpenRetryBaseDelay, options.ConnectTimeout) =
                (1, 1, TimeSpan.Zero, TimeSpan.FromSeconds(5)),
            script: new CallScript().At(StubCall.Open, 1, StubStep.Hang(gate, honoursCancellation)));
        var rent = test.Pool.RentAsync().AsTask();
        await test.Database.OpenStarted(1).Soon();

        test.Time.Advance(TimeSpan.FromSeconds(4.9));
        Assert.Equal(1, test.Database.Calls(StubCall.Open).Started);
        await test.Pump(rent, TimeSpan.FromMilliseconds(10));

        using var lease = await rent;
        lease.Ask();
        gate.Release();
    }

    [Fact]
    public async Task The_connection_of_an_open_that_was_given_up_is_closed_when_it_appears()
    {
        var gate = new StubGate();
        await using var test = TestPool.Create(
            options => (options.MaxSize, options.MaxOpenRetries, options.OpenRetryBaseDelay) = (1, 1, TimeSpan.Zero),
            script: new CallScript().At(StubCall.Open, 1, StubStep.Hang(gate, honoursCancellation: false)));
        var rent = test.Pool.RentAsync().AsTask();
        await test.Database.OpenStarted(1).Soon();
        await test.Pump(rent);
        using var lease = await rent;

        gate.Release();
        await test.Database.When(() => test.Database.LateSessions == 1 && test.Database.Sessions == 1).Soon();

        lease.Ask();
        Assert.Equal(1, test.Database.PeakSessions);
        await test.StatisticsAre(statistics => statistics.ConnectionsClosedByReason.GetValueOrDefault(CloseReason.OpenFailed) == 1);
        Assert.Equal(2, test.Pool.GetStatistics().ConnectionsOpened);
        Assert.Equal(1, test.Counts.Total);
    }

    [Fact]
    public async Task When_the_demand_has_gone_the_next_open_is_skipped()
    {
        var gate = new StubGate();
        await using var test = TestPool.Create(
            options => (options.MaxSize, options.MaxConcurrentOpens) = (5, 1),
            script: new CallScript().At(StubCall.Open, 2, StubStep.Hang(gate)));
        var held = await test.Pool.RentAsync().Soon();
        var waiters = Enumerable.Range(0, 3).Select(_ => test.Pool.RentAsync().AsTask()).ToArray();
        await test.Database.OpenStarted(2).Soon();

        held.Dispose();
        foreach (var waiter in waiters)
        {
            (await waiter.Soon()).Dispose();
        }

        gate.Release();
        await test.When(counts => counts is { Idle: 2, Opening: 0 });
        Assert.Equal(2, test.Database.Calls(StubCall.Open).Started);
    }

    [Fact]
    public async Task No_more_connections_are_opened_at_once_than_allowed()
    {
        var gates = Enumerable.Range(0, 10).Select(_ => new StubGate()).ToArray();
        var script = new CallScript();
        for (var i = 0; i < gates.Length; i++)
        {
            script.At(StubCall.Open, i + 1, StubStep.Hang(gates[i]));
        }

        await using var test = TestPool.Create(
            options => (options.MinSize, options.MaxSize, options.MaxConcurrentOpens) = (10, 10, 3), script: script);
        for (var i = 0; i < gates.Length; i++)
        {
            await test.Database.OpenStarted(Math.Min(10, i + 3)).Soon();
            gates[i].Release();
        }

        await test.When(counts => counts.Idle == 10);
        Assert.Equal(3, test.Database.Calls(StubCall.Open).Peak);
    }

    [Fact]
    public async Task A_caller_gets_an_exception_when_no_connection_can_be_opened()
    {
        await using var test = TestPool.Create(script: new CallScript().Always(StubCall.Open, StubStep.Fail()));
        var before = test.Time.GetUtcNow();

        var exception = await Assert.ThrowsAsync<ConnectionOpenException>(() => test.Pool.RentAsync().Soon());

        Assert.IsType<StubException>(exception.InnerException);
        Assert.Equal(FailureKind.ConnectionLost, exception.Failure.Kind);
        Assert.Equal(1, exception.Failure.Attempts);
        Assert.Equal(before, exception.Failure.Time);
        Assert.Equal("test", exception.PoolName);
        Assert.True(exception.IsTransient);
        var statistics = test.Pool.GetStatistics();
        Assert.Equal((1, 1, 0), (statistics.Errors, statistics.OpenFailures, statistics.ConnectionsOpened));
        Assert.Equal(0, statistics.Counts.Total);
    }

    [Fact]
    public async Task A_pooled_connection_throws_what_the_driver_said_when_it_is_asked_to()
    {
        await using var test = TestPool.Create(script: new CallScript().Always(StubCall.Open, StubStep.Fail()));
        await using var connection = test.Pool.CreateConnection();
        await Assert.ThrowsAsync<ConnectionOpenException>(() => connection.OpenAsync().Soon());
        connection.UnwrapDriverExceptions = true;

        await Assert.ThrowsAsync<StubException>(() => connection.OpenAsync().Soon());
        await Assert.ThrowsAsync<StubException>(() => Task.Run(connection.Open).Soon());
        test.Pool.Dispose();
        await Assert.ThrowsAsync<PoolClosedException>(() => connection.OpenAsync().Soon());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_the_driver_said_once_is_quoted_to_many_without_growing(bool blocking)
    {
        await using var test = TestPool.Create(
            options => options.CircuitBreaker = new() { FailureThreshold = 1 }, script: new CallScript().Always(StubCall.Open, StubStep.Fail()));
        await using var connection = test.Pool.CreateConnection();
        connection.UnwrapDriverExceptions = true;
        var said = await Refused();
        Assert.NotEqual(Cenote.CircuitState.Closed, test.Pool.GetCircuitStatus().State);
        Assert.Same(said, await Refused());

        // It is on its way through the open until that has ended.
        await test.When(counts => counts.Opening == 0);
        var stack = said.StackTrace!.Length;
        for (var i = 0; i < 100; i++)
        {
            Assert.Same(said, await Refused());
        }

        // Not equal: the compiler inlines frames meanwhile. One frame for each throw would be more than this.
        Assert.InRange(said.StackTrace!.Length, 1, 2 * stack);

        Task<StubException> Refused() => Assert.ThrowsAsync<StubException>(() => blocking ? Task.Run(connection.Open).Soon() : connection.OpenAsync().Soon());
    }

    [Fact]
    public async Task A_circuit_opened_by_hand_quotes_no_driver()
    {
        await using var test = TestPool.Create();
        test.Pool.IsolateCircuit();
        await using var connection = test.Pool.CreateConnection();
        connection.UnwrapDriverExceptions = true;
        await Assert.ThrowsAsync<CircuitOpenException>(() => connection.OpenAsync().Soon());
        Assert.Throws<CircuitOpenException>(connection.Open);
    }

    [Fact]
    public async Task A_synchronous_caller_gets_an_exception_when_no_connection_can_be_opened()
    {
        await using var test = TestPool.Create(script: new CallScript().Always(StubCall.Open, StubStep.Fail()));

        await Assert.ThrowsAsync<ConnectionOpenException>(() => Patience.OnOwnThread(() => test.Pool.Rent()).Soon());
        Assert.Equal(0, test.Counts.Waiting);
    }

    [Fact]
    public async Task A_failed_open_does_not_fail_a_caller_whom_a_returned_connection_can_still_serve()
    {
        await using var test = TestPool.Create(script: new CallScript().At(StubCall.Open, 2, StubStep.Fail()));
        var held = await test.Pool.RentAsync().Soon();
        var rent = test.Pool.RentAsync().AsTask();
        await test.Database.CallEnded(StubCall.Open, 2).Soon();
        await test.When(counts => counts.Opening == 0);

        Assert.False(rent.IsCompleted);
        held.Dispose();

        (await rent.Soon()).Dispose();
    }

    [Fact]
    public async Task A_server_that_refuses_is_not_asked_again_and_again()
    {
        await using var test = TestPool.Create(
            options => (options.MinSize, options.MaxSize) = (2, 4),
            script: new CallScript().Always(StubCall.Open, StubStep.Fail(FailureKind.TooManyConnections)));
        await test.When(counts => counts.Opening == 0);
        var atStart = test.Database.Calls(StubCall.Open).Started;
        var rents = Enumerable.Range(0, 20).Select(_ => test.Pool.RentAsync().AsTask()).ToList();

        // Time stands still: what the server refused just now is not asked for again, however many callers come.
        Assert.InRange(atStart, 1, 2);
        Assert.Equal(atStart, test.Database.Calls(StubCall.Open).Started);

        // After a while one more is tried, not one for each caller.
        while (test.Counts.Waiting > 0)
        {
            await test.PassOpening(TimeSpan.FromMilliseconds(100), TimeSpan.FromMilliseconds(100));
        }

        Assert.Equal(atStart + 1, test.Database.Calls(StubCall.Open).Started);
        foreach (var rent in rents)
        {
            await Assert.ThrowsAsync<ConnectionOpenException>(() => rent.Soon());
        }
    }

    [Fact]
    public async Task The_pool_recovers_when_the_server_does()
    {
        await using var test = TestPool.Create(
            options => options.MinSize = 2,
            script: new CallScript().Always(StubCall.Open, StubStep.Fail()));
        await Assert.ThrowsAsync<ConnectionOpenException>(() => test.Pool.RentAsync().Soon());

        test.Script.Heal(StubCall.Open);

        using var lease = await test.Pool.RentAsync().Soon();
        lease.Ask();
        await test.Pump(test.Pool.WaitUntilReadyAsync());
        Assert.Null(test.Pool.GetStatistics().LastOpenFailure);
    }

    [Fact]
    public async Task Credentials_are_asked_for_at_every_open()
    {
        var asked = 0;
        await using var test = TestPool.Create(options =>
        {
            options.CredentialsProvider = _ => ValueTask.FromResult(new DatabaseCredentials("user", $"token{Interlocked.Increment(ref asked)}"));
        });

        var leases = await test.RentAsync(2);

        // The second open was asked for only after the first had served its caller.
        Assert.Equal(["token1", "token2"], test.Database.CredentialsSeen.Select(credentials => credentials!.Password), StringComparer.Ordinal);
        Array.ForEach(leases, lease => lease.Dispose());
    }

    [Fact]
    public async Task Credentials_that_cannot_be_had_fail_the_open()
    {
        await using var test = TestPool.Create(options => options.CredentialsProvider = _ => throw new InvalidOperationException("vault sealed"));

        var exception = await Assert.ThrowsAsync<ConnectionOpenException>(() => test.Pool.RentAsync().Soon());

        Assert.IsType<InvalidOperationException>(exception.InnerException);
        Assert.Equal(0, test.Database.Calls(StubCall.Open).Started);
        Assert.Equal(0, test.Counts.Total);
    }

    [Fact]
    public async Task Credentials_that_never_come_count_against_the_connect_timeout()
    {
        await using var test = TestPool.Create(options =>
        {
            options.ConnectTimeout = TimeSpan.FromSeconds(2);
            options.CredentialsProvider = async _ =>
            {
                await new StubGate().Released;
                throw new InvalidOperationException("never reached");
            };
        });
        var rent = test.Pool.RentAsync().AsTask();

        await test.Pump(rent);

        await Assert.ThrowsAsync<ConnectionOpenException>(() => rent);
        Assert.Equal(0, test.Counts.Total);
    }
}
