namespace Cenote.Tests.Leasing;

/// <summary>
/// On a starved machine timers and callbacks come late. A caller whose time is up, or who has cancelled, is never
/// served in spite of that: the thread that takes it out of the queue asks first.
/// </summary>
public sealed class OverdueCallerTests
{
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Late = TimeSpan.FromSeconds(1);

    [Theory]
    [InlineData(false, ResetMode.None)]
    [InlineData(true, ResetMode.None)]
    [InlineData(false, ResetMode.Full)]
    [InlineData(true, ResetMode.Full)]
    public async Task A_returned_connection_goes_to_the_next_caller_when_the_first_is_overdue(bool blocks, ResetMode reset)
    {
        await using var starved = await StarvedPool.FullAsync(1, options => options.ResetMode = reset);
        var held = await starved.Pool.RentAsync();
        var overdue = await starved.QueueAsync(Short, blocks);
        var live = await starved.QueueAsync(TimeSpan.FromHours(1), blocks);

        starved.Advance(Late);
        held.Dispose();

        var exception = await Assert.ThrowsAsync<PoolTimeoutException>(() => overdue.Soon());
        Assert.Equal((Short, Late), (exception.AcquireTimeout, exception.WaitDuration));
        Assert.Contains("within 0.1 s (it waited 1 s)", exception.Message, StringComparison.Ordinal);
        (await live.Soon()).Dispose();
        Assert.Equal(1, starved.Pool.GetStatistics().Timeouts);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_returned_connection_skips_a_caller_whose_cancel_callback_is_late(bool blocks)
    {
        await using var starved = await StarvedPool.FullAsync(1);
        var held = await starved.Pool.RentAsync();
        using var source = new CancellationTokenSource();
        var cancelled = blocks ? Patience.OnOwnThread(() => starved.Pool.Rent(source.Token)) : starved.Pool.RentAsync(source.Token).AsTask();
        await starved.Test.When(counts => counts.Waiting == 1);
        var live = await starved.QueueAsync(TimeSpan.FromHours(1), blocks);

        // The last that listens is told first, and keeps the others waiting.
        using var isTold = new ManualResetEventSlim();
        using var mayGoOn = new ManualResetEventSlim();
        await using var registration = source.Token.Register(() =>
        {
            isTold.Set();
            mayGoOn.Wait(Patience.Limit);
        });
        var cancelling = Patience.OnOwnThread(() =>
        {
            source.Cancel();
            return true;
        });
        Assert.True(isTold.Wait(Patience.Limit));
        held.Dispose();

        var exception = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled.Soon());
        Assert.Equal(source.Token, exception.CancellationToken);
        (await live.Soon()).Dispose();
        mayGoOn.Set();
        await cancelling.Soon();
        Assert.Equal(1, starved.Pool.GetStatistics().Cancellations);
    }

    [Fact]
    public async Task A_new_connection_goes_to_the_next_caller_when_the_first_is_overdue()
    {
        var gate = new StubGate();
        await using var starved = await StarvedPool.FullAsync(0, options => options.MaxSize = 1, new CallScript().At(StubCall.Open, 1, StubStep.Hang(gate)));
        var overdue = await starved.QueueAsync(Short);
        var live = await starved.QueueAsync(TimeSpan.FromHours(1));
        await starved.Test.Database.OpenStarted(1).Soon();

        starved.Advance(Late);
        gate.Release();

        await Assert.ThrowsAsync<PoolTimeoutException>(() => overdue.Soon());
        (await live.Soon()).Dispose();
        Assert.Equal(1, starved.Test.Database.Opened);
    }

    [Fact]
    public async Task A_validated_connection_stays_idle_when_no_caller_can_use_it()
    {
        var gate = new StubGate();
        await using var starved = await StarvedPool.FullAsync(1, script: new CallScript().At(StubCall.Validate, 1, StubStep.Hang(gate)));
        starved.Pool.Engine.Desk.RequireValidation();
        var overdue = await starved.QueueAsync(Short);
        await starved.Test.Database.CallStarted(StubCall.Validate, 1).Soon();

        starved.Advance(Late);
        gate.Release();

        await Assert.ThrowsAsync<PoolTimeoutException>(() => overdue.Soon());
        await starved.Test.When(counts => counts is { Idle: 1, Waiting: 0, Leased: 0 });
        Assert.True(starved.Pool.TryRent(out var lease));
        lease.Dispose();
    }

