namespace Cenote.Tests.Leasing;

public sealed class RentPathTests
{
    [Fact]
    public async Task Queued_caller_without_a_file_name_is_an_unknown_caller()
    {
        await using var test = await TestPool.FullAsync(1);
        using var held = await test.Pool.RentAsync().Soon();

        var queued = test.Pool.RentAsync(CancellationToken.None, "", 7, "Member");

        var site = Assert.Single(test.Pool.Engine.Desk.DescribeWaiters(2));
        Assert.Null(site.FilePath);
        Assert.Equal("Member", site.MemberName);
        held.Dispose();
        (await queued.Soon()).Dispose();
    }

    [Fact]
    public async Task Timeout_of_one_rent_counts_instead_of_the_pools()
    {
        await using var test = await TestPool.FullAsync(1);
        using var held = await test.Pool.RentAsync().Soon();

        var queued = test.Pool.RentAsync(TimeSpan.FromSeconds(3)).AsTask();
        await test.Pump(queued);

        var exception = await Assert.ThrowsAsync<PoolTimeoutException>(() => queued);
        Assert.Equal(TimeSpan.FromSeconds(3), exception.AcquireTimeout);
    }
}
