using Cenote.Leasing;
using Microsoft.Extensions.Time.Testing;

namespace Cenote.Tests.Leasing.Lanes;

/// <summary>A return ends the count of its lane although something goes wrong after the connection is idle.</summary>
public sealed class LaneReleaseTests
{
    [Fact]
    public async Task An_interruption_of_the_returning_thread_keeps_no_count()
    {
        await using var test = await TestPool.FullAsync(1, static options => options.Lanes = [new() { Name = "batch" }]);
        var desk = test.Pool.Engine.Desk;
        var lease = await test.Pool.RentAsync().Soon();
        using var entered = new ManualResetEventSlim();
        using var release = new ManualResetEventSlim();
        var holder = Task.Factory.StartNew(
            () => desk.Read(_ =>
            {
                entered.Set();
                release.Wait();
                return 0;
            }),
            TestContext.Current.CancellationToken,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
        entered.Wait(TestContext.Current.CancellationToken);
        using var never = new ManualResetEventSlim();
        var outcome = new TaskCompletionSource<bool>();
        var returner = new Thread(() =>
        {
            Thread.CurrentThread.Interrupt();
            try
            {
                lease.Dispose();
                outcome.SetResult(never.Wait(TimeSpan.FromSeconds(10)));
            }
            catch (ThreadInterruptedException)
            {
                outcome.SetResult(true);
            }
        });
        returner.Start();

        // It waits for the lock again, or its return has failed.
        await Patience.SoonAsync(() => new ValueTask<bool>(outcome.Task.IsCompleted || returner.ThreadState.HasFlag(ThreadState.WaitSleepJoin)), () => "it does not wait");
        release.Set();
        await holder.Soon();

        Assert.True(await outcome.Task.Soon(), "The interruption was lost.");
        Assert.Equal((0, 1), (Assert.Single(test.Pool.GetStatistics().Lanes).InUse, test.Counts.Idle));
    }

    [Fact]
    public async Task A_clock_that_fails_keeps_no_count()
    {
        var time = new FailingTime();
        await using var test = await TestPool.FullAsync(1, options => (options.TimeProvider, options.Lanes) = (time, [new() { Name = "batch" }]));
        var slot = test.Pool.Engine.Desk.Slots.All[0];
        var lease = await test.Pool.RentAsync().Soon();

        time.Fails = () => slot.State == SlotState.Idle;
        Assert.Throws<InvalidOperationException>(lease.Dispose);
        time.Fails = static () => false;

        Assert.Equal((0, 1), (Assert.Single(test.Pool.GetStatistics().Lanes).InUse, test.Counts.Idle));
    }

    private sealed class FailingTime() : FakeTimeProvider(FakeTimeSteps.Start)
    {
        internal Func<bool> Fails { get; set; } = static () => false;

        public override long GetTimestamp() => Fails() ? throw new InvalidOperationException("The clock fails.") : base.GetTimestamp();
    }
}
