using Cenote.ReadReplicas.CausalReads;

namespace Cenote.ReadReplicasTests.CausalReads;

/// <summary>Callers that wait for a replica whose server can wait for a position itself.</summary>
public sealed class ServerWaitTests
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(2);

    [Fact]
    public async Task One_wait_at_the_server_serves_all_callers_at_once_and_nothing_is_polled()
    {
        await using var test = await CreateAsync();
        var waits = test.Two.Waits!;
        var ten = await TokenAsync(test, 10);
        var first = test.Set.RentReadAsync(ten, Stop).AsTask();
        var wait = await waits.NextAsync();
        Assert.Equal("10", wait.Position.ToString());
        Assert.Equal(TimeSpan.FromMilliseconds(250), wait.Timeout);
        var second = test.Set.RentReadAsync(ten, Stop).AsTask();
        var twenty = test.Set.RentReadAsync(await TokenAsync(test, 20), Stop).AsTask();

        // A probe that the first caller set off before the wait had begun has ended when this one has.
        await test.ProbeAsync();
        var questions = test.Two.Database.Calls(StubCall.Status).Started;

        // The fake clock stands still: only the end of the wait lets them go on.
        wait.End(10);
        foreach (var read in await Task.WhenAll(first, second).Soon())
        {
            Assert.Equal("two", test.NameOf(read));
            read.Dispose();
        }

        wait = await waits.NextAsync();
        Assert.Equal("20", wait.Position.ToString());
        Assert.False(twenty.IsCompleted);
        wait.End(25);
        (await twenty.Soon()).Dispose();
        Assert.Equal(2, waits.Count);
        Assert.Equal(questions, test.Two.Database.Calls(StubCall.Status).Started);
    }

    [Fact]
    public async Task A_caller_with_an_earlier_position_does_not_wait_for_a_later_one()
    {
        await using var test = await CreateAsync();
        var ten = await TokenAsync(test, 10);
        var later = test.Set.RentReadAsync(await TokenAsync(test, 20), Stop).AsTask();
        var wait = await test.Two.Waits!.NextAsync();
        var earlier = test.Set.RentReadAsync(ten, Stop).AsTask();

        test.Two.Reach(10);
        await test.Pump(earlier, Step);

        using (var read = await earlier)
        {
            Assert.Equal("two", test.NameOf(read));
        }

        Assert.False(later.IsCompleted);
        Assert.Equal(1, test.Two.Waits.Count);
        wait.End(20);
        (await later.Soon()).Dispose();
    }

    [Theory]
    [InlineData(Answer.Early)]
    [InlineData(Answer.Failure)]
    [InlineData(Answer.Unsupported)]
    public async Task A_server_that_does_not_wait_is_polled_and_asked_to_wait_later(Answer answer)
    {
        await using var test = await CreateAsync();
        var waits = test.Two.Waits!;
        var reading = test.Set.RentReadAsync(await TokenAsync(test, 10), Stop).AsTask();
        var wait = await waits.NextAsync();
        var questions = test.Two.Database.Calls(StubCall.Status).Started;
        switch (answer)
        {
            case Answer.Early: wait.End(5); break;
            case Answer.Failure: wait.Answer.SetException(new StubException(FailureKind.Other)); break;
            default: wait.Answer.SetResult(null); break;
        }

        await test.PumpUntil(() => test.Two.Database.Calls(StubCall.Status).Started >= questions + 5, Step);
        Assert.Equal(1, waits.Count);
        test.Two.Reach(10);
        await test.Pump(reading, Step);
        (await reading).Dispose();

        // Only the end of a wait says that the replica has come so far.
        test.Time.Advance(TimeSpan.FromMinutes(2));
        reading = test.Set.RentReadAsync(await TokenAsync(test, 30), Stop).AsTask();
        await test.PumpUntil(
            () =>
            {
                waits.EndAll();
                return reading.IsCompleted;
            },
            Step);
        using var read = await reading;
        Assert.Equal("two", test.NameOf(read));
    }

    [Fact]
    public async Task A_strange_position_does_not_end_the_probes()
    {
        await using var test = await CreateAsync();
        var reading = test.Set.RentReadAsync(await TokenAsync(test, 10), Stop).AsTask();
        var wait = await test.Two.Waits!.NextAsync();

        wait.Answer.SetResult(new StrangePosition());
        await test.PumpUntil(() => test.Logger.Collector.GetSnapshot().Any(static record => record.Id.Id == 130), Step);
        test.Two.Reach(10);
        await test.PumpUntil(
            () =>
            {
                test.Two.Waits.EndAll();
                return reading.IsCompleted;
            },
            Step);

        using var read = await reading;
        Assert.Equal("two", test.NameOf(read));
    }

    [Fact]
    public async Task Of_equal_positions_the_first_wait_is_the_earliest()
    {
        await using var test = await CreateAsync();
        var waits = new PositionWaits(test.Time);
        var first = waits.Add(new StubPosition(10), test.Server("two"));
        waits.Add(new StubPosition(10), test.Server("two"));
        Assert.Same(first, waits.EarliestAt(test.Server("two"), awaited: null));

        var earlier = waits.Add(new StubPosition(9), test.Server("two"));
        Assert.Same(earlier, waits.EarliestAt(test.Server("two"), awaited: null));
    }

    [Fact]
    public async Task A_position_that_the_wait_of_the_server_does_not_serve_is_asked_for()
    {
        await using var test = await CreateAsync();
        var two = test.Server("two");
        var waits = new PositionWaits(test.Time);
        var left = waits.Add(new PairPosition(2, 0), two);
        var right = waits.Add(new PairPosition(0, 1), two);
        waits.Add(new PairPosition(3, 0), two);

        Assert.Same(left, waits.EarliestAt(two, awaited: null));
        Assert.Same(right, waits.EarliestAt(two, left.Position));
        Assert.Same(left, waits.EarliestAt(two, right.Position));
        waits.Remove(right);
        Assert.Same(left, waits.EarliestAt(two, left.Position));
        var earlier = waits.Add(new PairPosition(1, 0), two);
        Assert.Same(earlier, waits.EarliestAt(two, left.Position));
    }

    [Fact]
    public async Task A_wait_that_does_not_end_in_time_keeps_no_caller()
    {
        await using var test = await CreateAsync();
        var reading = test.Set.RentReadAsync(await TokenAsync(test, 10), Stop).AsTask();
        var wait = await test.Two.Waits!.NextAsync();
        test.Two.Reach(10);

        await test.Pump(reading, Step);

        using (var read = await reading)
        {
            Assert.Equal("two", test.NameOf(read));
        }

        wait.End(10);
    }

    [Fact]
    public async Task A_wait_whose_callers_have_left_runs_out_and_is_not_repeated()
    {
        await using var test = await CreateAsync();
        using var leave = new CancellationTokenSource();
        var reading = test.Set.RentReadAsync(await TokenAsync(test, 10), leave.Token).AsTask();
        var wait = await test.Two.Waits!.NextAsync();
        await leave.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading.Soon());

        test.Time.Advance(TimeSpan.FromMilliseconds(250));
        wait.End(9);

        // What the wait found is known without a probe, which shows that its end was processed.
        await test.PumpUntil(() => test.Server("two").Position!.ToString() == "9", Step);
        await test.ProbeAsync();
        Assert.Equal(1, test.Two.Waits.Count);
    }

    [Fact]
    public async Task A_set_that_closes_lets_the_wait_run_out_and_closes_its_connection()
    {
        await using var test = await CreateAsync();
        var reading = test.Set.RentReadAsync(await TokenAsync(test, 10), Stop).AsTask();
        var wait = await test.Two.Waits!.NextAsync();

        var closing = test.Set.DisposeAsync().AsTask();
        await Assert.ThrowsAsync<ReplicaSetClosedException>(() => reading.Soon());
        Assert.False(closing.IsCompleted);
        wait.End(9);
        await closing.Soon();

        Assert.Empty(test.Two.Database.OpenSessions);
        Assert.Equal(1, test.Two.Waits.Count);
    }

    [Fact]
    public async Task The_connection_of_waits_is_closed_after_a_minute_without_one()
    {
        await using var test = await CreateAsync(static options => options.ProbeInterval = TimeSpan.FromSeconds(1));
        var before = test.Two.Database.OpenSessions;
        var reading = test.Set.RentReadAsync(await TokenAsync(test, 10), Stop).AsTask();
        (await test.Two.Waits!.NextAsync()).End(10);
        (await reading.Soon()).Dispose();
        var ofWaits = Assert.Single(test.Two.Database.OpenSessions.Except(before));

        await test.PumpUntil(() => !test.Two.Database.OpenSessions.Contains(ofWaits), TimeSpan.FromSeconds(1));
    }

    /// <summary>A position in two logs that have nothing to do with each other.</summary>
    private sealed class PairPosition(long left, long right) : ReplicationPosition
    {
        private readonly (long Left, long Right) _parts = (left, right);

        public override bool Covers(ReplicationPosition other) => other is PairPosition pair && _parts.Left >= pair._parts.Left && _parts.Right >= pair._parts.Right;

        public override ReplicationPosition Combine(ReplicationPosition other) => this;

        public override string ToString() => $"{_parts}";
    }

    private sealed class StrangePosition : ReplicationPosition
    {
        public override bool Covers(ReplicationPosition other) => false;

        public override ReplicationPosition Combine(ReplicationPosition other) => this;

        public override string ToString() => "strange";
    }

    public enum Answer
    {
        Early,
        Failure,
        Unsupported,
    }

    // No probe by itself tells how far the replica has come. Fake time passes in larger steps on a busy machine.
    private static Task<TestSet> CreateAsync(Action<ReplicaSetOptions>? configure = null) => TestSet.CreateAsync(
        replicas: 1,
        configure: options =>
        {
            (options.ProbeInterval, options.MaxLag) = (TimeSpan.FromHours(1), Timeout.InfiniteTimeSpan);
            (options.CausalReadTimeout, options.ProbeTimeout, options.AcquireTimeout) = (TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(2));
            configure?.Invoke(options);
        },
        waits: true);

    private static async Task<CausalToken> TokenAsync(TestSet test, long position)
    {
        test.One.Reach(position);
        return await test.Set.GetTokenAsync(Stop);
    }
}
