using System.Threading.Channels;

namespace Cenote.Tests.Events;

/// <summary>What a router learns from the pools that it chooses between.</summary>
public sealed class FailureObservedTests
{
    [Theory]
    [InlineData(FailureKind.ConnectionLost)]
    [InlineData(FailureKind.ReadOnlyServer)]
    public async Task A_failure_of_the_server_is_reported(FailureKind kind)
    {
        await using var test = await TestPool.FullAsync(1);
        var told = Channel.CreateUnbounded<(object? Sender, FailureObservedEventArgs Failure)>();
        test.Pool.FailureObserved += (sender, failure) => told.Writer.TryWrite((sender, failure));
        var exception = new StubException(kind, "no");

        using (var lease = await test.Pool.RentAsync(TestContext.Current.CancellationToken))
        {
            lease.ReportFailure(exception);
        }

        var (sender, failure) = await told.Reader.ReadAsync(TestContext.Current.CancellationToken).Soon();
        Assert.Same(test.Pool, sender);
        Assert.Equal((kind, exception, "test"), (failure.Kind, failure.Exception, failure.PoolName));
    }

    [Fact]
    public async Task A_failure_of_a_single_statement_is_not_reported()
    {
        await using var test = await TestPool.FullAsync(1);
        var told = Channel.CreateUnbounded<FailureObservedEventArgs>();
        test.Pool.FailureObserved += (_, failure) => told.Writer.TryWrite(failure);

        using (var lease = await test.Pool.RentAsync(TestContext.Current.CancellationToken))
        {
            lease.ReportFailure(new StubException(FailureKind.Other, "syntax"));
            lease.ReportFailure(new StubException(FailureKind.Transient, "deadlock"));
            lease.ReportFailure(new StubException(FailureKind.ReadOnlyServer, "the last"));
        }

        Assert.Equal(FailureKind.ReadOnlyServer, (await told.Reader.ReadAsync(TestContext.Current.CancellationToken).Soon()).Kind);
        Assert.False(told.Reader.TryRead(out _));
    }

    [Fact]
    public async Task A_try_to_rent_never_waits_and_leads_nowhere_when_nothing_is_idle()
    {
        await using var test = await TestPool.FullAsync(1);

        Assert.True(test.Pool.TryRent(out var lease));
        Assert.Same(test.Pool, lease.Pool);
        Assert.Equal(1, test.Pool.GetApproximateLoad());
        Assert.False(test.Pool.TryRent(out var none));
        Assert.Null(none.Pool);
        lease.Dispose();
        Assert.True(test.Pool.TryRent(out lease));
        lease.Dispose();

        test.Pool.Suspend();
        Assert.False(test.Pool.TryRent(out _));
        Assert.Equal(0, test.Pool.GetApproximateLoad());
        test.Pool.Resume();
    }
}
