using System.Globalization;

namespace Cenote.Tests.Leasing;

/// <summary>Callers who give up together are told of one look at the pool.</summary>
public sealed class ExhaustionReportTests
{
    private const int Callers = 2000;

    [Fact]
    public async Task Callers_that_expire_together_share_one_look_at_the_pool()
    {
        await using var test = await TestPool.FullAsync(3, options => options.AcquireTimeout = TimeSpan.FromSeconds(30));
        var leases = await test.RentAsync(3);
        var rents = Enumerable.Range(0, Callers).Select(_ => test.Pool.RentAsync().AsTask()).ToArray();
        var looks = Looks(test);

        test.Time.Advance(TimeSpan.FromSeconds(30));

        var exceptions = await Task.WhenAll(rents.Select(rent => Assert.ThrowsAsync<PoolTimeoutException>(() => rent.Soon())));
        Assert.Equal(1, Looks(test) - looks);
        Assert.Single(exceptions.Select(exception => exception.LongestHolders).Distinct());
        Assert.Single(exceptions.Select(exception => exception.Counts).Distinct());
        Assert.All(exceptions, exception => Assert.Equal(test.Time.GetUtcNow(), exception.CountedAt));
        Assert.Contains(
            test.Time.GetUtcNow().ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture) + " UTC", exceptions[0].Message, StringComparison.Ordinal);
        Array.ForEach(leases, lease => lease.Dispose());
    }

    [Fact]
    public async Task Each_exception_has_its_callers_timeout_and_waiting_time()
    {
        await using var test = await TestPool.FullAsync(1);
        using var held = await test.Pool.RentAsync();
        var first = test.Pool.RentAsync(TimeSpan.FromSeconds(20)).AsTask();
        test.Time.Advance(TimeSpan.FromSeconds(10));
        var second = test.Pool.RentAsync(TimeSpan.FromSeconds(5)).AsTask();

        // Both are looked at in one step of the clock.
        test.Time.Advance(TimeSpan.FromSeconds(15));

        var late = await Assert.ThrowsAsync<PoolTimeoutException>(() => first.Soon());
        var later = await Assert.ThrowsAsync<PoolTimeoutException>(() => second.Soon());
        Assert.Equal((20, 5), (late.AcquireTimeout.TotalSeconds, later.AcquireTimeout.TotalSeconds));
        Assert.Equal(25, late.WaitDuration.TotalSeconds);
        Assert.Contains("within 20 s (it waited 25 s)", late.Message, StringComparison.Ordinal);
        Assert.InRange(later.WaitDuration.TotalSeconds, 5, 15);
    }

    [Fact]
    public async Task A_caller_that_expires_a_moment_later_sees_the_pool_as_it_is_then()
    {
        await using var test = await TestPool.FullAsync(2, options => options.AcquireTimeout = TimeSpan.FromSeconds(30));
        var leases = await test.RentAsync(2);
        var first = test.Pool.RentAsync().AsTask();
        test.Time.Advance(TimeSpan.FromMilliseconds(10));
        var second = test.Pool.RentAsync().AsTask();

        test.Time.Advance(TimeSpan.FromSeconds(30) - TimeSpan.FromMilliseconds(10));
        Assert.Equal(1, (await Assert.ThrowsAsync<PoolTimeoutException>(() => first.Soon())).Counts.Waiting);
        test.Time.Advance(TimeSpan.FromMilliseconds(10));

        Assert.Equal(0, (await Assert.ThrowsAsync<PoolTimeoutException>(() => second.Soon())).Counts.Waiting);
        Array.ForEach(leases, lease => lease.Dispose());
    }

    [Fact]
    public async Task Callers_rejected_together_share_one_look_at_the_pool()
    {
        await using var test = await TestPool.FullAsync(1, options => options.MaxWaiters = 1);
        var held = await test.Pool.RentAsync();
        var waiter = test.Pool.RentAsync().AsTask();
        var looks = Looks(test);

        for (var i = 0; i < 100; i++)
        {
            var exception = Assert.Throws<PoolOverloadedException>(() => test.Pool.Rent());
            Assert.Equal(test.Time.GetUtcNow(), exception.CountedAt);
        }

        Assert.Equal(1, Looks(test) - looks);
        held.Dispose();
        (await waiter.Soon()).Dispose();
    }

    [Fact]
    public async Task A_timeout_behind_hanging_opens_does_not_blame_holders()
    {
        var gate = new StubGate();
        await using var test = TestPool.Create(options => (options.MaxSize, options.AcquireTimeout) = (1, TimeSpan.FromSeconds(2)));
        test.Script.Always(StubCall.Open, StubStep.Hang(gate));
        var rent = test.Pool.RentAsync().AsTask();
        await test.When(static counts => counts.Opening == 1);

        test.Time.Advance(TimeSpan.FromSeconds(2));

        var exception = await Assert.ThrowsAsync<PoolTimeoutException>(() => rent.Soon());
        Assert.EndsWith(" Check that the server answers, or raise AcquireTimeout.", exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("Return connections", exception.Message, StringComparison.Ordinal);
        gate.Release();
    }

    [Fact]
    public async Task A_timeout_of_a_suspended_pool_advises_only_to_resume_it()
    {
        await using var test = await TestPool.FullAsync(1, options => options.AcquireTimeout = TimeSpan.FromSeconds(2));
        test.Pool.Suspend();
        var rent = test.Pool.RentAsync().AsTask();

        test.Time.Advance(TimeSpan.FromSeconds(2));

        var exception = await Assert.ThrowsAsync<PoolTimeoutException>(() => rent.Soon());
        Assert.EndsWith(" no connection can be rented until Resume is called.", exception.Message, StringComparison.Ordinal);
        test.Pool.Resume();
    }

    private static int Looks(TestPool test) => test.Pool.Engine.RentFailures.Exhaustion.Looks;
}
