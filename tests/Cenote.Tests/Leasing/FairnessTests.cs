namespace Cenote.Tests.Leasing;

public sealed class FairnessTests
{
    [Fact]
    public async Task Waiters_are_served_first_come_first_served_whether_they_block_or_await()
    {
        await using var test = await TestPool.FullAsync(1);
        var held = await test.Pool.RentAsync();
        var waiters = new List<Task<ConnectionLease>>();
        for (var i = 0; i < 20; i++)
        {
            waiters.Add(i % 3 == 0
                ? Patience.OnOwnThread(() => test.Pool.Rent())
                : test.Pool.RentAsync().AsTask());
            await test.When(counts => counts.Waiting == i + 1);
        }

        foreach (var waiter in waiters)
        {
            Assert.DoesNotContain(waiters, other => other.IsCompleted && !waiters.TakeWhile(earlier => earlier != waiter).Contains(other));
            held.Dispose();
            held = await waiter.Soon();
            held.Use();
        }

        held.Dispose();
        await test.When(counts => counts is { Idle: 1, Waiting: 0 });
    }

    [Fact]
    public async Task A_newcomer_does_not_overtake_waiting_callers()
    {
        await using var test = await TestPool.FullAsync(1);
        var held = await test.Pool.RentAsync();
        var early = test.Pool.RentAsync().AsTask();

        held.Dispose();
        var late = test.Pool.RentAsync().AsTask();

        using (await early.Soon())
        {
            Assert.False(late.IsCompleted);
        }

        (await late.Soon()).Dispose();
    }

    [Fact]
    public async Task The_first_waiter_gets_whichever_comes_first_a_return_or_a_new_connection()
    {
        var gate = new StubGate();
        await using var test = TestPool.Create(script: new CallScript().At(StubCall.Open, 2, StubStep.Hang(gate)));
        var held = await test.Pool.RentAsync().Soon();
        var session = held.SessionId();
        var waiter = test.Pool.RentAsync().AsTask();
        await test.Database.OpenStarted(2).Soon();

        held.Dispose();

        using var lease = await waiter.Soon();
        Assert.Equal(session, lease.SessionId());
        gate.Release();
        await test.When(counts => counts.Idle == 1);
    }

    [Fact]
    public async Task A_new_connection_serves_the_first_waiter_not_the_one_that_started_it()
    {
        var gate = new StubGate();
        await using var test = TestPool.Create(
            options => (options.MaxSize, options.MaxConcurrentOpens) = (2, 1),
            script: new CallScript().At(StubCall.Open, 2, StubStep.Hang(gate)));
        using var held = await test.Pool.RentAsync().Soon();
        var first = test.Pool.RentAsync().AsTask();
        var second = test.Pool.RentAsync().AsTask();
        await test.Database.OpenStarted(2).Soon();

        gate.Release();

        using var lease = await first.Soon();
        Assert.False(second.IsCompleted);
        held.Dispose();
        (await second.Soon()).Dispose();
    }

    [Fact]
    public async Task No_connection_is_idle_while_a_caller_waits()
    {
        await using var test = await TestPool.FullAsync(3);
        var leases = await test.RentAsync(3);
        var waiters = Enumerable.Range(0, 3).Select(_ => test.Pool.RentAsync().AsTask()).ToArray();
        Assert.Equal(3, test.Counts.Waiting);

        foreach (var lease in leases)
        {
            lease.Dispose();
        }

        foreach (var lease in await Task.WhenAll(waiters).Soon())
        {
            lease.Use();
            lease.Dispose();
        }

        await test.When(counts => counts is { Idle: 3, Waiting: 0 });
    }
}
