namespace Cenote.Tests.Leasing;

public sealed class AcquireTimeoutTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_caller_of_an_exhausted_pool_times_out_when_its_time_is_up_and_not_before(bool blocks)
    {
        await using var test = await TestPool.FullAsync(1, options => options.AcquireTimeout = TimeSpan.FromSeconds(30));
        using var held = await test.Pool.RentAsync();
        var rent = blocks ? Patience.OnOwnThread(() => test.Pool.Rent()) : test.Pool.RentAsync().AsTask();
        await test.When(counts => counts.Waiting == 1);

        test.Time.Advance(TimeSpan.FromSeconds(29.9));
        Assert.Equal(1, test.Counts.Waiting);
        test.Time.Advance(TimeSpan.FromSeconds(0.1));

        await Assert.ThrowsAsync<PoolTimeoutException>(() => rent.Soon());
        Assert.Equal(0, test.Counts.Waiting);
        Assert.Equal(1, test.Pool.GetStatistics().Timeouts);
    }

    [Fact]
    public async Task The_timeout_of_one_call_replaces_the_pools()
    {
        await using var test = await TestPool.FullAsync(1);
        using var held = await test.Pool.RentAsync();
        var rent = test.Pool.RentAsync(TimeSpan.FromMilliseconds(50)).AsTask();

        test.Time.Advance(TimeSpan.FromMilliseconds(50));

        var exception = await Assert.ThrowsAsync<PoolTimeoutException>(() => rent.Soon());
        Assert.Equal(TimeSpan.FromMilliseconds(50), exception.AcquireTimeout);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(86_400_001)]
    public async Task A_timeout_out_of_range_is_refused(double milliseconds)
    {
        await using var test = TestPool.Create();

        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => test.Pool.RentAsync(TimeSpan.FromMilliseconds(milliseconds)).AsTask());
        Assert.Throws<ArgumentOutOfRangeException>(() => test.Pool.Rent(TimeSpan.FromMilliseconds(milliseconds)));
    }

    [Fact]
    public async Task The_exception_contains_the_counts_of_the_pool()
    {
        var exception = await ExhaustAsync();

        Assert.Equal(2, exception.Counts.Leased);
        Assert.Equal(2, exception.Counts.Total);
        Assert.Equal(2, exception.Counts.Limit);
        Assert.Equal(TimeSpan.FromSeconds(30), exception.AcquireTimeout);
        Assert.Equal("test", exception.PoolName);
        Assert.True(exception.IsTransient);
        Assert.Contains("2 leased", exception.Message, StringComparison.Ordinal);
        Assert.Contains("'test'", exception.Message, StringComparison.Ordinal);
        Assert.NotNull(exception.HelpLink);
    }

    [Fact]
    public async Task The_exception_names_the_longest_holders_first_with_call_site_and_age()
    {
        var exception = await ExhaustAsync();

        Assert.Equal(2, exception.LongestHolders.Count);
        var longest = exception.LongestHolders[0];
        Assert.EndsWith("AcquireTimeoutTests.cs", longest.CallSite.FilePath, StringComparison.Ordinal);
        Assert.Equal(nameof(ExhaustAsync), longest.CallSite.MemberName);
        Assert.True(longest.CallSite.LineNumber > 0);
        Assert.InRange(longest.Age, TimeSpan.FromSeconds(89), TimeSpan.FromSeconds(91));
        Assert.InRange(exception.LongestHolders[1].Age, TimeSpan.FromSeconds(29), TimeSpan.FromSeconds(31));
        Assert.Contains($"AcquireTimeoutTests.cs:{longest.CallSite.LineNumber}", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task At_most_five_holders_are_named()
    {
        await using var test = await TestPool.FullAsync(7, Seconds30);
        var leases = await test.RentAsync(7);
        var rent = test.Pool.RentAsync().AsTask();

        test.Time.Advance(TimeSpan.FromSeconds(30));

        var exception = await Assert.ThrowsAsync<PoolTimeoutException>(() => rent.Soon());
        Assert.Equal(5, exception.LongestHolders.Count);
        Array.ForEach(leases, lease => lease.Dispose());
    }

    [Fact]
    public async Task The_exception_carries_the_last_failure_to_open_with_its_time()
    {
        await using var test = TestPool.Create(
            options => options.MaxSize = 2,
            script: new CallScript().At(StubCall.Open, 2, StubStep.Fail(FailureKind.TooManyConnections)).Always(StubCall.Validate, StubStep.Succeed));
        using var held = await test.Pool.RentAsync().Soon();
        var failedAt = test.Time.GetUtcNow();
        test.Script.Always(StubCall.Open, StubStep.Fail(FailureKind.TooManyConnections));
        var rent = test.Pool.RentAsync(TimeSpan.FromSeconds(5)).AsTask();
        await test.Database.CallEnded(StubCall.Open, 2).Soon();
        await test.When(counts => counts.Opening == 0);

        await test.Pump(rent);

        var exception = await Assert.ThrowsAsync<PoolTimeoutException>(() => rent.Soon());
        Assert.NotNull(exception.LastOpenFailure);
        Assert.Equal(FailureKind.TooManyConnections, exception.LastOpenFailure.Kind);
        Assert.InRange(exception.LastOpenFailure.Time, failedAt, failedAt.AddSeconds(5.5));
        Assert.IsType<StubException>(exception.InnerException);
    }

    [Fact]
    public async Task The_last_failure_to_open_is_forgotten_after_a_success()
    {
        await using var test = TestPool.Create(
            options => (options.MaxSize, options.AcquireTimeout) = (1, TimeSpan.FromSeconds(30)),
            script: new CallScript().At(StubCall.Open, 1, StubStep.Fail()));
        await Assert.ThrowsAsync<ConnectionOpenException>(() => test.Pool.RentAsync().Soon());
        Assert.NotNull(test.Pool.GetStatistics().LastOpenFailure);

        using var held = await test.Pool.RentAsync().Soon();
        var rent = test.Pool.RentAsync().AsTask();
        test.Time.Advance(TimeSpan.FromSeconds(30));

        var exception = await Assert.ThrowsAsync<PoolTimeoutException>(() => rent.Soon());
        Assert.Null(exception.LastOpenFailure);
        Assert.Null(exception.InnerException);
    }

    [Fact]
    public async Task A_timed_out_waiter_loses_nothing()
    {
        await using var test = await TestPool.FullAsync(1);
        var held = await test.Pool.RentAsync();
        var impatient = test.Pool.RentAsync(TimeSpan.FromSeconds(1)).AsTask();
        var patient = test.Pool.RentAsync().AsTask();

        test.Time.Advance(TimeSpan.FromSeconds(1));
        await Assert.ThrowsAsync<PoolTimeoutException>(() => impatient.Soon());
        held.Dispose();

        (await patient.Soon()).Dispose();
        await test.When(counts => counts.Idle == 1);
    }

    [Fact]
    public async Task One_deadline_covers_queueing_and_opening_with_its_retries()
    {
        await using var test = TestPool.Create(
            options => (options.AcquireTimeout, options.MaxOpenRetries, options.OpenRetryBaseDelay) =
                (TimeSpan.FromSeconds(3), 100, TimeSpan.FromSeconds(1)),
            script: new CallScript().Always(StubCall.Open, StubStep.Fail()));
        var rent = test.Pool.RentAsync().AsTask();

        await test.Pass(TimeSpan.FromSeconds(2.9), TimeSpan.FromMilliseconds(100));
        Assert.False(rent.IsCompleted);
        test.Time.Advance(TimeSpan.FromMilliseconds(100));

        await Assert.ThrowsAsync<PoolTimeoutException>(() => rent.Soon());
    }

    private static void Seconds30(ConnectionPoolOptions options) => options.AcquireTimeout = TimeSpan.FromSeconds(30);

    private static async Task<PoolTimeoutException> ExhaustAsync()
    {
        await using var test = await TestPool.FullAsync(2, Seconds30);
        using var longest = await test.Pool.RentAsync();
        test.Time.Advance(TimeSpan.FromSeconds(60));
        using var shorter = await test.Pool.RentAsync().Soon();
        var rent = test.Pool.RentAsync().AsTask();
        await test.When(counts => counts.Waiting == 1);
        test.Time.Advance(TimeSpan.FromSeconds(30));
        return await Assert.ThrowsAsync<PoolTimeoutException>(() => rent.Soon());
    }
}
