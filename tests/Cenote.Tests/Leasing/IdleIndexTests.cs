namespace Cenote.Tests.Leasing;

/// <summary>A large pool finds its idle connections, and has slots only for the connections that it needs.</summary>
public sealed class IdleIndexTests
{
    [Theory]
    [InlineData(8)]
    [InlineData(9)]
    [InlineData(64 + 8)]
    [InlineData(64 + 9)]
    [InlineData(300)]
    public async Task Every_idle_connection_of_a_large_pool_is_found(int size)
    {
        await using var test = await TestPool.FullAsync(size);
        var leases = await test.RentAsync(size);
        Assert.Equal(size, leases.Select(static lease => lease.Slot!.Id).Distinct().Count());

        for (var i = size - 1; i >= 0; i--)
        {
            var id = leases[i].Slot!.Id;
            leases[i].Dispose();
            Assert.True(test.Pool.TryRent(out leases[i]));
            Assert.Equal(id, leases[i].Slot!.Id);
        }

        Assert.False(test.Pool.TryRent(out _));
        Array.ForEach(leases, static lease => lease.Dispose());
        Assert.Equal(size, test.Counts.Idle);
    }

    [Fact]
    public async Task A_pool_that_grows_uses_its_new_slots()
    {
        await using var test = await TestPool.FullAsync(10);
        test.Pool.Resize(0, 200);

        var leases = await test.RentAsync(200);
        Array.ForEach(leases, static lease => lease.Dispose());

        Assert.Equal(200, test.Counts.Idle);
        Assert.Equal(200, (await test.RentAsync(200)).Select(static lease => lease.Slot!.Id).Distinct().Count());
    }

    [Fact]
    public async Task Validation_and_shrinking_find_connections_beyond_the_lowest_slots()
    {
        await using var test = await TestPool.FullAsync(100);

        Assert.Equal(100, await test.Pool.ValidateIdleAsync().Soon());
        test.Pool.Resize(0, 3);
        await test.When(static counts => counts is { Total: 3, Idle: 3 });

        var leases = await test.RentAsync(3);
        Assert.All(leases, static lease => Assert.InRange(lease.Slot!.Id, 0, 2));
        Array.ForEach(leases, static lease => lease.Dispose());
    }

    [Fact]
    public async Task A_slot_is_created_for_the_connection_that_needs_it()
    {
        await using var test = TestPool.Create(static options => options.MaxSize = 10_000);
        var leases = await test.RentAsync(20);
        Array.ForEach(leases, static lease => lease.Dispose());

        Assert.Equal(20, test.Pool.Engine.Desk.Slots.All.Length);
        Assert.Equal(10_000, test.Pool.GetSlots().Count);
    }
}