    [Fact]
    public async Task Resizing_and_resuming_serve_and_open_nothing_for_overdue_callers()
    {
        await using var starved = await StarvedPool.FullAsync(0, options => options.MaxSize = 4);
        starved.Pool.Suspend();
        var overdue = await starved.QueueAsync(Short);
        var overdueToo = await starved.QueueAsync(Short);
        var live = await starved.QueueAsync(TimeSpan.FromHours(1));

        starved.Advance(Late);
        starved.Pool.Resize(0, 8);
        await Assert.ThrowsAsync<PoolTimeoutException>(() => overdue.Soon());
        Assert.False(live.IsCompleted);
        starved.Pool.Resume();

        await Assert.ThrowsAsync<PoolTimeoutException>(() => overdueToo.Soon());
        (await live.Soon()).Dispose();
        await starved.Test.When(counts => counts.Opening == 0);
        Assert.Equal(1, starved.Test.Database.Opened);
    }

    [Fact]
    public async Task An_open_that_is_about_to_try_again_asks_who_is_left()
    {
        var gate = new StubGate();
        await using var starved = await StarvedPool.FullAsync(
            0, options => (options.MaxSize, options.MaxOpenRetries, options.OpenRetryBaseDelay) = (1, 5, TimeSpan.Zero),
            new CallScript().At(StubCall.Open, 1, StubStep.Hang(gate).ThenFail()));
        var overdue = await starved.QueueAsync(Short);
        await starved.Test.Database.OpenStarted(1).Soon();

        starved.Advance(Late);
        gate.Release();

        await Assert.ThrowsAsync<PoolTimeoutException>(() => overdue.Soon());
        await starved.Test.When(counts => counts is { Total: 0, Waiting: 0 });
        Assert.Equal(1, starved.Test.Database.Calls(StubCall.Open).Started);
    }

    [Fact]
    public async Task An_overdue_caller_takes_up_no_place_in_a_queue_of_limited_length()
    {
        await using var starved = await StarvedPool.FullAsync(1, options => options.MaxWaiters = 1);
        var held = await starved.Pool.RentAsync();
        var overdue = await starved.QueueAsync(Short);

        starved.Advance(Late);
        var live = starved.Pool.RentAsync().AsTask();

        await Assert.ThrowsAsync<PoolTimeoutException>(() => overdue.Soon());
        held.Dispose();
        (await live.Soon()).Dispose();
    }

    [Fact]
    public async Task Of_a_queue_that_is_shed_the_overdue_time_out_and_the_live_are_served()
    {
        var shedding = new LoadSheddingOptions { TargetDelay = TimeSpan.FromMilliseconds(5), Interval = TimeSpan.FromMilliseconds(100) };
        await using var starved = await StarvedPool.FullAsync(1, options => options.LoadShedding = shedding);
        var held = await starved.Pool.RentAsync();
        var first = await starved.QueueAsync(TimeSpan.FromHours(1));
        var shed = await starved.QueueAsync(TimeSpan.FromHours(1));
        var overdue = await starved.QueueAsync(TimeSpan.FromMilliseconds(150));
        var last = await starved.QueueAsync(TimeSpan.FromHours(1));
        starved.Advance(Short);
        held.Dispose();
        held = await first.Soon();

        starved.Advance(Short);
        held.Dispose();

        await Assert.ThrowsAsync<PoolOverloadedException>(() => shed.Soon());
        await Assert.ThrowsAsync<PoolTimeoutException>(() => overdue.Soon());
        (await last.Soon()).Dispose();
    }

    [Fact]
    public async Task A_caller_out_of_time_gets_no_other_connection_when_its_own_is_dead()
    {
        StarvedPool? made = null;
        await using var starved = made = await StarvedPool.FullAsync(
            1,
            options => options.FailureClassifier = _ =>
            {
                // Asked once the caller is back in its place, before the dead connection is replaced.
                made!.Advance(Late);
                return null;
            },
            provider: TestPool.Clearing(SessionReset.ByDriver));
        var held = await starved.Pool.RentAsync();
        starved.Test.Script.At(StubCall.BeginLease, 2, StubStep.Fail());
        var overdue = await starved.QueueAsync(Short);

        held.Dispose();

        await Assert.ThrowsAsync<PoolTimeoutException>(() => overdue.Soon());
        await starved.Test.When(counts => counts is { Idle: 1, Waiting: 0 });
    }

    [Fact]
    public async Task Callers_without_a_coming_connection_time_out_on_time()
    {
        await using var starved = await StarvedPool.FullAsync(1, options => options.CircuitBreaker = new CircuitBreakerOptions());
        var held = await starved.Pool.RentAsync();
        var overdue = await starved.QueueAsync(Short);
        var live = await starved.QueueAsync(TimeSpan.FromHours(1));

        starved.Advance(Late);
        starved.Pool.IsolateCircuit();

        await Assert.ThrowsAsync<PoolTimeoutException>(() => overdue.Soon());
        await Assert.ThrowsAsync<CircuitOpenException>(() => live.Soon());
        held.Dispose();
    }

