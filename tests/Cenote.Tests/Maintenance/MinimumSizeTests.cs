namespace Cenote.Tests.Maintenance;

public sealed class MinimumSizeTests
{
    [Fact]
    public async Task The_minimum_is_filled_again_after_a_loss()
    {
        await using var test = await TestPool.FullAsync(2, options => options.MaxSize = 4);
        var leases = await test.RentAsync(2);

        foreach (var lease in leases)
        {
            lease.Stub().Break();
            lease.Dispose();
        }

        await test.Pump(test.When(counts => counts is { Idle: 2, Total: 2 }));
        Assert.All(test.Database.OpenSessions, session => Assert.False(session.IsKilled));
    }

    [Fact]
    public async Task Filling_the_minimum_needs_no_caller_and_survives_failures()
    {
        await using var test = TestPool.Create(
            options => options.MinSize = 2,
            script: new CallScript().At(StubCall.Open, 1, StubStep.Fail()).At(StubCall.Open, 2, StubStep.Fail()).At(StubCall.Open, 3, StubStep.Fail()));

        await test.Pump(test.When(counts => counts.Idle == 2));

        Assert.Equal(3, test.Pool.GetStatistics().OpenFailures);
    }

    [Fact]
    public async Task Readiness_waits_for_the_minimum()
    {
        var gate = new StubGate();
        await using var test = TestPool.Create(
            options => options.MinSize = 2, script: new CallScript().At(StubCall.Open, 2, StubStep.Hang(gate)));
        await test.When(counts => counts.Idle == 1);

        var ready = test.Pool.WaitUntilReadyAsync();
        Assert.False(ready.IsCompleted);
        gate.Release();

        await ready.Soon();
    }

    [Fact]
    public async Task Readiness_counts_connections_that_are_in_use()
    {
        await using var test = await TestPool.FullAsync(2);
        var leases = await test.RentAsync(2);

        await test.Pool.WaitUntilReadyAsync().Soon();

        Array.ForEach(leases, lease => lease.Dispose());
    }

    [Fact]
    public async Task Waiting_for_readiness_can_be_cancelled()
    {
        await using var test = TestPool.Create(
            options => options.MinSize = 1, script: new CallScript().Always(StubCall.Open, StubStep.Fail()));
        using var source = new CancellationTokenSource();
        var ready = test.Pool.WaitUntilReadyAsync(source.Token);

        await source.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => ready.Soon());
    }
}
