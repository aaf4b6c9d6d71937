namespace Cenote.Tests.Leasing;

public sealed class SlotInfoTests
{
    [Fact]
    public async Task Every_slot_has_the_state_age_and_holder_of_its_connection()
    {
        await using var test = TestPool.Create(options => (options.MinSize, options.MaxSize) = (2, 3));
        await test.When(counts => counts.Idle == 2);
        await (await test.Pool.RentAsync()).DisposeAsync();
        test.Time.Advance(TimeSpan.FromSeconds(5));
        await using var lease = await test.Pool.RentAsync();

        var slots = test.Pool.GetSlots();

        Assert.Equal([SlotState.Leased, SlotState.Idle, SlotState.Empty], slots.Select(slot => slot.State));
        Assert.Equal([2L, 0L, 0L], slots.Select(slot => slot.LeaseCount));
        Assert.Equal([TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(5), null], slots.Select(slot => slot.Age));
        Assert.Equal([null, TimeSpan.FromSeconds(5), null], slots.Select(slot => slot.IdleDuration));
        Assert.Equal("0-2", slots[0].Lease!.Id);
        Assert.Equal("0-2", Assert.Single(test.Pool.GetLeases()).Id);
        Assert.Null(slots[1].Lease);
    }

    [Fact]
    public async Task The_uses_of_a_new_connection_begin_at_none()
    {
        await using var test = await TestPool.FullAsync(1);
        await (await test.Pool.RentAsync()).DisposeAsync();
        test.Pool.Clear();
        await test.StatisticsAre(statistics => statistics.ConnectionsOpened == 2 && statistics.Counts.Idle == 1);

        Assert.Equal(0, Assert.Single(test.Pool.GetSlots()).LeaseCount);
        await (await test.Pool.RentAsync()).DisposeAsync();
        Assert.Equal(1, Assert.Single(test.Pool.GetSlots()).LeaseCount);
    }
}
