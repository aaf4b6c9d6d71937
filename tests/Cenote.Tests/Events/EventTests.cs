namespace Cenote.Tests.Events;

public sealed class EventTests
{
    [Fact]
    public async Task What_happens_to_a_pool_is_remembered_in_its_order_without_gaps()
    {
        await using var test = await TestPool.FullAsync(1);

        test.Pool.Suspend();
        test.Pool.Resume();
        test.Pool.Resize(1, 3);
        test.Pool.RecordOperatorAction("resize to 1–3", "anna");

        var events = test.Pool.GetEvents();
        Assert.Equal(
            [PoolEventKind.Started, PoolEventKind.ConnectionOpened, PoolEventKind.Suspended, PoolEventKind.Resumed, PoolEventKind.Resized, PoolEventKind.OperatorAction],
            events.Select(happened => happened.Kind));
        Assert.Equal(Enumerable.Range(1, 6).Select(number => (long)number), events.Select(happened => happened.Sequence));
        Assert.Equal("anna", events[^1].Actor);
        Assert.All(events, happened => Assert.Equal(test.Time.GetUtcNow(), happened.Time));
    }

    [Fact]
    public async Task Reading_goes_on_after_the_last_event_seen()
    {
        await using var test = await TestPool.FullAsync(1);
        var last = test.Pool.GetEvents()[^1].Sequence;

        test.Pool.Suspend();

        Assert.Equal(PoolEventKind.Suspended, Assert.Single(test.Pool.GetEvents(last)).Kind);
        Assert.Empty(test.Pool.GetEvents(last + 1));
    }

    [Fact]
    public async Task Subscribers_hear_of_events_of_many_threads_in_the_order_of_their_numbers()
    {
        const int Threads = 4, Each = 200;
        await using var test = await TestPool.FullAsync(1);
        List<long> seen = [];
        var done = new TaskCompletionSource();
        test.Pool.EventOccurred += (_, arguments) =>
        {
            seen.Add(arguments.Event.Sequence);
            if (seen.Count == Threads * Each)
            {
                done.SetResult();
            }
        };

        await Task.WhenAll(Enumerable.Range(0, Threads).Select(_ => Task.Run(() =>
        {
            for (var i = 0; i < Each; i++)
            {
                test.Pool.RecordOperatorAction("look", "anna");
            }
        })));
        await done.Task.Soon();

        Assert.Equal(seen.Order(), seen);
    }

    [Fact]
    public async Task Subscribers_get_each_event_in_order_and_one_that_throws_harms_no_other()
    {
        await using var test = await TestPool.FullAsync(1);
        List<PoolEventKind> seen = [];
        var done = new TaskCompletionSource();
        test.Pool.EventOccurred += (_, _) => throw new InvalidOperationException("mine");
        test.Pool.EventOccurred += (sender, arguments) =>
        {
            Assert.Same(test.Pool, sender);
            seen.Add(arguments.Event.Kind);
            if (arguments.Event.Kind == PoolEventKind.OperatorAction)
            {
                done.SetResult();
            }
        };

        test.Pool.Suspend();
        test.Pool.Resume();
        test.Pool.RecordOperatorAction("look", "anna");
        await done.Task.Soon();

        Assert.Equal([PoolEventKind.Suspended, PoolEventKind.Resumed, PoolEventKind.OperatorAction], seen);
        Assert.Contains(test.Logger.Collector.GetSnapshot(), record => record.Id.Id == 18);
    }

    [Fact]
    public async Task Connections_that_come_and_go_push_out_no_other_event_and_memory_is_bounded()
    {
        await using var test = await TestPool.FullAsync(1, options => options.EventHistoryCapacity = 10);
        test.Pool.RecordOperatorAction("look", "anna");

        for (var i = 0; i < 50; i++)
        {
            var opened = test.Pool.GetStatistics().ConnectionsOpened;
            test.Pool.Clear();
            await test.StatisticsAre(statistics => statistics.ConnectionsOpened > opened && statistics.Counts.Idle == 1);
        }

        var events = test.Pool.GetEvents();
        Assert.Equal(10, events.Count);
        Assert.Equal(5, events.Count(happened => happened.Kind is PoolEventKind.ConnectionOpened or PoolEventKind.ConnectionClosed));
        Assert.Equal(5, events.Count(happened => happened.Kind == PoolEventKind.Cleared));
        Assert.Equal(events.OrderBy(happened => happened.Sequence), events);
    }

