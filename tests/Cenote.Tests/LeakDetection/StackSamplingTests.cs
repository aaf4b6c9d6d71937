namespace Cenote.Tests.LeakDetection;

/// <summary>Thread and stack of some rents.</summary>
public sealed class StackSamplingTests
{
    [Fact]
    public async Task A_sampled_rent_shows_thread_and_stack_without_the_pools_own_calls()
    {
        await using var test = await TestPool.FullAsync(1, options => options.LeakDetection.StackSamplingInterval = 1);
        using var lease = RentHere(test.Pool);

        var origin = Assert.Single(test.Pool.GetLeases()).Origin!;
        Assert.Equal(Environment.CurrentManagedThreadId, origin.ThreadId);
        Assert.Contains(nameof(RentHere), origin.StackTrace.Split('\n')[0], StringComparison.Ordinal);
        Assert.Contains(nameof(RentHere), test.Pool.GetLeaseReport().ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("Cenote.Leasing", origin.StackTrace, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_caller_that_queues_shows_its_own_stack_not_the_serving_thread_s()
    {
        await using var test = await TestPool.FullAsync(1, options => options.LeakDetection.StackSamplingInterval = 1);
        var held = await test.Pool.RentAsync();
        var waiting = RentAsyncHere(test.Pool);
        await test.When(counts => counts.Waiting == 1);
        await Task.Run(held.Dispose);
        using var lease = await waiting.Soon();

        Assert.Contains(nameof(RentAsyncHere), Assert.Single(test.Pool.GetLeases()).Origin!.StackTrace, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_rent_in_so_many_is_sampled_on_a_quiet_pool_and_on_a_busy_one()
    {
        await using var test = await TestPool.FullAsync(1, options =>
        {
            options.LeakDetection.StackSamplingInterval = 10;
            options.ResetMode = ResetMode.None;
        });
        Assert.InRange(Sampled(100), 9, 11);
        for (var i = 0; i < 20_000; i++)
        {
            test.Pool.Rent().Dispose();
        }

        await test.Pass(TimeSpan.FromSeconds(1));
        Assert.NotEqual(0, test.Pool.Engine.Desk.SampleMask);
        Assert.InRange(Sampled(1_000), 60, 110);

        int Sampled(int rents)
        {
            var count = 0;
            for (var i = 0; i < rents; i++)
            {
                using var lease = test.Pool.Rent();
                count += Assert.Single(test.Pool.GetLeases()).Origin is null ? 0 : 1;
            }

            return count;
        }
    }

    [Fact]
    public async Task A_stack_is_never_shown_for_a_later_lease_of_the_same_slot()
    {
        await using var test = await TestPool.FullAsync(1, options =>
        {
            options.LeakDetection.StackSamplingInterval = 1_000_000;
            options.ResetMode = ResetMode.None;
        });
        using (test.Pool.Rent())
        {
            Assert.NotNull(Assert.Single(test.Pool.GetLeases()).Origin);
        }

        using (test.Pool.Rent())
        {
            Assert.Null(Assert.Single(test.Pool.GetLeases()).Origin);
        }
    }

    [Fact]
    public async Task Without_sampling_nothing_is_taken()
    {
        await using var test = await TestPool.FullAsync(1);
        using var lease = test.Pool.Rent();

        Assert.Null(Assert.Single(test.Pool.GetLeases()).Origin);
    }

    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
    private static ConnectionLease RentHere(ConnectionPool pool) => pool.Rent();

    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
    private static Task<ConnectionLease> RentAsyncHere(ConnectionPool pool) => pool.RentAsync().AsTask();
}
