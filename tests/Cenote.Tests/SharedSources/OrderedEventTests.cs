using Cenote.Shared;

namespace Cenote.Tests.SharedSources;

public sealed class OrderedEventTests
{
    [Fact]
    public async Task Events_arrive_one_after_the_other_in_the_order_of_posting()
    {
        const int Last = 500;
        var ordered = NewEvent();
        List<int> seen = [];
        var (running, done) = (0, new TaskCompletionSource());
        ordered.Occurred += (_, args) =>
        {
            var number = args.Number;
            Assert.Equal(1, Interlocked.Increment(ref running));
            seen.Add(number);
            Interlocked.Decrement(ref running);
            if (number == Last)
            {
                done.SetResult();
            }
        };

        for (var number = 1; number <= Last; number++)
        {
            ordered.Post(new Numbered(number));
        }

        await done.Task.Soon();
        Assert.Equal(Enumerable.Range(1, Last), seen);
    }

    [Fact]
    public async Task Handler_that_throws_is_logged_and_does_not_stop_the_others()
    {
        var logged = new TaskCompletionSource<(int, string)>();
        var reached = new TaskCompletionSource<int>();
        var ordered = new OrderedEvent<Numbered>((args, exception) => logged.SetResult((args.Number, exception.Message)));
        ordered.Occurred += (_, _) => throw new InvalidOperationException("a bug");
        ordered.Occurred += (_, args) => reached.SetResult(args.Number);

        ordered.Post(new Numbered(7));

        Assert.Equal(7, await reached.Task.Soon());
        Assert.Equal((7, "a bug"), await logged.Task.Soon());
    }

    [Fact]
    public async Task Handlers_get_the_sender_which_is_set_once()
    {
        var sender = new object();
        var seen = new TaskCompletionSource<object?>();
        var ordered = NewEvent();
        ordered.Sender = sender;
        ordered.Occurred += (from, _) => seen.SetResult(from);

        Assert.Throws<InvalidOperationException>(() => ordered.Sender = new object());
        ordered.Post(new Numbered(1));

        Assert.Same(sender, await seen.Task.Soon());
    }

    [Fact]
    public async Task No_lock_is_held_while_handlers_run()
    {
        var (entered, release, done) = (new TaskCompletionSource(), new TaskCompletionSource(), new TaskCompletionSource());
        var ordered = NewEvent();
        ordered.Occurred += (_, args) =>
        {
            if (args.Number == 1)
            {
                entered.SetResult();
                release.Task.Wait();
            }
            else
            {
                done.SetResult();
            }
        };
        ordered.Post(new Numbered(1));
        await entered.Task.Soon();

        // Would not come back while the handler hangs.
        await Task.Run(() => ordered.Post(new Numbered(2))).Soon();

        release.SetResult();
        await done.Task.Soon();
    }

    [Fact]
    public async Task Each_event_is_recorded_before_handlers_run_and_without_any()
    {
        var recorded = new TaskCompletionSource();
        List<string> steps = [];
        var done = new TaskCompletionSource();
        var ordered = new OrderedEvent<Numbered>(static (_, _) => { }, args =>
        {
            steps.Add($"record {args.Number}");
            recorded.TrySetResult();
        });

        ordered.Post(new Numbered(1));
        await recorded.Task.Soon();
        ordered.Occurred += (_, args) =>
        {
            steps.Add($"handle {args.Number}");
            if (args.Number == 2)
            {
                done.SetResult();
            }
        };
        ordered.Post(new Numbered(2));
        await done.Task.Soon();

        Assert.Equal(["record 1", "record 2", "handle 2"], steps.Where(step => step != "handle 1"), StringComparer.Ordinal);
    }

    [Fact]
    public async Task Oldest_events_are_dropped_when_a_handler_hangs()
    {
        const int Last = OrderedEvent<Numbered>.MaxWaiting + 5;
        var (entered, release, done) = (new TaskCompletionSource(), new TaskCompletionSource(), new TaskCompletionSource());
        List<int> seen = [];
        var ordered = NewEvent();
        ordered.Occurred += (_, args) =>
        {
            seen.Add(args.Number);
            entered.TrySetResult();
            release.Task.Wait();
            if (args.Number == Last)
            {
                done.SetResult();
            }
        };
        ordered.Post(new Numbered(0));
        await entered.Task.Soon();

        for (var number = 1; number <= Last; number++)
        {
            ordered.Post(new Numbered(number));
        }

        release.SetResult();
        await done.Task.Soon();
        Assert.Equal([0, .. Enumerable.Range(6, OrderedEvent<Numbered>.MaxWaiting)], seen);
    }

    [Fact]
    public void An_event_returns_whether_it_has_handlers()
    {
        var ordered = NewEvent();
        Assert.False(ordered.HasHandlers);

        ordered.Occurred += Handler;
        Assert.True(ordered.HasHandlers);
        ordered.Occurred -= Handler;

        Assert.False(ordered.HasHandlers);

        static void Handler(object? sender, Numbered args)
        {
        }
    }

    private static OrderedEvent<Numbered> NewEvent() => new((_, exception) => Assert.Fail(exception.ToString()));

    private sealed class Numbered(int number) : EventArgs
    {
        public int Number => number;
    }
}
