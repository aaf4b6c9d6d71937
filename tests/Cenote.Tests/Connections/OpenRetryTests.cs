using System.Globalization;

namespace Cenote.Tests.Connections;

public sealed class OpenRetryTests
{
    [Fact]
    public async Task A_failed_open_is_tried_again_as_often_as_configured()
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
            options => (options.MaxOpenRetries, options.OpenRetryBaseDelay) = (3, TimeSpan.FromSeconds(1)),
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
        await using var test = Failing(FailureKind.InvalidCredentials, retries: 5, baseDelay: TimeSpan.FromSeconds(1));

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
        Assert.All(delays, delay => Assert.InRange(delay, TimeSpan.Zero, TimeSpan.FromSeconds(10)));
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

    [Fact]
    public async Task A_retry_waits_for_its_delay()
    {
        await using var test = Failing(FailureKind.Transient, retries: 1, baseDelay: TimeSpan.FromSeconds(30));
        var rent = test.Pool.RentAsync().AsTask();
        await test.Database.CallEnded(StubCall.Open, 1).Soon();
        Assert.True(SpinWait.SpinUntil(() => DelaysOf(test).Count == 1, Patience.Limit));
        var delay = DelaysOf(test)[0];

        test.Time.Advance(delay * 0.9);
        Assert.Equal(1, test.Database.Calls(StubCall.Open).Started);
        await test.Pump(test.Database.CallEnded(StubCall.Open, 2));

        await Assert.ThrowsAsync<ConnectionOpenException>(() => rent.Soon());
    }

    private static TestPool Failing(FailureKind kind, int retries, TimeSpan baseDelay) => TestPool.Create(
        options => (options.MaxOpenRetries, options.OpenRetryBaseDelay, options.AcquireTimeout) = (retries, baseDelay, TimeSpan.FromHours(1)),
        script: new CallScript().Always(StubCall.Open, StubStep.Fail(kind)));

    /// <summary>The delays that the pool chose, as it logged them.</summary>
    private static async Task<List<TimeSpan>> DelaysAsync(int retries)
    {
        await using var test = TestPool.Create(
            options => (options.MaxOpenRetries, options.OpenRetryBaseDelay, options.OpenRetryMaxDelay, options.AcquireTimeout) =
                (retries, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(10), TimeSpan.FromHours(1)),
            script: new CallScript().Always(StubCall.Open, StubStep.Fail()));
        var rent = test.Pool.RentAsync().AsTask();
        await test.Pump(rent);
        await Assert.ThrowsAsync<ConnectionOpenException>(() => rent);
        return DelaysOf(test);
    }

    private static List<TimeSpan> DelaysOf(TestPool test) => test.Logger.Collector.GetSnapshot()
        .Where(record => record.Id.Id == 11)
        .Select(record => Parse(record.GetStructuredStateValue("Delay")!))
        .ToList();

    /// <summary>As <c>Readable</c> writes them: "250 ms", "1.3 s", "1 min 5 s".</summary>
    private static TimeSpan Parse(string text) => text.Split(' ').Chunk(2)
        .Select(part => double.Parse(part[0], CultureInfo.InvariantCulture) * (part[1] switch { "ms" => TimeSpan.FromMilliseconds(1), "s" => TimeSpan.FromSeconds(1), _ => TimeSpan.FromMinutes(1) }))
        .Aggregate(TimeSpan.Zero, (sum, part) => sum + part);
}
