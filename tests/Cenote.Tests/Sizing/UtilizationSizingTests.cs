namespace Cenote.Tests.Sizing;

public sealed class UtilizationSizingTests
{
    [Fact]
    public void It_grows_while_more_than_four_fifths_are_leased()
    {
        var load = new SimulatedLoad(new UtilizationSizingPolicy(), minimum: 2, maximum: 20, size: 10);

        load.Run(seconds: 10, leased: 9);

        Assert.True(load.Size > 10);
        Assert.True(load.Size <= 12, $"at {load.Size} nine leased are no longer too many");
    }

    [Fact]
    public void It_grows_to_the_maximum_and_not_beyond_while_callers_wait()
    {
        var load = new SimulatedLoad(new UtilizationSizingPolicy(), minimum: 2, maximum: 9, size: 2);

        load.Run(seconds: 60, leased: 100);

        Assert.Equal(9, load.Size);
    }

    [Fact]
    public void It_shrinks_to_the_minimum_and_not_below_when_nothing_is_leased()
    {
        var load = new SimulatedLoad(new UtilizationSizingPolicy(), minimum: 3, maximum: 20, size: 20);

        load.Run(seconds: 3600, leased: 0);

        Assert.Equal(3, load.Size);
    }

    [Fact]
    public void It_stays_between_the_marks()
    {
        var load = new SimulatedLoad(new UtilizationSizingPolicy(), minimum: 2, maximum: 20, size: 10);

        load.Run(seconds: 3600, leased: 5);

        Assert.Equal(10, load.Size);
        Assert.Empty(load.Changes);
    }

    [Fact]
    public void A_short_peak_does_not_make_it_grow()
    {
        var load = new SimulatedLoad(
            new UtilizationSizingPolicy(new UtilizationSizingOptions { GrowWindow = TimeSpan.FromSeconds(5) }), minimum: 2, maximum: 20, size: 10);

        for (var i = 0; i < 100; i++)
        {
            load.Run(seconds: 4, leased: 10, waiting: 0);
            load.Run(seconds: 2, leased: 5);
        }

        Assert.Empty(load.Changes);
    }

    [Theory]
    [InlineData(2, 2)]
    [InlineData(10, 10)]
    [InlineData(30, 30)]
    [InlineData(30, 59)]
    [InlineData(60, 60)]
    [InlineData(60, 61)]
    [InlineData(100, 100)]
    [InlineData(30, 150)]
    [InlineData(300, 300)]
    [InlineData(10, 400)]
    public void A_load_that_comes_and_goes_does_not_make_it_oscillate(int busySeconds, int quietSeconds)
    {
        var load = new SimulatedLoad(new UtilizationSizingPolicy(), minimum: 2, maximum: 20, size: 2);
        for (var period = 0; period < 100; period++)
        {
            load.Run(busySeconds, leased: 10);
            load.Run(quietSeconds, leased: 0);
        }

        // A few reversals teach it the rhythm; after that it stays.
        var learned = load.Now / 2;
        Assert.InRange(load.Reversals, 0, 10);
        Assert.DoesNotContain(load.Changes, change => change.At > learned);
        Assert.InRange(load.Size, 10, 20);
    }

    [Fact]
    public void It_says_why_with_the_numbers()
    {
        var load = new SimulatedLoad(new UtilizationSizingPolicy(), minimum: 2, maximum: 20, size: 10);

        load.Run(seconds: 3, leased: 9);

        Assert.Contains("9 of 10", load.Changes[0].Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Settings_that_cannot_work_are_all_named_in_one_exception()
    {
        var exception = Assert.Throws<ArgumentException>(() => new UtilizationSizingPolicy(new UtilizationSizingOptions
        {
            GrowAbove = 0.1,
            ShrinkBelow = 0.5,
            GrowStep = 0,
            ShrinkStep = 1001,
            GrowWindow = TimeSpan.FromHours(2),
            ShrinkWindow = TimeSpan.Zero,
        }));

        foreach (var name in new[] { "GrowStep", "ShrinkStep", "GrowWindow", "ShrinkWindow", "ShrinkBelow" })
        {
            Assert.Contains(name, exception.Message, StringComparison.Ordinal);
        }
    }
}
