namespace Cenote.Tests.Connections;

/// <summary>
/// A caller waits for a connection that is being cleared or validated where that serves it sooner than another open; on
/// fake time.
/// </summary>
public sealed class ComingConnectionTests
{
    private static readonly TimeSpan Reset = TimeSpan.FromMilliseconds(40);

    [Theory]
    [InlineData(200, false, 1)]
    [InlineData(200, true, 1)]
    [InlineData(50, false, 1)]
    [InlineData(5, false, 2)]
    [InlineData(5, true, 2)]
    [InlineData(0, false, 2)]
    public async Task One_caller_uses_one_connection_or_two_when_opens_are_quicker(
        int openMilliseconds, bool blocks, int most)
    {
        await using var timed = await TimedPool.StartAsync(TimeSpan.FromMilliseconds(openMilliseconds), Reset, size: 6);

        for (var i = 0; i < 20; i++)
        {
            var rent = blocks ? Patience.OnOwnThread(() => timed.Pool.Rent()) : timed.Pool.RentAsync().AsTask();
            await timed.PumpAsync(rent);
            (await rent).Dispose();
        }

        Assert.InRange(timed.Test.Database.Opened, 1, most);
    }

    [Fact]
    public async Task Each_caller_may_count_on_one_connection_that_is_coming()
    {
        await using var timed = await TimedPool.StartAsync(TimeSpan.FromMilliseconds(200), Reset, size: 6);
        var leases = await timed.RentAsync(2);
        Array.ForEach(leases, lease => lease.Dispose());
        Assert.Equal(2, timed.Test.Counts.Resetting);

        var rents = Enumerable.Range(0, 3).Select(_ => timed.Pool.RentAsync().AsTask()).ToArray();
        await timed.Test.Database.OpenStarted(3).Soon();
        Assert.Equal(1, timed.Test.Counts.Opening);

        await timed.PumpAsync(Task.WhenAll(rents));
        Assert.Equal(3, timed.Test.Database.Opened);
        Array.ForEach(rents, rent => rent.Result.Dispose());
    }

    /// <summary>As behind a proxy, where some resets need a round trip and others do not.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Reset_is_measured_by_what_it_was_when_it_began_though_it_changes_the_driver(bool isAsync)
    {
        bool[] isInline = [false, true, false];
        await using var test = await TestPool.FullAsync(
            1,
            options => options.MaxLifetime = Timeout.InfiniteTimeSpan,
            database => new StubProvider(database) { ClearsInlineNow = () => isInline[database.Calls(StubCall.Clear).Started] });
        var expected = test.Pool.Engine.Desk.Expected;
        var gate = new StubGate();
        test.Script.At(StubCall.Clear, 1, StubStep.Hang(gate));
        await EndAsync(await test.Pool.RentAsync().Soon());
        test.Time.Advance(Reset);
        gate.Release();
        await test.When(counts => counts.Idle == 1);
        Assert.Equal(Reset, expected.Resets.Value);

        var lease = await test.Pool.RentAsync().Soon();
        test.Time.Advance(TimeSpan.FromHours(1));
        await EndAsync(lease);
        await test.When(counts => counts.Idle == 1);
        Assert.Equal(2, test.Database.Calls(StubCall.Clear).Started);
        Assert.Equal(Reset, expected.Resets.Value);

        async ValueTask EndAsync(ConnectionLease ended)
        {
            if (isAsync)
            {
                await ended.DisposeAsync();
            }
            else
            {
                ended.Dispose();
            }
        }
    }

    [Theory]
    [InlineData(StubCall.Clear)]
    [InlineData(StubCall.Validate)]
    public async Task Work_that_takes_far_too_long_holds_no_open_back(StubCall hanging)
    {
        await using var timed = await TimedPool.StartAsync(TimeSpan.FromMilliseconds(200), Reset, size: 6);
        await timed.WarmAsync();
        var gate = new StubGate();
        timed.Script.Hanging = (hanging, gate);
        if (hanging == StubCall.Clear)
        {
            (await timed.Pool.RentAsync().Soon()).Dispose();
        }
        else
        {
            timed.Pool.Engine.Desk.RequireValidation();
        }

        var started = timed.Time.GetUtcNow();
        var rent = timed.Pool.RentAsync().AsTask();
        await timed.Test.Database.CallStarted(hanging, timed.Test.Database.Calls(hanging).Started).Soon();
        Assert.Equal(1, timed.Test.Database.Calls(StubCall.Open).Started);
        await timed.PumpAsync(rent);

        // Twice the usual time and the time of an open, then the open; on a busy machine fake time runs ahead of the
        // pool's work.
        Assert.InRange(timed.Time.GetUtcNow() - started, TimeSpan.FromMilliseconds(200), TimeSpan.FromMinutes(1));
        Assert.Equal(2, timed.Test.Database.Opened);
        (await rent).Dispose();
        timed.Script.Hanging = null;
        gate.Release();
    }

    [Fact]
    public async Task A_connection_that_fails_to_be_cleared_is_replaced_at_once()
    {
        await using var timed = await TimedPool.StartAsync(TimeSpan.FromMilliseconds(200), Reset, size: 6);
        await timed.WarmAsync();
        timed.Script.Fails = StubCall.Clear;
        (await timed.Pool.RentAsync().Soon()).Dispose();

        var rent = timed.Pool.RentAsync().AsTask();
        await timed.PumpAsync(rent);

        Assert.Equal(2, timed.Test.Database.Opened);
        (await rent).Dispose();
    }

