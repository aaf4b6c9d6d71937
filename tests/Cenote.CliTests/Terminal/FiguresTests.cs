using Cenote.Shared;

namespace Cenote.CliTests.Terminal;

public sealed class FiguresTests
{
    [Theory]
    [InlineData(0, "0")]
    [InlineData(0.0004, "400 µs")]
    [InlineData(0.00123, "1.23 ms")]
    [InlineData(0.0456, "45.6 ms")]
    [InlineData(0.456, "456 ms")]
    [InlineData(4.56, "4.56 s")]
    [InlineData(456, "456 s")]
    public void A_duration_has_the_unit_that_suits_it(double seconds, string text) => Assert.Equal(text, Figures.Duration(TimeSpan.FromSeconds(seconds)));
}
