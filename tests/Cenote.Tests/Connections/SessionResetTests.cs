namespace Cenote.Tests.Connections;

public sealed class SessionResetTests
{
    [Theory]
    [InlineData(SessionReset.ByPool, false)]
    [InlineData(SessionReset.ByPool, true)]
    [InlineData(SessionReset.ByDriver, true)]
    public async Task A_session_is_cleared_before_its_next_lease(SessionReset clearing, bool inline)
    {
        await using var test = await TestPool.FullAsync(1, provider: TestPool.Clearing(clearing, inline));

        for (var i = 0; i < 5; i++)
        {
            await using var lease = await test.Pool.RentAsync().Soon();
            Assert.False(lease.Stub().Session!.IsDirty);
            lease.Use();
        }

        await test.When(counts => counts.Idle == 1);
        Assert.Equal(5, test.Database.Resets);
    }

    [Fact]
    public async Task The_options_choose_who_clears()
    {
        await using var test = TestPool.Create(
            options => options.SessionReset = SessionReset.ByDriver, TestPool.Clearing(SessionReset.ByPool));

        using var lease = await test.Pool.RentAsync().Soon();

        Assert.Equal(SessionReset.ByDriver, test.Provider.LastSettings!.SessionReset);
    }

    [Fact]
    public async Task A_return_does_not_wait_for_a_session_that_is_cleared_in_the_background()
    {
        var gate = new StubGate();
        await using var test = await TestPool.FullAsync(1, script: new CallScript().At(StubCall.Clear, 1, StubStep.Hang(gate)));
        var lease = await test.Pool.RentAsync();
        lease.Use();

        var back = lease.DisposeAsync();

        Assert.True(back.IsCompletedSuccessfully);
        Assert.Equal(1, test.Counts.Resetting);
        var rent = test.Pool.RentAsync().AsTask();
        Assert.False(rent.IsCompleted);
        gate.Release();
        (await rent.Soon()).Use();
        (await rent).Dispose();
    }

    [Theory]
    [InlineData(SessionReset.ByPool, false)]
    [InlineData(SessionReset.ByPool, true)]
    [InlineData(SessionReset.ByDriver, true)]
    public async Task A_session_that_cannot_be_cleared_is_closed_and_replaced(SessionReset clearing, bool inline)
    {
        await using var test = await TestPool.FullAsync(
            1, provider: TestPool.Clearing(clearing, inline), script: new CallScript());
        var lease = await test.Pool.RentAsync();
        var session = lease.SessionId();
        lease.Use();
        test.Script.Always(StubCall.Clear, StubStep.Fail(FailureKind.Other));

        await lease.DisposeAsync();
        test.Script.Heal(StubCall.Clear);

        using var next = await test.Pool.RentAsync().Soon();
        Assert.NotEqual(session, next.SessionId());
        await test.When(counts => counts.Closing == 0);
        Assert.Equal(1, test.Pool.GetStatistics().ConnectionsClosedByReason[CloseReason.ResetFailed]);
    }

