using System.Runtime.CompilerServices;

namespace Cenote.Tests.Maintenance;

/// <summary>What a crowd of callers leaves behind.</summary>
public sealed class SpareWaiterTests
{
    private const int Crowd = 5000;

    [Fact]
    public async Task The_waiters_of_a_crowd_are_let_go_within_a_minute()
    {
        await using var test = await TestPool.FullAsync(1);
        using var held = await test.Pool.RentAsync();
        await GatherAsync(test, Crowd);
        // Some threads keep one each.
        Assert.InRange(test.Pool.Engine.Desk.SpareWaiters, Crowd - 200, Crowd);

        await test.PassUntil(() => test.Pool.Engine.Desk.SpareWaiters <= 16 || test.Time.GetUtcNow().Minute > 0);

        Assert.InRange(test.Pool.Engine.Desk.SpareWaiters, 0, 16);
        Assert.Equal(0, test.Time.GetUtcNow().Minute);
    }

    [Fact]
    public async Task Waiters_that_callers_need_again_and_again_stay()
    {
        await using var test = await TestPool.FullAsync(1);
        using var held = await test.Pool.RentAsync();
        for (var second = 0; second < 60; second++)
        {
            await GatherAsync(test, 100);
            await test.Pass(TimeSpan.FromSeconds(1));
        }

        // Each thread keeps one for itself, so a crowd that another thread gathers needs one more.
        Assert.InRange(test.Pool.Engine.Desk.SpareWaiters, 50, 150);
    }

    [Fact]
    public async Task A_pool_that_is_closed_keeps_none()
    {
        await using var test = await TestPool.FullAsync(1);
        using var held = await test.Pool.RentAsync();
        await GatherAsync(test, 100);
        var waiting = test.Pool.RentAsync().AsTask();

        await test.Pool.DisposeAsync().Soon();

        await Assert.ThrowsAsync<PoolClosedException>(() => waiting.Soon());
        Assert.Equal(0, test.Pool.Engine.Desk.SpareWaiters);
    }

    [Fact]
    public async Task A_waiter_that_was_let_go_is_garbage()
    {
        await using var test = await TestPool.FullAsync(1);
        using var held = await test.Pool.RentAsync();
        var waiters = await QueueAsync(test);

        await test.PassUntil(() => test.Pool.Engine.Desk.SpareWaiters <= 16);

        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        Assert.InRange(waiters.Count(waiter => waiter.IsAlive), 0, 20);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task<WeakReference[]> QueueAsync(TestPool test)
    {
        var desk = test.Pool.Engine.Desk;
        var request = new Cenote.Leasing.RentRequest(TimeSpan.FromHours(1), desk.Clock.Elapsed + TimeSpan.FromHours(1), CancellationToken.None, default);
        var waiters = Enumerable.Range(0, 200).Select(_ => desk.Enqueue(request, isBlocking: false)).ToArray();
        foreach (var waiter in waiters)
        {
            desk.Cancel(waiter);
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiter.AsPendingRent().AsValueTask().AsTask());
        }

        return [.. waiters.Select(waiter => new WeakReference(waiter))];
    }

    /// <summary>So many callers queue at once, and give up.</summary>
    private static async Task GatherAsync(TestPool test, int callers)
    {
        using var source = new CancellationTokenSource();
        var rents = Enumerable.Range(0, callers).Select(_ => test.Pool.RentAsync(source.Token).AsTask()).ToArray();
        await source.CancelAsync().Soon();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Task.WhenAll(rents).Soon());
    }
}
