using Cenote.Circuit;

namespace Cenote.Tests.Circuit;

public sealed class RefusalPauseTests
{
    [Theory]
    [InlineData(1, 100, 20)]
    [InlineData(1, 2_000, 100)]

    // On a busy machine an answer of PostgreSQL that it is starting up takes so long.
    [InlineData(42, 600, 42)]
    [InlineData(100, 60_000, 3_000)]
    public void A_pause_is_a_twentieth_of_the_outage_and_as_long_as_the_attempt(int attempt, int outage, int pause) =>
        Assert.Equal(TimeSpan.FromMilliseconds(pause), RefusalPause.After(TimeSpan.FromMilliseconds(attempt), TimeSpan.FromMilliseconds(outage)));

    [Fact]
    public void A_connection_lost_after_more_than_100_ms_is_not_a_refusal()
    {
        Assert.True(RefusalPause.IsRefusal(FailureKind.ConnectionLost, TimeSpan.FromMilliseconds(100)));
        Assert.False(RefusalPause.IsRefusal(FailureKind.ConnectionLost, TimeSpan.FromMilliseconds(101)));
        Assert.False(RefusalPause.IsRefusal(FailureKind.TooManyConnections, TimeSpan.Zero));
    }
}
