namespace Cenote.Tests.Maintenance;

public sealed class ValidateIdleTests
{
    [Fact]
    public async Task Idle_connections_are_validated_now_dead_ones_closed_and_leased_ones_left_alone()
    {
        await using var test = await TestPool.FullAsync(3);
        await using var held = await test.Pool.RentAsync();
        test.Script.At(StubCall.Validate, 1, StubStep.Fail());

        var good = await test.Pool.ValidateIdleAsync().Soon();

        Assert.Equal(1, good);
        await test.StatisticsAre(statistics => statistics.ConnectionsClosedByReason.GetValueOrDefault(CloseReason.ValidationFailed) == 1);
        Assert.True(held.IsActive);
    }

    [Fact]
    public async Task A_closed_pool_validates_nothing()
    {
        var test = await TestPool.FullAsync(1);
        await test.DisposeAsync();

        await Assert.ThrowsAsync<PoolClosedException>(() => test.Pool.ValidateIdleAsync());
    }
}