    [Fact]
    public async Task A_return_never_throws_what_the_clearing_throws()
    {
        await using var test = await TestPool.FullAsync(1, provider: TestPool.Clearing(SessionReset.ByPool, inline: true));
        test.Script.Always(StubCall.Clear, StubStep.Fail(new InvalidOperationException("odd driver")));
        var lease = await test.Pool.RentAsync();

        lease.Dispose();

        Assert.False(lease.IsActive);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_clearing_that_hangs_is_given_up_after_the_validation_timeout(bool honoursCancellation)
    {
        var gate = new StubGate();
        await using var test = await TestPool.FullAsync(
            1,
            options => options.ValidationTimeout = TimeSpan.FromSeconds(5),
            script: new CallScript().At(StubCall.Clear, 1, StubStep.Hang(gate, honoursCancellation)));
        var lease = await test.Pool.RentAsync();
        lease.Use();
        lease.Dispose();
        var rent = test.Pool.RentAsync().AsTask();

        await test.Pass(TimeSpan.FromSeconds(4));
        Assert.False(rent.IsCompleted);
        await test.Pump(rent);

        using var next = await rent;
        next.Ask();
        gate.Release();
        await test.StatisticsAre(statistics => statistics.ConnectionsClosedByReason.GetValueOrDefault(CloseReason.ResetFailed) == 1);
    }

    [Fact]
    public async Task A_connection_that_fails_to_begin_its_lease_is_replaced_unnoticed()
    {
        await using var test = await TestPool.FullAsync(
            2,
            provider: TestPool.Clearing(SessionReset.ByDriver),
            script: new CallScript().At(StubCall.BeginLease, 1, StubStep.Fail()));

        using var lease = await test.Pool.RentAsync().Soon();

        lease.Ask();
        await test.When(counts => counts is { Closing: 0, Opening: 0, Idle: 1 });
        Assert.Equal(1, test.Pool.GetStatistics().ConnectionsClosedByReason[CloseReason.ConnectionLost]);
    }

    [Fact]
    public async Task A_waiter_whose_connection_fails_to_begin_its_lease_stays_the_first()
    {
        await using var test = await TestPool.FullAsync(1, provider: TestPool.Clearing(SessionReset.ByDriver));
        var held = await test.Pool.RentAsync();
        var first = test.Pool.RentAsync().AsTask();
        var second = test.Pool.RentAsync().AsTask();
        test.Script.At(StubCall.BeginLease, 2, StubStep.Fail());

        held.Dispose();

        var lease = await first.Soon();
        lease.Ask();
        Assert.False(second.IsCompleted);
        lease.Dispose();
        (await second.Soon()).Dispose();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_waiter_keeps_its_place_when_its_connection_fails_to_begin_a_lease(bool blocks)
    {
        await using var test = await TestPool.FullAsync(1, provider: TestPool.Clearing(SessionReset.ByDriver));
        var held = await test.Pool.RentAsync();
        var served = new List<int>();
        var waiting = new List<Task>();
        for (var number = 1; number <= 5; number++)
        {
            waiting.Add(WaitAsync(number, blocks ? Patience.OnOwnThread(() => test.Pool.Rent()) : test.Pool.RentAsync().AsTask()));
            await test.When(counts => counts.Waiting == number);
        }

        // The lease held was the first; the waiters' are the second to the sixth. That of the third waiter is dead,
        // twice.
        test.Script.At(StubCall.BeginLease, 4, StubStep.Fail()).At(StubCall.BeginLease, 5, StubStep.Fail());
        held.Dispose();

        await Task.WhenAll(waiting).Soon();
        Assert.Equal([1, 2, 3, 4, 5], served);
        Assert.Equal(2, test.Pool.GetStatistics().ConnectionsClosedByReason[CloseReason.ConnectionLost]);

        async Task WaitAsync(int number, Task<ConnectionLease> rent)
        {
            using var lease = await rent;
            served.Add(number);
            lease.Ask();
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_waiter_is_back_in_its_place_before_its_dead_connection_is_replaced(bool blocks)
    {
        var waiting = new List<int>();
        TestPool? made = null;
        await using var test = made = await TestPool.FullAsync(
            1,
            options => options.FailureClassifier = _ =>
            {
                // Asked as the dead connection is let go, before its slot may open another.
                waiting.Add(made!.Counts.Waiting);
                return null;
            },
            TestPool.Clearing(SessionReset.ByDriver));
        var held = await test.Pool.RentAsync();
        test.Script.At(StubCall.BeginLease, 2, StubStep.Fail());
        var first = blocks ? Patience.OnOwnThread(() => test.Pool.Rent()) : test.Pool.RentAsync().AsTask();
        await test.When(counts => counts.Waiting == 1);
        var second = test.Pool.RentAsync().AsTask();

        held.Dispose();

        (await first.Soon()).Dispose();
        (await second.Soon()).Dispose();
        Assert.Equal(2, waiting[0]);
    }
}
