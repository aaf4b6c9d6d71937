namespace Cenote.ReadReplicasTests;

/// <summary>A set that is closed while callers wait.</summary>
public sealed class ClosingTests
{
    [Fact]
    public async Task Writers_that_wait_for_a_primary_end_at_once()
    {
        await using var test = await TestSet.CreateAsync(configure: options => options.PrimaryTimeout = TimeSpan.FromHours(1));
        test.One.Die();
        await test.ProbeAsync(2);
        var waiting = test.Set.RentWriteAsync(Stop).AsTask();
        var blocked = Patience.OnOwnThread(() => test.Set.RentWrite(Stop));

        await test.Set.DisposeAsync().Soon();

        await Assert.ThrowsAsync<ReplicaSetClosedException>(() => waiting.Soon());
        await Assert.ThrowsAsync<ReplicaSetClosedException>(() => blocked.Soon());
        await Assert.ThrowsAsync<ReplicaSetClosedException>(async () => await test.Set.RentReadAsync(Stop));
    }

    [Fact]
    public async Task Queued_readers_get_the_exception_of_their_pool()
    {
        await using var test = await TestSet.CreateAsync(replicas: 1, pools: options => options.MaxSize = 1);
        var held = await test.Set.RentReadAsync(Stop);
        var waiting = test.Set.RentReadAsync(Stop).AsTask();

        await test.Set.DisposeAsync().Soon();

        await Assert.ThrowsAnyAsync<PoolException>(() => waiting.Soon());
        Assert.True(held.IsActive);
        held.Dispose();
    }

    [Fact]
    public async Task A_probe_that_hangs_does_not_hold_up_the_end()
    {
        await using var test = await TestSet.CreateAsync(configure: static options => options.ProbeTimeout = TimeSpan.FromSeconds(1));
        var gate = new StubGate();
        test.Two.Script.Always(StubCall.Status, StubStep.Hang(gate, honoursCancellation: false));
        var probing = test.Set.ProbeAsync(Stop);
        var closing = test.Set.DisposeAsync().AsTask();

        await test.Pump(closing);

        await Assert.ThrowsAsync<ReplicaSetClosedException>(() => probing.Soon());
        gate.Release();
        await test.Two.Database.When(() => test.Two.Provider.Disposals == 1).Soon();
    }
}
