using Cenote.Comparing;

namespace Cenote.ShopTests.Comparing;

public sealed class SignTestTests
{
    [Theory]
    [InlineData(1, 1, 0.5)]
    [InlineData(2, 1, 0.75)]
    [InlineData(6, 6, 1 / 64.0)]
    [InlineData(9, 8, 10 / 512.0)]
    [InlineData(9, 0, 1)]
    public void The_chance_is_that_of_so_many_heads_or_more(int pairs, int onOneSide, double chance) =>
        Assert.Equal(chance, SignTest.Chance(pairs, onOneSide), 12);

    [Fact]
    public void A_day_of_pairs_is_computed_without_overflow()
    {
        Assert.Equal(0.5, SignTest.Chance(8_641, 4_321), 6);
        Assert.True(SignTest.Chance(8_641, 8_641) < 1e-300);
    }
}