    [Fact]
    public async Task A_connection_that_became_unusable_is_not_counted_on()
    {
        await using var timed = await TimedPool.StartAsync(TimeSpan.FromMilliseconds(200), Reset, size: 6);
        await timed.WarmAsync();
        (await timed.Pool.RentAsync().Soon()).Dispose();
        Assert.Equal(1, timed.Test.Counts.Resetting);

        timed.Pool.Clear();
        var rent = timed.Pool.RentAsync().AsTask();

        await timed.Test.Database.OpenStarted(2).Soon();
        await timed.PumpAsync(rent);
        (await rent).Dispose();
    }

    [Fact]
    public async Task A_retirement_while_a_caller_counts_on_a_connection_takes_effect_at_once()
    {
        await using var timed = await TimedPool.StartAsync(TimeSpan.FromMilliseconds(200), Reset, size: 6);
        await timed.WarmAsync();
        (await timed.Pool.RentAsync().Soon()).Dispose();
        var rent = timed.Pool.RentAsync().AsTask();
        Assert.Equal(1, timed.Test.Database.Calls(StubCall.Open).Started);

        timed.Pool.Clear();

        await timed.Test.Database.OpenStarted(2).Soon();
        await timed.PumpAsync(rent);
        (await rent).Dispose();
    }

    [Fact]
    public async Task The_minimum_is_filled_whatever_is_coming()
    {
        await using var timed = await TimedPool.StartAsync(TimeSpan.FromMilliseconds(200), Reset, size: 6, minimum: 3);

        await timed.PumpAsync(timed.Test.When(counts => counts.Idle == 3));

        Assert.Equal(3, timed.Test.Database.Opened);
    }

    /// <summary>
    /// A pool whose driver takes its time: opens, resets and validations, each as long as it is told.
    /// </summary>
    private sealed class TimedPool : IAsyncDisposable
    {
        private TimedPool(TestPool test, TimedScript script) => (Test, Script) = (test, script);

        public TestPool Test { get; }

        public TimedScript Script { get; }

        public ConnectionPool Pool => Test.Pool;

        public Microsoft.Extensions.Time.Testing.FakeTimeProvider Time => Test.Time;

        public static Task<TimedPool> StartAsync(TimeSpan open, TimeSpan work, int size, int minimum = 0)
        {
            var script = new TimedScript(open, work);
            var test = TestPool.Create(options => (options.MinSize, options.MaxSize, options.MaxConcurrentOpens) = (minimum, size, 2));
            script.Time = test.Time;
            test.Database.Script = script;
            return Task.FromResult(new TimedPool(test, script));
        }

        /// <summary>One lease, so that the pool knows how long an open and a reset take.</summary>
        public async Task WarmAsync()
        {
            Array.ForEach(await RentAsync(1), lease => lease.Dispose());
            await PumpAsync(Test.When(counts => counts.Idle == 1));
        }

        public async Task<ConnectionLease[]> RentAsync(int count)
        {
            var rents = Enumerable.Range(0, count).Select(_ => Pool.RentAsync().AsTask()).ToArray();
            await PumpAsync(Task.WhenAll(rents));
            return [.. rents.Select(rent => rent.Result)];
        }

        /// <summary>
        /// Lets time pass until the task is over, but none while the pool has yet to hear of a call that has had its
        /// time: on a busy machine, the call would seem to take much longer.
        /// </summary>
        public Task PumpAsync(Task task) => Time.PassUntilAsync(
            async () =>
            {
                await Patience.SoonAsync(() => new ValueTask<bool>(task.IsCompleted || OnlyTimeIsAwaited()), Describe);
                return task.IsCompleted;
            },
            TimeSpan.FromMilliseconds(1),
            Describe);

        public async ValueTask DisposeAsync()
        {
            await PumpAsync(Test.When(counts => counts is { Resetting: 0, Validating: 0, Opening: 0, Closing: 0 }));
            await Test.DisposeAsync();
        }

        private bool OnlyTimeIsAwaited() =>
            Test.Counts is var counts && counts.Opening + counts.Resetting + counts.Validating == Test.Time.Waits + Script.Hung;

        private string Describe() => $"{Test.Counts}; {Test.Time.Waits} calls take their time, {Script.Hung} hang";
    }

    private sealed class TimedScript(TimeSpan open, TimeSpan work) : StubScript
    {
        private int _hung;

        public TimeProvider Time { get; set; } = TimeProvider.System;

        public (StubCall Call, StubGate Gate)? Hanging { get; set; }

        /// <summary>The calls that hang.</summary>
        public int Hung => Hanging is null ? 0 : Volatile.Read(ref _hung);

        public StubCall? Fails { get; set; }

        public override StubStep? Next(StubCall call, int number)
        {
            if (Fails == call)
            {
                return StubStep.Fail();
            }

            if (Hanging is var (hanging, gate) && hanging == call)
            {
                Interlocked.Increment(ref _hung);
                return StubStep.Hang(gate);
            }

            return call switch
            {
                StubCall.Open => StubStep.Take(open, Time),
                StubCall.Clear or StubCall.Validate => StubStep.Take(work, Time),
                _ => null,
            };
        }
    }
}
