namespace Cenote.Tests.Circuit;

/// <summary>Servers that answer, but do not let us in.</summary>
public sealed class RefusingServerTests
{
    [Fact]
    public async Task What_the_server_lets_us_have_is_the_limit_for_a_while_and_callers_share_it()
    {
        await using var test = TestPool.Create(
            options => (options.MaxSize, options.MaxConcurrentOpens) = (8, 4),
            script: new CallScript().Always(StubCall.Open, StubStep.Fail(FailureKind.TooManyConnections)).At(StubCall.Open, 1, StubStep.Succeed).At(StubCall.Open, 2, StubStep.Succeed));
        var held = await test.RentAsync(2);
        var waiters = Enumerable.Range(0, 10).Select(_ => test.Pool.RentAsync().AsTask()).ToArray();
        await test.StatisticsAre(statistics => statistics.OpenFailures >= 1 && statistics.Counts.Opening == 0);

        // No caller sees the failure: two connections go round.
        Assert.DoesNotContain(waiters, static waiter => waiter.IsCompleted);
        foreach (var lease in held)
        {
            lease.Dispose();
        }

        foreach (var waiter in waiters)
        {
            (await waiter.Soon()).Dispose();
        }

        var tries = test.Database.Calls(StubCall.Open).Started;
        Assert.InRange(tries, 3, 6);
    }

    [Fact]
    public async Task The_ceiling_is_probed_by_single_connections_until_there_is_room()
    {
        var script = new CallScript().At(StubCall.Open, 1, StubStep.Succeed).Always(StubCall.Open, StubStep.Fail(FailureKind.TooManyConnections));
        await using var test = TestPool.Create(options => options.MaxSize = 6, script: script);
        var held = await test.Pool.RentAsync().Soon();
        var waiters = Enumerable.Range(0, 5).Select(_ => test.Pool.RentAsync().AsTask()).ToArray();
        await test.StatisticsAre(statistics => statistics.OpenFailures >= 1 && statistics.Counts.Opening == 0);
        var before = test.Database.Calls(StubCall.Open).Started;

        // The hold doubles from 1 s to 5 s: in a minute some twenty probes, not sixty times five.
        await test.PassOpening(TimeSpan.FromMinutes(1), TimeSpan.FromMilliseconds(500));
        Assert.InRange(test.Database.Calls(StubCall.Open).Started - before, 5, 20);

        script.Heal(StubCall.Open);
        await test.Pump(Task.WhenAll(waiters), TimeSpan.FromMilliseconds(500));
        Assert.Equal(6, test.Counts.Leased);
        held.Dispose();
        Array.ForEach(waiters, static waiter => waiter.Result.Dispose());
    }

    [Fact]
    public async Task Refused_credentials_are_not_tried_again_by_every_caller_and_callers_fail_at_once()
    {
        await using var test = TestPool.Create(script: new CallScript().Always(StubCall.Open, StubStep.Fail(FailureKind.InvalidCredentials)));
        await Assert.ThrowsAsync<ConnectionOpenException>(() => test.Pool.RentAsync().Soon());

        for (var i = 0; i < 50; i++)
        {
            var refused = Assert.Throws<ConnectionOpenException>(() => test.Pool.Rent());
            Assert.Equal(FailureKind.InvalidCredentials, refused.Failure.Kind);
            Assert.False(refused.IsTransient);
        }

        Assert.Equal(1, test.Database.Calls(StubCall.Open).Started);
        test.Script.Heal(StubCall.Open);
        await test.Pass(TimeSpan.FromSeconds(1));
        (await test.Pool.RentAsync().Soon()).Dispose();
    }

    [Fact]
    public async Task Callers_that_came_during_the_refusal_of_credentials_get_it_too()
    {
        var gate = new StubGate();
        await using var test = TestPool.Create(
            options => options.MaxConcurrentOpens = 1,
            script: new CallScript().Always(StubCall.Open, StubStep.Hang(gate).ThenFail(FailureKind.InvalidCredentials)));
        var first = test.Pool.RentAsync().AsTask();
        await test.Database.OpenStarted(1).Soon();
        var later = Enumerable.Range(0, 5).Select(_ => test.Pool.RentAsync().AsTask()).ToArray();

        gate.Release();

        await Assert.ThrowsAsync<ConnectionOpenException>(() => first.Soon());
        foreach (var caller in later)
        {
            await Assert.ThrowsAsync<ConnectionOpenException>(() => caller.Soon());
        }

        Assert.Equal(1, test.Database.Calls(StubCall.Open).Started);
    }

    [Fact]
    public async Task A_callback_that_has_other_credentials_by_now_is_asked_within_a_second()
    {
        var asked = 0;
        await using var test = TestPool.Create(
            options => options.CredentialsProvider = _ => ValueTask.FromResult(new DatabaseCredentials("user", $"token{Interlocked.Increment(ref asked)}")),
            script: new CallScript().Always(StubCall.Open, StubStep.Fail(FailureKind.InvalidCredentials)));
        for (var i = 0; i < 5; i++)
        {
            await Assert.ThrowsAsync<ConnectionOpenException>(() => test.Pool.RentAsync().Soon());
            test.Time.Advance(TimeSpan.FromMilliseconds(500));
        }

        Assert.Equal(5, asked);
        test.Script.Heal(StubCall.Open);
        (await test.Pool.RentAsync().Soon()).Dispose();
    }

    [Fact]
    public async Task Callers_share_the_connections_that_are_open_while_credentials_are_refused()
    {
        await using var test = TestPool.Create(script: new CallScript().At(StubCall.Open, 1, StubStep.Succeed).Always(StubCall.Open, StubStep.Fail(FailureKind.InvalidCredentials)));
        var held = await test.Pool.RentAsync().Soon();
        var waiters = Enumerable.Range(0, 5).Select(_ => test.Pool.RentAsync().AsTask()).ToArray();
        await test.StatisticsAre(statistics => statistics.OpenFailures == 1 && statistics.Counts.Opening == 0);

        held.Dispose();
        foreach (var waiter in waiters)
        {
            (await waiter.Soon()).Dispose();
        }

        Assert.Equal(2, test.Database.Calls(StubCall.Open).Started);
    }
}
