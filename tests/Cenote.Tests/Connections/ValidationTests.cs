namespace Cenote.Tests.Connections;

public sealed class ValidationTests
{
    [Fact]
    public async Task A_connection_used_a_moment_ago_is_rented_without_validation()
    {
        await using var test = await TestPool.FullAsync(1);

        for (var i = 0; i < 5; i++)
        {
            (await test.Pool.RentAsync().Soon()).Dispose();
        }

        Assert.Equal(0, test.Database.Calls(StubCall.Validate).Started);
    }

    [Fact]
    public async Task Idle_connections_are_validated_in_the_background_before_they_become_due()
    {
        await using var test = await TestPool.FullAsync(2, options => options.ValidationInterval = TimeSpan.FromSeconds(30));

        for (var second = 0; second < 120; second++)
        {
            test.Time.Advance(TimeSpan.FromSeconds(1));
            await test.When(counts => counts.Idle == 2);
        }

        var validations = test.Database.Calls(StubCall.Validate).Started;
        var rent = test.Pool.RentAsync();
        Assert.True(rent.IsCompletedSuccessfully);
        (await rent).Dispose();
        Assert.Equal(validations, test.Database.Calls(StubCall.Validate).Started);
        Assert.InRange(validations, 6, 16);
    }

    [Fact]
    public async Task A_connection_that_fails_its_validation_is_closed_and_replaced()
    {
        await using var test = await TestPool.FullAsync(2);
        test.Script.At(StubCall.Validate, 1, StubStep.Fail());

        await test.Pass(TimeSpan.FromSeconds(40));
        await test.StatisticsAre(statistics => statistics.ConnectionsClosedByReason.GetValueOrDefault(CloseReason.ValidationFailed) >= 1);

        await test.Pump(test.When(counts => counts is { Idle: 2, Total: 2 }));
        Assert.Equal(2, test.Database.Sessions);
    }

    [Fact]
    public async Task A_connection_unused_for_long_is_validated_before_it_is_rented()
    {
        await using var test = await TestPool.FullAsync(1);
        var gate = new StubGate();
        test.Script.At(StubCall.Validate, 1, StubStep.Hang(gate));

        test.Time.Advance(TimeSpan.FromMinutes(5));
        var rent = test.Pool.RentAsync().AsTask();

        await test.Database.CallStarted(StubCall.Validate, 1).Soon();
        Assert.False(rent.IsCompleted);
        gate.Release();
        (await rent.Soon()).Dispose();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_validation_that_hangs_counts_as_failed_after_its_timeout(bool honoursCancellation)
    {
        await using var test = await TestPool.FullAsync(1, options => options.ValidationTimeout = TimeSpan.FromSeconds(5));
        var gate = new StubGate();
        test.Script.At(StubCall.Validate, 1, StubStep.Hang(gate, honoursCancellation));

        test.Time.Advance(TimeSpan.FromMinutes(5));
        await test.Database.CallStarted(StubCall.Validate, 1).Soon();
        var rent = test.Pool.RentAsync().AsTask();
        await test.Pump(rent);

        using var lease = await rent;
        lease.Ask();
        gate.Release();
        await test.StatisticsAre(statistics => statistics.ConnectionsClosedByReason.GetValueOrDefault(CloseReason.ValidationFailed) == 1);
    }

    [Fact]
    public async Task A_validation_that_hangs_on_and_on_has_its_session_ended_under_it()
    {
        await using var test = await TestPool.FullAsync(1, options => options.ValidationTimeout = TimeSpan.FromSeconds(5));
        var gate = new StubGate();
        test.Script.At(StubCall.Validate, 1, StubStep.Hang(gate, honoursCancellation: false));

        test.Time.Advance(TimeSpan.FromMinutes(5));
        await test.Database.CallStarted(StubCall.Validate, 1).Soon();
        var rent = test.Pool.RentAsync().AsTask();
        await test.Pump(rent);
        await test.PassUntil(() => test.Database.Aborts == 1);

        // The call ends at last, and finds nothing left to close.
        gate.Release();
        (await rent).Dispose();
        Assert.Equal(1, test.Pool.GetStatistics().ConnectionsClosedByReason[CloseReason.ValidationFailed]);
    }

    [Fact]
    public async Task After_a_fatal_failure_every_idle_connection_is_validated_before_its_next_lease()
    {
        await using var test = await TestPool.FullAsync(3);
        var lease = await test.Pool.RentAsync();

        test.Database.KillAllSessions();
        lease.Stub().Break();
        lease.Dispose();

        var leases = await test.RentAsync(3);
        foreach (var working in leases)
        {
            working.Ask();
            working.Dispose();
        }

        await test.When(counts => counts.Closing == 0);
        var closed = test.Pool.GetStatistics().ConnectionsClosedByReason;
        Assert.Equal(1, closed[CloseReason.ConnectionLost]);
        Assert.Equal(2, closed[CloseReason.ValidationFailed]);
    }

    [Fact]
    public async Task A_doubtful_connection_that_passes_validation_is_rented_again()
    {
        await using var test = await TestPool.FullAsync(2);
        var lease = await test.Pool.RentAsync();
        lease.Stub().Break();
        lease.Dispose();
        await test.When(counts => counts is { Closing: 0, Opening: 0, Total: 2 });

        var leases = await test.RentAsync(2);

        Assert.Equal(3, test.Database.Opened);
        Array.ForEach(leases, other => other.Ask());
        Array.ForEach(leases, other => other.Dispose());
        Assert.InRange(test.Database.Calls(StubCall.Validate).Started, 1, 2);
    }

    [Fact]
    public async Task A_failed_validation_makes_the_other_idle_connections_doubtful()
    {
        await using var test = await TestPool.FullAsync(3);
        test.Database.KillAllSessions();

        await test.Pass(TimeSpan.FromSeconds(40));

        await test.Pump(test.When(counts =>
            counts is { Idle: 3, Total: 3 } && test.Database.OpenSessions.All(session => !session.IsKilled)));
        Assert.Equal(3, test.Pool.GetStatistics().ConnectionsClosedByReason[CloseReason.ValidationFailed]);
    }
}
