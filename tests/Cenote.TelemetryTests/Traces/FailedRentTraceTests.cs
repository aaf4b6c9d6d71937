using System.Diagnostics;
using Cenote.StubDriver;

namespace Cenote.TelemetryTests.Traces;

/// <summary>A rent that failed is a span with its outcome, and an error unless the caller itself gave up.</summary>
public sealed class FailedRentTraceTests(Recorder recorder) : IClassFixture<Recorder>
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_timeout_is_an_error(bool isBlocking)
    {
        await using var pool = await RentTraceTests.NewPoolAsync();
        using var held = await pool.RentAsync();
        using var request = recorder.Begin();

        var failure = await Assert.ThrowsAsync<PoolTimeoutException>(
            () => isBlocking ? Task.Run(() => pool.Rent(TimeSpan.FromMilliseconds(1))) : pool.RentAsync(TimeSpan.FromMilliseconds(1)).Soon());

        AssertFailed(request, "timeout", ActivityStatusCode.Error, failure.Message);
    }

    [Fact]
    public async Task A_cancelled_rent_is_not_an_error()
    {
        await using var pool = await RentTraceTests.NewPoolAsync();
        using var held = await pool.RentAsync();
        using var source = new CancellationTokenSource();
        using var request = recorder.Begin();

        var rent = pool.RentAsync(source.Token).Soon();
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => rent);

        AssertFailed(request, "cancelled", ActivityStatusCode.Unset, message: null);
    }

    [Fact]
    public async Task An_open_circuit_is_an_error_although_no_caller_waits()
    {
        await using var pool = await RentTraceTests.NewPoolAsync();
        pool.IsolateCircuit();
        using var request = recorder.Begin();

        var failure = await Assert.ThrowsAsync<CircuitOpenException>(() => pool.RentAsync().Soon());

        AssertFailed(request, "circuit_open", ActivityStatusCode.Error, failure.Message);
    }

    [Fact]
    public async Task Too_many_waiters_are_an_error()
    {
        await using var pool = await RentTraceTests.NewPoolAsync(options => options.MaxWaiters = 1);
        var held = await pool.RentAsync();
        var waiting = pool.RentAsync().Soon();
        using var request = recorder.Begin();

        var failure = await Assert.ThrowsAsync<PoolOverloadedException>(() => pool.RentAsync().Soon());

        AssertFailed(request, "overloaded", ActivityStatusCode.Error, failure.Message);
        held.Dispose();
        (await waiting).Dispose();
    }

    [Fact]
    public async Task A_failed_open_is_an_error()
    {
        var script = new CallScript();
        script.Always(StubCall.Open, StubStep.Fail());
        await using var pool = await RentTraceTests.NewPoolAsync(
            options =>
            {
                options.MinSize = 0;
                options.CircuitBreaker = null;
            },
            new StubDatabase { Script = script });
        using var request = recorder.Begin();

        var failure = await Assert.ThrowsAsync<ConnectionOpenException>(() => pool.RentAsync().Soon());

        AssertFailed(request, "open_failed", ActivityStatusCode.Error, failure.Message);
    }

    [Fact]
    public async Task A_pool_that_closes_under_its_waiters_is_an_error()
    {
        var pool = await RentTraceTests.NewPoolAsync();
        var held = await pool.RentAsync();
        using var request = recorder.Begin();

        var rent = pool.RentAsync().Soon();
        var closing = pool.DisposeAsync().AsTask();
        var failure = await Assert.ThrowsAsync<PoolClosedException>(() => rent);

        AssertFailed(request, "closed", ActivityStatusCode.Error, failure.Message);
        held.Dispose();
        await closing.Soon();
    }

    private void AssertFailed(Activity request, string outcome, ActivityStatusCode status, string? message)
    {
        var span = Assert.Single(recorder.Within(request));
        Assert.Equal(request.SpanId, span.ParentSpanId);
        Assert.Equal(outcome, span.GetTagItem("cenote.rent.outcome"));
        Assert.Equal(outcome, span.GetTagItem("error.type"));
        Assert.Null(span.GetTagItem("cenote.rent.connection"));
        Assert.IsType<double>(span.GetTagItem("cenote.rent.wait"));
        Assert.Equal(status, span.Status);
        Assert.Equal(message, span.StatusDescription);
        Assert.Same(request, Activity.Current);
    }
}
