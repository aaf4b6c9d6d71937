using Cenote.Providers;

namespace Cenote.Tests.Resilience;

public sealed class OpenRetryTests
{
    [Fact]
    public async Task A_failed_open_is_tried_again_as_often_as_the_settings_say()
    {
        await using var test = Failing(FailureKind.ConnectionLost, retries: 3, baseDelay: TimeSpan.FromMilliseconds(100));
        var rent = test.Pool.RentAsync().AsTask();

        await test.Pump(rent);

        var exception = await Assert.ThrowsAsync<ConnectionOpenException>(() => rent);
        Assert.Equal(4, exception.Failure.Attempts);
        Assert.Equal(4, test.Database.Calls(StubCall.Open).Started);
        Assert.Equal(4, test.Pool.GetStatistics().OpenFailures);
    }

    [Fact]
    public async Task A_retry_that_succeeds_serves_the_caller()
    {
        await using var test = TestPool.Create(
            options => (options.OpenRetries, options.OpenRetryBaseDelay) = (3, TimeSpan.FromSeconds(1)),
            script: new CallScript().At(StubCall.Open, 1, StubStep.Fail()).At(StubCall.Open, 2, StubStep.Fail(FailureKind.Transient)));
        var rent = test.Pool.RentAsync().AsTask();

        await test.Pump(rent);

        using var lease = await rent;
        Assert.Equal(3, test.Database.Calls(StubCall.Open).Started);
        Assert.Equal(2, test.Pool.GetStatistics().OpenFailures);
    }

    [Fact]
    public async Task Refused_credentials_are_not_tried_again()
    {
        await using var test = Failing(FailureKind.BadCredentials, retries: 5, baseDelay: TimeSpan.FromSeconds(1));

        var exception = await Assert.ThrowsAsync<ConnectionOpenException>(() => test.Pool.RentAsync().Soon());

        Assert.Equal(1, exception.Failure.Attempts);
        Assert.Equal(1, test.Database.Calls(StubCall.Open).Started);
        Assert.False(exception.IsTransient);
    }

    [Fact]
    public async Task The_delay_between_tries_grows_and_is_capped()
    {
        var delays = await DelaysAsync(retries: 8);

        Assert.Equal(8, delays.Count);
        Assert.True(delays[3] + delays[4] > delays[0] + delays[1], string.Join(", ", delays));
        Assert.All(delays, delay => Assert.InRange(delay, TimeSpan.Zero, TimeSpan.FromSeconds(10.3)));
        Assert.Contains(delays, delay => delay > TimeSpan.FromSeconds(2));
    }

    [Fact]
    public async Task The_delay_between_tries_is_jittered()
    {
        var first = await DelaysAsync(retries: 5);
        var second = await DelaysAsync(retries: 5);

        Assert.NotEqual(first, second);
    }

    [Fact]
    public async Task Nothing_is_tried_again_when_retries_are_off()
    {
        await using var test = Failing(FailureKind.Transient, retries: 0, baseDelay: TimeSpan.FromSeconds(1));

        await Assert.ThrowsAsync<ConnectionOpenException>(() => test.Pool.RentAsync().Soon());

        Assert.Equal(1, test.Database.Calls(StubCall.Open).Started);
    }

    private static TestPool Failing(FailureKind kind, int retries, TimeSpan baseDelay) => TestPool.Create(
        options => (options.OpenRetries, options.OpenRetryBaseDelay, options.AcquireTimeout) = (retries, baseDelay, TimeSpan.FromHours(1)),
        script: new CallScript().Always(StubCall.Open, StubStep.Fail(kind)));

    private static async Task<List<TimeSpan>> DelaysAsync(int retries)
    {
        var script = new TimedOpens();
        await using var test = TestPool.Create(
            options => (options.OpenRetries, options.OpenRetryBaseDelay, options.OpenRetryMaxDelay, options.AcquireTimeout) =
                (retries, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(10), TimeSpan.FromHours(1)));
        script.Clock = test.Time;
        test.Database.Script = script;
        var rent = test.Pool.RentAsync().AsTask();
        await test.Pump(rent, TimeSpan.FromMilliseconds(50));
        await Assert.ThrowsAsync<ConnectionOpenException>(() => rent);
        return script.Times.Zip(script.Times.Skip(1), (earlier, later) => later - earlier).ToList();
    }

    private sealed class TimedOpens : StubScript
    {
        public TimeProvider Clock { get; set; } = TimeProvider.System;

        public List<DateTimeOffset> Times { get; } = [];

        public override StubStep? Next(StubCall call, int number)
        {
            if (call != StubCall.Open)
            {
                return null;
            }

            Times.Add(Clock.GetUtcNow());
            return StubStep.Fail();
        }
    }
}
