using System.Globalization;
using Cenote.Connections;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cenote.Tests.Connections;

public sealed class OpenRetryTests
{
    private static readonly TimeSpan TenMinutes = TimeSpan.FromMinutes(10);

    [Fact]
    public async Task A_failed_open_is_tried_again_as_often_as_configured()
    {
        await using var test = Failing(FailureKind.Transient, retries: 3, baseDelay: TimeSpan.FromMilliseconds(100));
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
        await test.OpensPausing();
        var delay = Assert.Single(DelaysOf(test));

        test.Time.Advance(delay * 0.9);
        Assert.Equal(1, test.Database.Calls(StubCall.Open).Started);
        await test.Pump(test.Database.CallEnded(StubCall.Open, 2));

        await Assert.ThrowsAsync<ConnectionOpenException>(() => rent.Soon());
    }

    [Fact]
    public async Task A_server_that_refuses_is_knocked_at_between_two_retries()
    {
        await using var test = Failing(FailureKind.ConnectionLost, retries: 3, baseDelay: TenMinutes, maxDelay: TenMinutes);
        var rent = test.Pool.RentAsync().AsTask();
        for (var opens = 2; opens < 6; opens++)
        {
            Assert.InRange(await NextOpenAsync(test), TimeSpan.FromMilliseconds(5), TimeSpan.FromMinutes(1));
        }

        Assert.Equal(1, test.Pool.GetStatistics().OpenFailures);

        test.Script.Heal(StubCall.Open);
        await test.PassPausing(() => rent.IsCompleted, TimeSpan.FromMilliseconds(100));
        (await rent).Dispose();
    }

    [Fact]
    public async Task A_server_that_is_silent_is_not_knocked_at()
    {
        await using var test = TestPool.Create(
            options => (options.MaxOpenRetries, options.OpenRetryBaseDelay, options.ConnectTimeout) = (1, TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(1)),
            script: new CallScript().At(StubCall.Open, 1, StubStep.Hang(new StubGate())));
        var rent = test.Pool.RentAsync().AsTask();
        await test.Database.OpenStarted(1).Soon();
        test.Time.Advance(TimeSpan.FromSeconds(1));
        await test.StatisticsAre(static statistics => statistics.OpenFailures == 1);
        await test.Pass(TimeSpan.FromSeconds(14), TimeSpan.FromSeconds(1));

        Assert.Equal(1, test.Database.Calls(StubCall.Open).Started);
        await NextOpenAsync(test);
        (await rent.Soon()).Dispose();
    }

