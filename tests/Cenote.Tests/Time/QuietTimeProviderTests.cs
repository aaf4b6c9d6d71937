using Cenote.Time;
using Microsoft.Extensions.Time.Testing;

namespace Cenote.Tests.Time;

/// <summary>A fake clock that runs the timers that are due on the thread that reads it.</summary>
public sealed class QuietTimeProviderTests
{
    private static readonly TimeSpan s_second = TimeSpan.FromSeconds(1);

    private readonly FakeTimeProvider _time = new(FakeTimeSteps.Start);

    [Fact]
    public async Task A_read_of_the_clock_runs_no_timer_on_its_thread()
    {
        var clock = new PoolClock(_time);
        var rung = new TaskCompletionSource<bool>();
        var isReading = new ThreadLocal<bool>();
        await using var timer = clock.CreateTimer(_ => rung.TrySetResult(isReading.Value), this);
        timer.Change(s_second, Timeout.InfiniteTimeSpan);

        Read(clock, isReading);

        Assert.False(await rung.Task.Soon());
    }

    [Fact]
    public async Task A_read_of_the_clock_continues_no_wait_on_its_thread()
    {
        var clock = new PoolClock(_time);
        var isReading = new ThreadLocal<bool>();
        var delayed = AwaitAsync(Task.Delay(s_second, clock.TimeProvider));
        var applications = AwaitAsync(Task.Delay(s_second, _time));

        Read(clock, isReading);

        var isOnReader = await Task.WhenAll(delayed, applications).Soon();
        Assert.Equal([false, false], isOnReader);

        async Task<bool> AwaitAsync(Task delay)
        {
            await delay.ConfigureAwait(false);
            return isReading.Value;
        }
    }

    [Fact]
    public void A_read_of_the_clock_keeps_the_context_of_its_thread()
    {
        var context = new SynchronizationContext();
        var before = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(context);
        try
        {
            _ = new PoolClock(_time).UtcNow;

            Assert.Same(context, SynchronizationContext.Current);
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(before);
        }
    }

    [Fact]
    public async Task A_step_of_the_time_runs_a_timer_at_once()
    {
        var hasRung = false;
        await using var timer = new PoolClock(_time).CreateTimer(_ => hasRung = true, this);
        timer.Change(s_second, Timeout.InfiniteTimeSpan);

        _time.Advance(s_second);

        Assert.True(hasRung);
    }

    [Fact]
    public void A_clock_has_one_quiet_clock_and_the_clock_of_the_machine_is_quiet()
    {
        var quiet = QuietTimeProvider.Of(_time);

        Assert.Same(quiet, QuietTimeProvider.Of(_time));
        Assert.Same(quiet, QuietTimeProvider.Of(quiet));
        Assert.Same(TimeProvider.System, QuietTimeProvider.Of(TimeProvider.System));
        Assert.Equal((_time.TimestampFrequency, _time.LocalTimeZone), (quiet.TimestampFrequency, quiet.LocalTimeZone));
    }

    private void Read(PoolClock clock, ThreadLocal<bool> isReading)
    {
        // The first read moves the time on, and it runs what is due then.
        _time.AutoAdvanceAmount = s_second;
        isReading.Value = true;
        _ = clock.Elapsed;
        _ = clock.UtcNow;
        isReading.Value = false;
        _time.AutoAdvanceAmount = TimeSpan.Zero;
    }
}
