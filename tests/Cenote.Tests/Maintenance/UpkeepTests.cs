namespace Cenote.Tests.Maintenance;

public sealed class UpkeepTests
{
    [Fact]
    public async Task A_duty_that_throws_is_logged_and_counted_and_upkeep_goes_on()
    {
        var policy = new ThrowingPolicy();
        await using var test = TestPool.Create(options =>
            (options.SizingPolicy, options.MinSize, options.MaxSize, options.MaxIdleTime) = (policy, 1, 4, TimeSpan.FromSeconds(30)));
        await test.When(counts => counts.Idle == 1);

        await test.Pass(TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(1));

        Assert.Equal(5, policy.Calls);
        var failures = test.Logger.Collector.GetSnapshot().Where(record => record.Id.Id == 50).ToList();
        Assert.Equal(5, failures.Count);
        Assert.All(failures, record => Assert.IsType<InvalidOperationException>(record.Exception));
        Assert.Equal(5, test.Pool.Engine.Desk.Meters.MaintenanceFailures.Value);

        // The duties after it in the list, and the next ticks, are done all the same.
        var held = await test.Pool.RentAsync().Soon();
        held.Stub().Break();
        held.Dispose();
        await test.Pump(test.When(counts => counts is { Idle: 1, Total: 1 }));
    }

    [Fact]
    public async Task A_clock_that_jumps_forward_loses_no_connection_and_no_caller()
    {
        await using var test = await TestPool.FullAsync(2);
        var held = await test.Pool.RentAsync();

        test.Time.Advance(TimeSpan.FromDays(2));

        held.Ask();
        held.Dispose();
        var leases = await Task.WhenAll(test.Pool.RentAsync().AsTask(), test.Pool.RentAsync().AsTask()).Soon();
        foreach (var lease in leases)
        {
            lease.Ask();
            lease.Dispose();
        }

        await test.Pump(test.When(counts => counts is { Idle: 2, Total: 2 }), TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task A_wall_clock_that_jumps_back_changes_nothing()
    {
        await using var test = await TestPool.FullAsync(2, options => options.MaxIdleTime = TimeSpan.FromSeconds(60));
        await test.Pass(TimeSpan.FromSeconds(5));

        test.Time.AdjustTime(test.Time.GetUtcNow() - TimeSpan.FromDays(1));
        await test.Pass(TimeSpan.FromSeconds(5));

        (await test.Pool.RentAsync().Soon()).Dispose();
        Assert.Equal(0, test.Database.Closed);
    }

    [Fact]
    public async Task Upkeep_ends_with_the_pool()
    {
        var policy = new ThrowingPolicy();
        var test = TestPool.Create(options => options.SizingPolicy = policy);
        await test.Pass(TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(1));
        await test.Pool.DisposeAsync().Soon();

        test.Time.Advance(TimeSpan.FromSeconds(100));

        Assert.Equal(2, policy.Calls);
    }

    private sealed class ThrowingPolicy : ISizingPolicy
    {
        public int Calls { get; private set; }

        public SizingDecision? Decide(in SizingObservation observation)
        {
            Calls++;
            throw new InvalidOperationException("a policy with a bug");
        }
    }
}
