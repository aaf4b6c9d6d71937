using Cenote.Shop.Display;

namespace Cenote.ShopTests.Display;

public sealed class ThroughputHistoryTests
{
    private readonly ThroughputHistory _history = new();

    [Fact]
    public void A_rate_is_what_was_done_since_the_last_step()
    {
        See(0.5, 100);
        See(0.6, 1_000); // Too soon: waits for its step.
        See(1.0, 1_100);

        Assert.Equal([200, 2000], _history.Rates);
        Assert.Equal(1100, _history.Now);
    }

    [Fact]
    public void Only_the_last_minute_is_kept()
    {
        for (var step = 1; step <= 1000; step++)
        {
            See(step * 0.5, step);
        }

        Assert.Equal(120, _history.Rates.Count);
    }

    private void See(double seconds, long count) => _history.See(TimeSpan.FromSeconds(seconds), count);
}