    [Fact]
    public async Task Knocks_come_after_a_fortieth_to_a_twentieth_of_the_outage()
    {
        await using var test = TestPool.Create(static options => (options.OpenRetryBaseDelay, options.OpenRetryMaxDelay) = (TenMinutes, TenMinutes));
        var engine = test.Pool.Engine;
        var retry = new OpenRetry(engine.Settings, engine.Classifier, engine.Desk, NullLogger.Instance);
        using var end = new CancellationTokenSource();
        List<double> seconds = [];
        var start = test.Time.GetUtcNow();

        // The attempt fails on the thread that moves the time, so that none passes before the next pause has begun.
        var run = retry.RunAsync(
            (current, _) =>
            {
                current.HasContacted = true;
                seconds.Add((test.Time.GetUtcNow() - start).TotalSeconds);
                throw new StubException(FailureKind.ConnectionLost);
            },
            static (_, _) => { },
            retries: 3,
            end.Token).AsTask();
        for (var step = 0; step < 6_000; step++)
        {
            test.Time.Advance(TimeSpan.FromMilliseconds(10));
        }

        await end.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run.Soon());
        Assert.InRange(seconds.Count, 80, 250);
        Assert.All(seconds.Zip(seconds.Skip(1)), static pair => Assert.InRange(
            pair.Second - pair.First, Math.Max(0.02, pair.First / 20) / 2, Math.Max(0.02, pair.First / 20) + 0.02));
    }

    [Fact]
    public async Task One_open_knocks_for_all_and_its_success_serves_all()
    {
        await using var test = TestPool.Create(
            options => (options.MaxSize, options.MaxOpenRetries, options.OpenRetryBaseDelay, options.OpenRetryMaxDelay) = (8, 3, TenMinutes, TenMinutes),
            script: new CallScript().Always(StubCall.Open, Refusal()));
        var rents = Enumerable.Range(0, 8).Select(_ => test.Pool.RentAsync().AsTask()).ToArray();
        await test.StatisticsAre(static statistics => statistics.OpenFailures == 8);
        await NextOpenAsync(test);

        test.Script.Heal(StubCall.Open);
        await test.PassPausing(() => Array.TrueForAll(rents, static rent => rent.IsCompleted), TimeSpan.FromMilliseconds(100));

        Array.ForEach(await Task.WhenAll(rents).Soon(), static lease => lease.Dispose());
        Assert.Equal(8, test.Pool.GetStatistics().OpenFailures);
    }

    [Fact]
    public async Task Another_open_knocks_when_the_one_that_did_has_ended()
    {
        await using var test = TestPool.Create(
            options => (options.MaxSize, options.MaxOpenRetries, options.OpenRetryBaseDelay, options.OpenRetryMaxDelay) = (2, 3, TenMinutes, TenMinutes),
            script: new CallScript().Always(StubCall.Open, Refusal()));
        using var source = new CancellationTokenSource();
        var first = test.Pool.RentAsync(source.Token).AsTask();
        await test.StatisticsAre(static statistics => statistics.OpenFailures == 1);
        var second = test.Pool.RentAsync().AsTask();
        await test.StatisticsAre(static statistics => statistics.OpenFailures == 2);
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);

        // One caller is left, so one of the two opens ends at its next knock.
        await test.PassPausing(() => test.Counts.Opening == 1, TimeSpan.FromMilliseconds(1));
        Assert.InRange(await NextOpenAsync(test), TimeSpan.Zero, TimeSpan.FromMinutes(1));
        test.Script.Heal(StubCall.Open);
        await test.PassPausing(() => second.IsCompleted, TimeSpan.FromMilliseconds(1));

        (await second).Dispose();
    }

    [Fact]
    public async Task Another_open_knocks_when_the_one_that_did_is_not_refused()
    {
        await using var test = TestPool.Create(
            options => (options.MaxSize, options.MaxOpenRetries, options.OpenRetryBaseDelay, options.OpenRetryMaxDelay) = (2, 3, TenMinutes, TenMinutes),
            script: new CallScript().Always(StubCall.Open, Refusal()).At(StubCall.Open, 3, StubStep.Fail(FailureKind.Transient)));
        var rents = Enumerable.Range(0, 2).Select(_ => test.Pool.RentAsync().AsTask()).ToArray();
        await test.StatisticsAre(static statistics => statistics.OpenFailures == 2);
        await NextOpenAsync(test);
        await test.StatisticsAre(static statistics => statistics.OpenFailures == 3);

        for (var opens = 4; opens < 8; opens++)
        {
            Assert.InRange(await NextOpenAsync(test), TimeSpan.Zero, TimeSpan.FromMinutes(1));
        }

        test.Script.Heal(StubCall.Open);
        await test.PassPausing(() => Array.TrueForAll(rents, static rent => rent.IsCompleted), TimeSpan.FromMilliseconds(100));
        Array.ForEach(await Task.WhenAll(rents).Soon(), static lease => lease.Dispose());
    }

    [Fact]
    public async Task A_knock_that_is_not_refused_is_followed_by_the_retry()
    {
        await using var test = TestPool.Create(
            options => (options.MaxOpenRetries, options.OpenRetryBaseDelay, options.OpenRetryMaxDelay, options.AcquireTimeout) = (3, TenMinutes, TenMinutes, TimeSpan.FromHours(1)),
            script: new CallScript().At(StubCall.Open, 1, Refusal()).At(StubCall.Open, 2, StubStep.Fail(FailureKind.Transient)));
        var rent = test.Pool.RentAsync().AsTask();
        await test.StatisticsAre(static statistics => statistics.OpenFailures == 1);
        await NextOpenAsync(test);
        await test.StatisticsAre(static statistics => statistics.OpenFailures == 2);

        await test.Pass(TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(1));
        Assert.Equal(2, test.Database.Calls(StubCall.Open).Started);
        await test.Pump(rent);
        (await rent).Dispose();
    }

    /// <summary>
    /// Lets time pass until one more open begins, and returns how much. None passes during an open, because a failure
    /// that took longer than a refusal is followed by another pause.
    /// </summary>
    private static async Task<TimeSpan> NextOpenAsync(TestPool test)
    {
        await test.OpensPausing();
        var (opens, since) = (test.Database.Calls(StubCall.Open).Started, test.Time.GetUtcNow());
        await test.PassPausing(() => test.Database.Calls(StubCall.Open).Started > opens, TimeSpan.FromMilliseconds(1));
        return test.Time.GetUtcNow() - since;
    }

    private static StubStep Refusal() => StubStep.Fail(FailureKind.ConnectionLost);

    private static TestPool Failing(FailureKind kind, int retries, TimeSpan baseDelay, TimeSpan? maxDelay = null) => TestPool.Create(
        options => (options.MaxOpenRetries, options.OpenRetryBaseDelay, options.OpenRetryMaxDelay, options.AcquireTimeout) =
            (retries, baseDelay, maxDelay ?? options.OpenRetryMaxDelay, TimeSpan.FromHours(1)),
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
