using Cenote.Shared;

namespace Cenote.CliTests.Terminal;

public sealed class SparklineTests
{
    [Fact]
    public void Zero_is_the_lowest_mark_and_the_highest_value_the_highest() => Assert.Equal("▁▅█", Sparkline.Draw([0, 50, 100], 10));

    [Fact]
    public void Only_the_last_values_that_fit_are_drawn() => Assert.Equal("▅█", Sparkline.Draw([1000, 50, 100], 2));

    [Fact]
    public void Nothing_but_zeros_is_flat() => Assert.Equal("▁▁", Sparkline.Draw([0, 0], 2));

    [Fact]
    public void Nothing_is_nothing() => Assert.Equal("", Sparkline.Draw([], 2));
}
