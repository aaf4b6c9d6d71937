namespace Cenote.Tests.Maintenance;

public sealed class WarmUpTests
{
    [Fact]
    public async Task A_warm_up_opens_connections_to_its_target_and_reports_each()
    {
        await using var test = TestPool.Create(options => options.MaxSize = 8);
        var progress = new Steps();

        await test.Pool.WarmUpAsync(6, progress).Soon();

        Assert.Equal(6, test.Database.Sessions);
        Assert.Equal([1, 2, 3, 4, 5, 6], progress.Seen);
    }

    [Fact]
    public async Task A_warm_up_without_a_target_opens_the_minimum()
    {
        await using var test = TestPool.Create(options => (options.MinSize, options.MaxSize) = (3, 8));

        await test.Pool.WarmUpAsync().Soon();

        Assert.Equal(3, test.Database.Sessions);
    }

    [Fact]
    public async Task A_warm_up_counts_what_is_open_already()
    {
        await using var test = await TestPool.FullAsync(2, options => options.MaxSize = 4);
        var progress = new Steps();

        await test.Pool.WarmUpAsync(2, progress).Soon();

        Assert.Equal(2, test.Database.Opened);
        Assert.Equal(2, progress.Seen[^1]);
    }

    [Fact]
    public async Task Connections_that_are_being_closed_count_for_no_warm_up()
    {
        await using var test = TestPool.Create(options => options.MaxSize = 4);
        await test.Pool.WarmUpAsync(2).Soon();
        var gate = new StubGate();
        test.Script.Always(StubCall.Close, StubStep.Hang(gate));
        test.Pool.Clear();
        await test.When(counts => counts.Closing == 2);

        var warmUp = test.Pool.WarmUpAsync(2);
        gate.Release();
        await warmUp.Soon();

        Assert.Equal(4, test.Database.Opened);
    }

    [Fact]
    public async Task An_open_that_was_skipped_counts_for_no_warm_up()
    {
        await using var test = TestPool.Create(options => (options.MaxSize, options.CircuitBreaker) = (4, new CircuitBreakerOptions()));
        test.Script.At(StubCall.Open, 1, StubStep.Hang(new StubGate()));
        var warmUp = test.Pool.WarmUpAsync(1);
        await test.Database.CallStarted(StubCall.Open, 1).Soon();

        test.Pool.IsolateCircuit();
        await test.When(counts => counts.Opening == 0);
        test.Pool.CloseCircuit();

        await warmUp.Soon();
        Assert.Equal(1, test.Database.Opened);
    }

    [Fact]
    public async Task A_warm_up_that_found_its_target_reached_does_not_refill_the_pool_later()
    {
        await using var test = TestPool.Create(options => options.MaxIdleTime = TimeSpan.FromSeconds(60));
        await test.Pool.WarmUpAsync(2).Soon();
        await test.Pool.WarmUpAsync(2).Soon();

        test.Pool.Clear();
        await test.When(counts => counts.Total == 0);
        await test.Pass(TimeSpan.FromSeconds(10));

        Assert.Equal(2, test.Database.Calls(StubCall.Open).Started);
    }

    [Fact]
    public async Task A_warm_up_that_cannot_connect_fails_with_what_the_driver_said()
    {
        await using var test = TestPool.Create(
            options => options.MaxSize = 4, script: new CallScript().Always(StubCall.Open, StubStep.Fail()));

        var exception = await Assert.ThrowsAsync<ConnectionOpenException>(() => test.Pool.WarmUpAsync(3).Soon());

        Assert.IsType<StubException>(exception.InnerException);
        await test.When(counts => counts.Opening == 0);
        Assert.Equal(0, test.Counts.Total);
    }

    [Fact]
    public async Task A_failed_warm_up_does_not_go_on_opening()
    {
        await using var test = TestPool.Create(
            options => (options.MaxSize, options.MaxConcurrentOpens) = (4, 1),
            script: new CallScript().At(StubCall.Open, 1, StubStep.Fail()));

        await Assert.ThrowsAsync<ConnectionOpenException>(() => test.Pool.WarmUpAsync(3).Soon());
        await test.Pass(TimeSpan.FromSeconds(30));

        Assert.Equal(1, test.Database.Calls(StubCall.Open).Started);
    }

    [Fact]
    public async Task A_cancelled_warm_up_keeps_what_it_has_opened()
    {
        var gate = new StubGate();
        await using var test = TestPool.Create(
            options => (options.MaxSize, options.MaxConcurrentOpens) = (4, 1),
            script: new CallScript().At(StubCall.Open, 2, StubStep.Hang(gate)));
        using var source = new CancellationTokenSource();
        var warm = test.Pool.WarmUpAsync(3, progress: null, source.Token);
        await test.Database.OpenStarted(2).Soon();

        await source.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => warm.Soon());
        gate.Release();
        await test.When(counts => counts.Idle >= 2);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(5)]
    public async Task A_target_out_of_range_is_refused(int target)
    {
        await using var test = TestPool.Create(options => options.MaxSize = 4);

        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => test.Pool.WarmUpAsync(target));
    }

    private sealed class Steps : IProgress<int>
    {
        public List<int> Seen { get; } = [];

        public void Report(int value) => Seen.Add(value);
    }
}