    [Fact]
    public async Task A_history_of_size_zero_keeps_nothing_and_still_notifies_subscribers()
    {
        await using var test = await TestPool.FullAsync(1, options => options.EventHistoryCapacity = 0);
        var told = new TaskCompletionSource<PoolEvent>();
        test.Pool.EventOccurred += (_, arguments) => told.TrySetResult(arguments.Event);

        test.Pool.Suspend();

        Assert.Equal(PoolEventKind.Suspended, (await told.Task.Soon()).Kind);
        Assert.Empty(test.Pool.GetEvents());
    }

    [Fact]
    public async Task A_long_wait_is_an_event_with_its_line_and_repetitions_are_counted()
    {
        await using var test = await TestPool.FullAsync(1, options => options.SlowAcquireThreshold = TimeSpan.FromSeconds(2));
        var held = await test.Pool.RentAsync();
        var first = test.Pool.RentAsync().AsTask();
        var second = test.Pool.RentAsync().AsTask();
        test.Time.Advance(TimeSpan.FromSeconds(3));
        await held.DisposeAsync();
        await (await first.Soon()).DisposeAsync();
        await (await second.Soon()).DisposeAsync();

        var slow = Assert.Single(test.Pool.GetEvents(), happened => happened.Kind == PoolEventKind.AcquiredSlowly);
        Assert.Equal(TimeSpan.FromSeconds(3), slow.Duration);
        Assert.Equal("EventTests.cs", Path.GetFileName(slow.CallSite!.Value.FilePath));
        Assert.StartsWith("EventTests.cs:", slow.Message, StringComparison.Ordinal);

        held = await test.Pool.RentAsync();
        var third = test.Pool.RentAsync().AsTask();
        test.Time.Advance(TimeSpan.FromSeconds(2));
        await held.DisposeAsync();
        await (await third.Soon()).DisposeAsync();

        Assert.Contains("1 more since", test.Pool.GetEvents()[^1].Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_caller_served_soon_is_not_an_event()
    {
        await using var test = await TestPool.FullAsync(1, options => options.SlowAcquireThreshold = TimeSpan.FromSeconds(2));
        var held = await test.Pool.RentAsync();
        var waiting = test.Pool.RentAsync().AsTask();
        test.Time.Advance(TimeSpan.FromSeconds(1.9));
        await held.DisposeAsync();
        await (await waiting.Soon()).DisposeAsync();

        Assert.DoesNotContain(test.Pool.GetEvents(), happened => happened.Kind == PoolEventKind.AcquiredSlowly);
    }

    [Fact]
    public async Task Closes_say_why_and_an_open_that_fails_quotes_the_driver()
    {
        await using var test = await TestPool.FullAsync(1);
        var lease = await test.Pool.RentAsync();
        lease.RetireOnReturn();
        await lease.DisposeAsync();
        await test.StatisticsAre(statistics => statistics.ConnectionsClosed == 1);

        var closed = Assert.Single(test.Pool.GetEvents(), happened => happened.Kind == PoolEventKind.ConnectionClosed);
        Assert.Equal((CloseReason.RequestedByHolder, PoolEventLevel.Information), (closed.CloseReason, closed.Level));
        Assert.Equal(0, closed.SlotId);
    }

    [Theory]
    [InlineData("", "anna")]
    [InlineData("resize", " ")]
    public async Task An_operation_needs_a_name_and_an_actor(string operation, string actor)
    {
        await using var test = TestPool.Create();

        Assert.ThrowsAny<ArgumentException>(() => test.Pool.RecordOperatorAction(operation, actor));
        Assert.Contains("200", Assert.Throws<ArgumentException>(() => test.Pool.RecordOperatorAction("resize", new string('x', 201))).Message, StringComparison.Ordinal);
    }
}
