// A rent that is over shows it at once only in its own ValueTask, which is awaited once.
#pragma warning disable CA2012 // Use ValueTasks correctly

namespace Cenote.Tests.Connections;

/// <summary>How many connections a crowd of callers opens.</summary>
public sealed class SlowStartTests
{
    private static readonly TimeSpan Open = TimeSpan.FromMilliseconds(150);
    private static readonly TimeSpan Use = TimeSpan.FromMilliseconds(2);

    [Fact]
    public async Task A_crowd_before_an_empty_pool_opens_all_its_connections_at_once()
    {
        await using var test = TestPool.Create(static options => options.MaxSize = 100);
        var gate = new StubGate();
        test.Script.Always(StubCall.Open, StubStep.Hang(gate));

        var rents = Enumerable.Range(0, 100).Select(_ => test.Pool.RentAsync().AsTask()).ToArray();

        await test.Database.OpenStarted(100).Soon();
        gate.Release();
        foreach (var lease in await Task.WhenAll(rents).Soon())
        {
            lease.Dispose();
        }
    }

    [Fact]
    public async Task Connections_that_no_caller_waits_for_open_sixteen_at_a_time()
    {
        await using var test = TestPool.Create(static options => (options.MinSize, options.MaxSize) = (50, 50), script: new CallScript().Always(StubCall.Open, StubStep.Hang(new StubGate())));

        await test.Database.OpenStarted(16).Soon();

        Assert.Equal(16, test.Counts.Opening);
    }

    [Fact]
    public async Task A_spike_of_short_uses_opens_four_connections_at_most()
    {
        await using var test = await StartAsync(size: 5);
        var leases = new Queue<ConnectionLease>(await test.RentAsync(5));
        var waits = new Queue<ValueTask<ConnectionLease>>(Enumerable.Range(0, 45).Select(_ => test.Pool.RentAsync()));

        for (var elapsed = TimeSpan.Zero; waits.Count > 0; elapsed += Use)
        {
            Assert.True(elapsed < TimeSpan.FromMilliseconds(45), "the last caller waits for too long");
            test.Time.Advance(Use);
            while (leases.TryDequeue(out var lease))
            {
                lease.Dispose();
            }

            while (waits.TryPeek(out var next) && next.IsCompleted)
            {
                leases.Enqueue(await waits.Dequeue());
            }
        }

        Assert.InRange(test.Database.Calls(StubCall.Open).Started, 5, 9);
    }

    [Fact]
    public async Task A_crowd_that_stays_gets_more_connections()
    {
        await using var test = await StartAsync(size: 1);
        await UseAsync(test);
        using var held = await test.Pool.RentAsync();
        var waits = Enumerable.Range(0, 10).Select(_ => test.Pool.RentAsync().AsTask()).ToArray();
        Assert.Equal(0, test.Counts.Opening);

        // Together they have waited as long as an open takes, and again, and again.
        await test.PassUntil(() => test.Database.Calls(StubCall.Open).Started >= 4, TimeSpan.FromMilliseconds(5));

        await test.Pump(Task.WhenAll(waits.Take(3)), TimeSpan.FromMilliseconds(5));
    }

    [Fact]
    public async Task A_caller_behind_a_long_use_opens_at_once()
    {
        await using var test = await StartAsync(size: 1);
        using (await test.Pool.RentAsync())
        {
            test.Time.Advance(TimeSpan.FromSeconds(10));
        }

        var gate = new StubGate();
        test.Script.Always(StubCall.Open, StubStep.Hang(gate));
        using var held = await test.Pool.RentAsync();
        var waiting = test.Pool.RentAsync().AsTask();

        Assert.Equal(1, test.Counts.Opening);
        gate.Release();
        (await waiting.Soon()).Dispose();
    }

    [Fact]
    public async Task A_caller_behind_a_use_that_is_short_as_a_rule_waits_as_long_as_an_open()
    {
        await using var test = await StartAsync(size: 1);
        await UseAsync(test);
        using var held = await test.Pool.RentAsync();
        var waiting = test.Pool.RentAsync().AsTask();

        test.Time.Advance(Open * 0.9);
        Assert.Equal(0, test.Counts.Opening);
        await test.PassUntil(() => test.Database.Calls(StubCall.Open).Started == 2, TimeSpan.FromMilliseconds(5));

        await test.Pump(waiting, TimeSpan.FromMilliseconds(50));
        (await waiting).Dispose();
    }

    [Fact]
    public async Task Callers_that_give_up_lead_to_an_open_too()
    {
        await using var test = await StartAsync(size: 1);
        await UseAsync(test);
        using var held = await test.Pool.RentAsync();
        var opened = test.Database.OpenStarted(2);

        // Two are enough for an open that took its time. On a busy machine the test's time has run on during the open.
        for (var caller = 0; caller < 50 && !opened.IsCompleted; caller++)
        {
            var waiting = test.Pool.RentAsync(Open / 2).AsTask();
            await test.PassUntil(() => waiting.IsCompleted, TimeSpan.FromMilliseconds(5));
        }

        await opened.Soon();
    }

    [Fact]
    public void Failures_halve_the_opens_at_once_and_successes_double_them()
    {
        var pace = new Cenote.Sizing.OpenPace(128);
        Array.ForEach(new int[5], _ => pace.RecordFailure());
        Assert.True(pace.Allows(3, forCaller: true));
        Assert.False(pace.Allows(4, forCaller: true));
        Array.ForEach(new int[20], _ => pace.RecordFailure());
        Assert.True(pace.Allows(1, forCaller: true));
        Assert.False(pace.Allows(2, forCaller: true));

        Array.ForEach(new int[20], _ => pace.RecordSuccess());

        Assert.True(pace.Allows(127, forCaller: true));
        Assert.False(pace.Allows(128, forCaller: true));
        Assert.False(pace.Allows(16, forCaller: false));
    }

    private static async Task<TestPool> StartAsync(int size)
    {
        var test = TestPool.Create(options => (options.MinSize, options.MaxSize) = (size, 50));
        await test.When(counts => counts.Idle == size);

        // As if the opens had taken so long.
        for (var i = 0; i < 100; i++)
        {
            test.Pool.Engine.Desk.Expected.Opens.Record(Open);
        }

        test.Script.Always(StubCall.Open, StubStep.Take(Open, test.Time));
        return test;
    }

    private static async Task UseAsync(TestPool test)
    {
        for (var i = 0; i < 50; i++)
        {
            using var lease = await test.Pool.RentAsync();
            test.Time.Advance(Use);
        }
    }
}