    [Fact]
    public async Task A_return_leaves_the_connection_for_the_short_path_when_only_overdue_callers_wait()
    {
        await using var starved = await StarvedPool.FullAsync(1);
        var held = await starved.Pool.RentAsync();
        var overdue = await starved.QueueAsync(Short);

        starved.Advance(Late);
        held.Dispose();

        Assert.True(starved.Pool.TryRent(out var lease));
        lease.Dispose();
        await Assert.ThrowsAsync<PoolTimeoutException>(() => overdue.Soon());
        Assert.Equal(0, starved.Pool.Engine.Desk.Attention);
    }

    [Fact]
    public async Task A_routed_connection_is_not_opened_when_its_time_is_up()
    {
        await using var starved = await StarvedPool.FullAsync(1, options => options.AcquireTimeout = Short);
        var held = await starved.Pool.RentAsync();
        await using var connection = new Routing.Switch(starved.Pool).CreateConnection();
        var opening = connection.OpenAsync(TestContext.Current.CancellationToken);
        await starved.Test.When(counts => counts.Waiting == 1);

        starved.Advance(Late);
        held.Dispose();

        await Assert.ThrowsAsync<PoolTimeoutException>(() => opening.Soon());
        Assert.Equal(1, starved.Test.Counts.Idle);
    }

    [Fact]
    public async Task Work_whose_deadline_passed_while_it_waited_is_not_begun()
    {
        await using var starved = await StarvedPool.FullAsync(1);
        var held = await starved.Pool.RentAsync();
        var runs = 0;
        var work = starved.Pool.ExecuteAsync((_, _) => Task.FromResult(++runs), new RetryOptions { Timeout = Short });
        await starved.Test.When(counts => counts.Waiting == 1);

        starved.Advance(Late);
        held.Dispose();

        var exception = await Assert.ThrowsAsync<WorkTimeoutException>(() => work.Soon());
        Assert.IsType<PoolTimeoutException>(exception.InnerException);
        Assert.Equal(0, runs);
        Assert.Equal(1, starved.Test.Counts.Idle);
    }

    [Fact]
    public async Task Work_whose_deadline_passed_during_a_try_is_not_tried_again()
    {
        await using var starved = await StarvedPool.FullAsync(1);
        var runs = 0;
        var work = starved.Pool.ExecuteAsync(
            (_, _) =>
            {
                runs++;
                starved.Advance(Late);
                throw new StubException(FailureKind.Transient);
            },
            new RetryOptions { Timeout = Short, BaseDelay = TimeSpan.Zero, MaxDelay = TimeSpan.Zero, IsIdempotent = true });

        var exception = await Assert.ThrowsAsync<WorkTimeoutException>(() => work.Soon());
        Assert.IsType<StubException>(exception.InnerException);
        Assert.Equal((1, 1), (runs, exception.Attempts));
    }

    /// <summary>A pool whose clock moves and whose timers do not fire.</summary>
    private sealed class StarvedPool : IAsyncDisposable
    {
        private readonly StarvedTimeProvider _time;

        private StarvedPool(TestPool test, StarvedTimeProvider time) => (Test, _time) = (test, time);

        public TestPool Test { get; }

        public ConnectionPool Pool => Test.Pool;

        public static async Task<StarvedPool> FullAsync(
            int size, Action<ConnectionPoolOptions>? configure = null, CallScript? script = null, Func<StubDatabase, StubProvider>? provider = null)
        {
            var fake = new Microsoft.Extensions.Time.Testing.FakeTimeProvider();
            var time = new StarvedTimeProvider(fake) { IsStarved = true };
            var test = await TestPool.FullAsync(
                size,
                options =>
                {
                    options.TimeProvider = time;
                    configure?.Invoke(options);
                },
                provider,
                script);
            return new StarvedPool(test, time) { Clock = fake };
        }

        private Microsoft.Extensions.Time.Testing.FakeTimeProvider Clock { get; init; } = null!;

        public void Advance(TimeSpan time) => Clock.Advance(time);

        /// <summary>A caller that is in the queue.</summary>
        public async Task<Task<ConnectionLease>> QueueAsync(TimeSpan timeout, bool blocks = false)
        {
            var waiting = Test.Counts.Waiting;
            var rent = blocks ? Patience.OnOwnThread(() => Pool.Rent(timeout)) : Pool.RentAsync(timeout).AsTask();
            await Test.When(counts => counts.Waiting == waiting + 1);
            return rent;
        }

        public async ValueTask DisposeAsync()
        {
            _time.IsStarved = false;
            await Test.DisposeAsync();
        }
    }
}
