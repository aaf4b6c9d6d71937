using CsCheck;

namespace Cenote.ProviderTests.Replication;

public sealed class WalPositionTests
{
    private static readonly PostgreSqlProvider Provider = new("Host=127.0.0.1");

    [Fact]
    public void A_position_reads_back_as_it_was_written() =>
        Gen.ULong.Sample(static location => Assert.Equal(Text(location), Position(location).ToString()));

    [Fact]
    public void Positions_are_ordered_like_the_bytes_of_one_log_also_beyond_32_and_63_bits() =>
        Gen.Select(Gen.ULong, Gen.ULong).Sample(static (first, second) =>
        {
            Assert.Equal(first >= second, Position(first).Covers(Position(second)));
            Assert.True(Position(first).Covers(Position(first)));
            Assert.Equal(Text(Math.Max(first, second)), Position(first).Combine(Position(second)).ToString());
        });

    [Fact]
    public void A_carry_from_the_low_half_is_not_a_step_back()
    {
        Assert.True(Provider.ParsePosition("1/0").Covers(Provider.ParsePosition("0/FFFFFFFF")));
        Assert.True(Provider.ParsePosition("A/0").Covers(Provider.ParsePosition("9/0")));
        Assert.False(Provider.ParsePosition("0/fffffff").Covers(Provider.ParsePosition("0/10000000")));
    }

    [Theory]
    [InlineData("")]
    [InlineData("/")]
    [InlineData("16")]
    [InlineData("16/")]
    [InlineData("/16")]
    [InlineData("16/B374D848/1")]
    [InlineData("16/B374D84G")]
    [InlineData("-1/16")]
    [InlineData("1/ 16")]
    [InlineData("1/116B374D848")]
    [InlineData("0-1-42")]
    [InlineData("16/B374D848@")]
    [InlineData("16/B374D848@0")]
    [InlineData("16/B374D848@-1")]
    [InlineData("16/B374D848@2@3")]
    [InlineData("16/B374D848@2,")]
    public void An_invalid_position_is_refused_without_being_quoted(string text)
    {
        var refusal = Assert.Throws<FormatException>(() => Provider.ParsePosition(text));
        Assert.Equal("The text is not a position of PostgreSQL's write-ahead log. Positions look like 16/B374D848@2.", refusal.Message);
    }

    [Fact]
    public void Positions_of_several_timelines_combine_to_one_of_each()
    {
        var both = Provider.ParsePosition("0/60@2").Combine(Provider.ParsePosition("0/50@1,0/70@2")).Combine(Provider.ParsePosition("0/5A@1"));

        Assert.Equal("0/70@2,0/5A@1", both.ToString());
        Assert.Equal("0/70@2,0/5A@1", Provider.ParsePosition(both.ToString()).ToString());
        Assert.Equal((2, 1), (both.Timeline, both.EarliestTimeline));
        Assert.Null(Provider.ParsePosition("0/70").Timeline);
        Assert.Null(Provider.ParsePosition("0/70").EarliestTimeline);
        Assert.Equal(2, Provider.ParsePosition("0/70@2").Combine(Provider.ParsePosition("0/50")).EarliestTimeline);
    }

    [Fact]
    public void An_earlier_timeline_does_not_cover_a_later_one()
    {
        Assert.False(Provider.ParsePosition("0/70@1").Covers(Provider.ParsePosition("0/60@2")));
        Assert.True(Provider.ParsePosition("0/70@2").Covers(Provider.ParsePosition("0/60@1")));
        Assert.True(Provider.ParsePosition("0/70").Covers(Provider.ParsePosition("0/60@2")));
    }

    [Fact]
    public void A_text_of_more_timelines_than_failovers_happen_is_refused() =>
        Assert.Throws<FormatException>(() => Provider.ParsePosition(string.Join(',', Enumerable.Range(1, 17).Select(static timeline => $"0/50@{timeline}"))));

    [Fact]
    public void Positions_of_another_database_are_refused()
    {
        var foreign = Foreign.Position;
        Assert.Throws<ArgumentException>(() => Position(1).Covers(foreign));
        Assert.Throws<ArgumentException>(() => Position(1).Combine(foreign));
    }

    private static ReplicationPosition Position(ulong location) => Provider.ParsePosition(Text(location));

    private static string Text(ulong location) => $"{location >> 32:X}/{location & uint.MaxValue:X}";
}
