using Cenote.Comparing;

namespace Cenote.ShopTests.Comparing;

public sealed class TurnPlanTests
{
    [Theory]
    [InlineData(1, 2)]
    [InlineData(2, 4)]
    [InlineData(20, 19)]
    [InlineData(600, 59)]
    [InlineData(86_400, 8_639)]
    public void The_time_of_a_run_is_divided_to_its_end(int seconds, int pairs)
    {
        var duration = TimeSpan.FromSeconds(seconds);
        var plan = TurnPlan.For(duration);

        Assert.Equal(pairs, plan.Pairs);
        var left = duration - (2 * plan.WarmUp);
        for (var pair = 0; pair < plan.Pairs; pair++)
        {
            left -= 2 * plan.PhaseOf(pair, left);
        }

        Assert.InRange(left, TimeSpan.Zero, TimeSpan.FromMilliseconds(1));
    }

    [Fact]
    public void What_a_pair_took_too_long_the_later_ones_give_back_alike()
    {
        var plan = TurnPlan.For(TimeSpan.FromSeconds(20));

        Assert.Equal(TimeSpan.FromSeconds(0.25), plan.PhaseOf(pair: 3, left: TimeSpan.FromSeconds(8)));
    }
}
