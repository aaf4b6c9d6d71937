using Cenote.Leasing;

namespace Cenote.Tests.Leasing;

/// <summary>The places and the waits of callers that queue again, because their connection was dead.</summary>
public sealed class ComeBackTests
{
    /// <summary>
    /// More callers than a fixed number of places would have room for. The deadlines of the last 63 are still
    /// remembered.
    /// </summary>
    private const int Many = 128;

    private static readonly TimeSpan Long = TimeSpan.FromHours(1);

    [Theory]
    [InlineData(true)] // The last comes back first.
    [InlineData(false)]
    public async Task Callers_that_come_back_have_the_order_in_which_they_came(bool isReversed)
    {
        await using var test = await TestPool.FullAsync(1);
        var held = await test.Pool.RentAsync();
        var desk = test.Pool.Engine.Desk;
        var last = desk.LastPlace;
        test.Time.Advance(TimeSpan.FromMinutes(1));
        var later = test.Pool.RentAsync().AsTask();
        var back = new Waiter[Many];
        for (var i = 0; i < Many; i++)
        {
            var caller = isReversed ? Many - 1 - i : i;
            back[caller] = ComeBack(desk, last, TimeSpan.FromMilliseconds(caller));
        }

        foreach (var next in back)
        {
            held.Dispose();
            Assert.True(next.IsDone);
            held = next.WaitBlocking();
        }

        Assert.False(later.IsCompleted);
        held.Dispose();
        (await later.Soon()).Dispose();
    }

    [Fact]
    public async Task Callers_that_came_at_one_moment_have_the_order_in_which_they_come_back()
    {
        await using var test = await TestPool.FullAsync(1);
        var held = await test.Pool.RentAsync();
        var last = test.Pool.Engine.Desk.LastPlace;
        var back = Enumerable.Range(0, Many).Select(_ => ComeBack(test.Pool.Engine.Desk, last, TimeSpan.Zero)).ToArray();
        foreach (var next in back)
        {
            held.Dispose();
            Assert.True(next.IsDone);
            held = next.WaitBlocking();
        }

        held.Dispose();
    }

    [Fact]
    public async Task A_caller_in_the_place_of_an_earlier_one_keeps_its_own_deadline()
    {
        await using var test = await TestPool.FullAsync(1);
        var desk = test.Pool.Engine.Desk;
        var held = await test.Pool.RentAsync();
        var last = desk.LastPlace;
        var later = test.Pool.RentAsync().AsTask();

        // Each uses the waiter of the one before.
        Waiter? earlier = null;
        for (var i = 0; i < Many; i++)
        {
            earlier = ComeBack(desk, last, TimeSpan.Zero, TimeSpan.FromSeconds(1));
            held.Dispose();
            Assert.True(earlier.IsDone);
            held = earlier.WaitBlocking();
        }

        var back = ComeBack(desk, last, TimeSpan.Zero);
        Assert.Same(earlier, back);
        test.Time.Advance(TimeSpan.FromSeconds(3));
        desk.EndOverdue();
        Assert.Equal((false, 0), (back.IsDone, test.Pool.GetStatistics().Timeouts));
        held.Dispose();
        back.WaitBlocking().Dispose();
        (await later.Soon()).Dispose();
    }

    [Fact]
    public async Task A_wait_for_a_connection_that_cannot_be_prepared_is_counted_once()
    {
        await using var test = await TestPool.FullAsync(1, options => options.ResetMode = ResetMode.Full, TestPool.Clearing(SessionReset.ByDriver, inline: true));
        var gate = new StubGate();
        var held = await test.Pool.RentAsync();
        var waiting = test.Pool.RentAsync().AsTask();
        test.Script.At(StubCall.BeginLease, test.Database.Calls(StubCall.BeginLease).Started + 1, StubStep.Fail());
        test.Script.At(StubCall.Open, 2, StubStep.Hang(gate));
        test.Time.Advance(TimeSpan.FromSeconds(4));
        held.Dispose();
        await test.When(static counts => counts is { Waiting: 1, Opening: 1 });
        test.Time.Advance(TimeSpan.FromSeconds(2));
        gate.Release();
        (await waiting.Soon()).Dispose();
        var waits = test.Pool.Engine.Desk.Meters.WaitTime;
        Assert.Equal((2, 6), (waits.Count, Math.Round(waits.Sum.TotalSeconds, 3)));
    }

    private static Waiter ComeBack(LeaseDesk desk, long last, TimeSpan startedAt, TimeSpan? timeout = null)
    {
        var deadline = startedAt + (timeout ?? Long);
        var request = new RentRequest(deadline - startedAt, deadline, CancellationToken.None, new CallSite("file", 1, "member")) { CameAfter = last, IsBack = true };
        return desk.Enqueue(request, isBlocking: true);
    }
}
