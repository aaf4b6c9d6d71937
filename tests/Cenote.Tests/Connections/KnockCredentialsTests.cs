namespace Cenote.Tests.Connections;

/// <summary>The credentials with which a pool knocks at a server that refuses connections.</summary>
public sealed class KnockCredentialsTests
{
    private static readonly TimeSpan TenMinutes = TimeSpan.FromMinutes(10);

    private int _asked;

    [Fact]
    public async Task Knocks_use_the_credentials_of_the_attempt_before()
    {
        await using var test = Create(new CallScript().Always(StubCall.Open, StubStep.Fail(FailureKind.ConnectionLost)));
        var rent = test.Pool.RentAsync().AsTask();
        await KnockAsync(test, opens: 6);
        Assert.Equal((1, 1), (_asked, test.Pool.GetStatistics().OpenFailures));

        test.Script.Heal(StubCall.Open);
        await test.Pump(rent, TimeSpan.FromMilliseconds(100));
        (await rent).Dispose();
        Assert.Equal(1, _asked);
    }

    [Fact]
    public async Task A_knock_with_credentials_that_were_replaced_asks_again()
    {
        var refusal = StubStep.Fail(FailureKind.ConnectionLost);
        await using var test = Create(new CallScript().At(StubCall.Open, 1, refusal).At(StubCall.Open, 2, refusal).At(StubCall.Open, 3, StubStep.Fail(FailureKind.InvalidCredentials)));
        var rent = test.Pool.RentAsync().AsTask();
        await test.Pump(rent, TimeSpan.FromMilliseconds(10));

        using var lease = await rent;
        Assert.Equal("token2", lease.Unwrap<StubConnection>().Credentials!.Password);
        Assert.Equal((2, 1), (_asked, test.Pool.GetStatistics().OpenFailures));
    }

    [Fact]
    public async Task The_time_that_credentials_take_hides_no_refusal()
    {
        await using var test = Create(new CallScript().Always(StubCall.Open, StubStep.Fail(FailureKind.ConnectionLost)), takes: TimeSpan.FromSeconds(1));
        var rent = test.Pool.RentAsync().AsTask();
        await KnockAsync(test, opens: 4);
        Assert.Equal((1, 1), (_asked, test.Pool.GetStatistics().OpenFailures));

        test.Script.Heal(StubCall.Open);
        await test.Pump(rent, TimeSpan.FromMilliseconds(100));
        (await rent).Dispose();
    }

    [Fact]
    public async Task A_secret_store_that_refuses_connections_is_not_knocked_at()
    {
        await using var test = TestPool.Create(options =>
        {
            Configure(options);
            options.CredentialsProvider = _ =>
            {
                Interlocked.Increment(ref _asked);
                throw new StubException(FailureKind.ConnectionLost);
            };
        });
        using var source = new CancellationTokenSource();
        var rent = test.Pool.RentAsync(source.Token).AsTask();
        await test.StatisticsAre(static statistics => statistics.OpenFailures == 1);
        await test.Pass(TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(1));

        Assert.Equal(1, _asked);
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => rent);
    }

    private TestPool Create(CallScript script, TimeSpan takes = default)
    {
        return TestPool.Create(
            options =>
            {
                Configure(options);
                options.CredentialsProvider = async _ =>
                {
                    await Task.Delay(takes, options.TimeProvider, CancellationToken.None);
                    return new DatabaseCredentials("user", $"token{Interlocked.Increment(ref _asked)}");
                };
            },
            script: script);
    }

    private static void Configure(ConnectionPoolOptions options) =>
        (options.MaxOpenRetries, options.OpenRetryBaseDelay, options.OpenRetryMaxDelay, options.AcquireTimeout) = (3, TenMinutes, TenMinutes, TimeSpan.FromHours(1));

    private static async Task KnockAsync(TestPool test, int opens)
    {
        for (var open = 1; open <= opens; open++)
        {
            await test.PassUntil(() => test.Database.Calls(StubCall.Open).Started >= open, TimeSpan.FromMilliseconds(1));

            // Time that passes during the open would be the open's own.
            await test.Database.CallEnded(StubCall.Open, open).Soon();
        }
    }
}
