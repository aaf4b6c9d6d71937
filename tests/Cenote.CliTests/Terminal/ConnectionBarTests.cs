using Cenote.Shared;
using Spectre.Console;

namespace Cenote.CliTests.Terminal;

public sealed class ConnectionBarTests
{
    [Theory]
    [InlineData(10, 8, 1, 50)]
    [InlineData(10, 0, 10, 50)]
    [InlineData(200, 120, 30, 50)]
    [InlineData(10_000, 1, 0, 50)]
    [InlineData(7, 3, 2, 49)]
    public void The_bar_is_as_long_as_its_slots_whatever_they_do(int limit, int leased, int idle, int length)
    {
        var bar = Markup.Remove(ConnectionBar.Markup(new PoolCounts { Leased = leased, Idle = idle, Limit = limit }, 50));

        Assert.Equal(length, bar.Length);
    }

    [Fact]
    public void Each_connection_is_as_wide_as_every_other()
    {
        var bar = Markup.Remove(ConnectionBar.Markup(new PoolCounts { Leased = 2, Opening = 1, Idle = 1, Limit = 5 }, 50));

        Assert.Equal(new string('█', 20) + new string('▒', 10) + new string('░', 10) + new string('·', 10), bar);
    }
}
