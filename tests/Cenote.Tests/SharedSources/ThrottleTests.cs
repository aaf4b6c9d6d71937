using Cenote.Shared;
using Microsoft.Extensions.Time.Testing;

namespace Cenote.Tests.SharedSources;

public sealed class ThrottleTests
{
    [Fact]
    public void One_passes_in_each_interval_and_the_others_are_counted()
    {
        var time = new FakeTimeProvider();
        var throttle = new Throttle(TimeSpan.FromSeconds(1), time);

        Assert.True(throttle.MayPass(out var heldBack));
        Assert.Equal(0, heldBack);
        Assert.False(throttle.MayPass(out _));
        time.Advance(TimeSpan.FromMilliseconds(999));
        Assert.False(throttle.MayPass(out _));
        time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.True(throttle.MayPass(out heldBack));
        Assert.Equal(2, heldBack);
        time.Advance(TimeSpan.FromHours(1));
        Assert.True(throttle.MayPass(out heldBack));
        Assert.Equal(0, heldBack);
    }

    [Fact]
    public async Task Of_many_threads_at_once_one_passes()
    {
        var throttle = new Throttle(TimeSpan.FromSeconds(1), new FakeTimeProvider());
        var passed = 0;

        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            for (var i = 0; i < 1000; i++)
            {
                if (throttle.MayPass(out var _))
                {
                    Interlocked.Increment(ref passed);
                }
            }
        })));

        Assert.Equal(1, passed);
    }
}
