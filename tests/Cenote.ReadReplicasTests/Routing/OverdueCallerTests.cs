namespace Cenote.ReadReplicasTests.Routing;

/// <summary>
/// On a starved machine timers come late: a caller whose time is up is not served by what it waited for in spite of
/// that.
/// </summary>
public sealed class OverdueCallerTests
{
    [Fact]
    public async Task A_write_whose_time_is_up_does_not_go_to_the_primary_that_comes_after_that()
    {
        StarvedTimeProvider? time = null;
        await using var test = await TestSet.CreateAsync(configure: options =>
        {
            options.TimeProvider = time = new StarvedTimeProvider(options.TimeProvider);
            options.PrimaryTimeout = TimeSpan.FromHours(1);
            options.AcquireTimeout = TimeSpan.FromSeconds(2);
        });
        test.One.Die();
        await test.ProbeAsync(2);
        var waiting = test.Set.RentWriteAsync(Stop).AsTask();
        Assert.False(waiting.IsCompleted);

        time!.IsStarved = true;
        test.Time.Advance(TimeSpan.FromSeconds(3));
        test.Three.Become(ServerRole.Primary);
        await test.ProbeAsync();

        await Assert.ThrowsAsync<NoPrimaryException>(() => waiting.Soon());
        Assert.Equal(0, test.Server("three").Pool.GetStatistics().Counts.Leased);
        time.IsStarved = false;
    }

    [Fact]
    public async Task A_read_whose_time_is_up_does_not_go_to_the_replica_that_has_caught_up_after_that()
    {
        StarvedTimeProvider? time = null;
        await using var test = await TestSet.CreateAsync(configure: options =>
        {
            options.TimeProvider = time = new StarvedTimeProvider(options.TimeProvider);
            options.CausalReadTimeout = TimeSpan.FromMinutes(1);
            options.AcquireTimeout = TimeSpan.FromSeconds(2);
        });
        test.One.Reach(10);
        var token = await test.Set.GetTokenAsync(Stop);
        var waiting = test.Set.RentReadAsync(token, Stop).AsTask();
        Assert.False(waiting.IsCompleted);

        time!.IsStarved = true;
        test.Time.Advance(TimeSpan.FromSeconds(3));
        test.Two.Reach(10);
        await test.ProbeAsync();

        await Assert.ThrowsAsync<ReplicasUnavailableException>(() => waiting.Soon());
        time.IsStarved = false;
    }
}
