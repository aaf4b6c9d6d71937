using CsCheck;

namespace Cenote.ProviderTests.Replication;

public sealed class GtidPositionTests
{
    private const string Uuid = "3e11fa47-71ca-11e1-9e33-c80aa9429562";
    private const string OtherUuid = "4350f323-7565-4e59-8763-4b1b83a0ce0e";

    private static readonly MySqlProvider Provider = new("Server=127.0.0.1");
    private static readonly string[] Sources = [Uuid, $"{Uuid}:billing", OtherUuid];

    /// <summary>Sets as a server might have them: intervals in any order, some of which touch or overlap.</summary>
    private static readonly Gen<(int Source, int First, int Length)[]> Intervals =
        Gen.Select(Gen.Int[0, 2], Gen.Int[1, 40], Gen.Int[0, 12]).Array[0, 6];

    /// <summary>Last sequence numbers of three domains, some of which have none.</summary>
    private static readonly Gen<int[]> Domains = Gen.Int[0, 5].Array[3];

    [Fact]
    public void A_set_covers_exactly_the_sets_that_are_part_of_it() =>
        Gen.Select(Intervals, Intervals).Sample(static (first, second) =>
            Assert.Equal(Members(first).IsSupersetOf(Members(second)), Set(first).Covers(Set(second))));

    [Fact]
    public void Two_sets_combine_to_their_union() =>
        Gen.Select(Intervals, Intervals).Sample(static (first, second) =>
        {
            var both = Set(first).Combine(Set(second));
            Assert.Equal(Set([.. first, .. second]).ToString(), both.ToString());
            Assert.Equal(both.ToString(), Set(second).Combine(Set(first)).ToString());
            Assert.True(both.Covers(Set(first)) && both.Covers(Set(second)));
        });

    [Fact]
    public void Equal_sets_have_one_text_which_reads_back() =>
        Intervals.Sample(static intervals =>
        {
            var text = Set(intervals).ToString();
            Assert.Equal(text, Provider.ParsePosition(text).ToString());
            Assert.Equal(text, Set([.. intervals.Reverse()]).ToString());
            Assert.Equal(text, Set([.. Members(intervals).Select(static member => (member.Source, member.Number, 0))]).ToString());
        });

    [Fact]
    public void A_server_covers_domains_of_which_it_has_as_much_or_more() =>
        Gen.Select(Domains, Domains).Sample(static (first, second) =>
            Assert.Equal(first.Zip(second).All(static pair => pair.First >= pair.Second), List(first, server: 1).Covers(List(second, server: 1))));

    [Fact]
    public void The_same_number_of_another_server_is_another_transaction()
    {
        Assert.False(Provider.ParsePosition("0-2-42").Covers(Provider.ParsePosition("0-1-42")));
        Assert.True(Provider.ParsePosition("0-2-43").Covers(Provider.ParsePosition("0-1-42")));
    }

    [Fact]
    public void Transactions_of_two_servers_in_one_domain_are_both_meant()
    {
        var both = Provider.ParsePosition("0-1-42").Combine(Provider.ParsePosition("0-2-43,7-1-1")).Combine(Provider.ParsePosition("0-1-41"));

        Assert.Equal("0-2-43,7-1-1,0-1-42", both.ToString());
        Assert.Equal("0-2-43,7-1-1,0-1-42", Provider.ParsePosition(both.ToString()).ToString());
        Assert.True(both.Covers(Provider.ParsePosition("0-1-42")));
    }

    [Fact]
    public void Two_lists_of_domains_combine_to_the_later_of_each() =>
        Gen.Select(Domains, Domains).Sample(static (first, second) =>
        {
            var both = List(first, server: 1).Combine(List(second, server: 1));
            Assert.Equal(List([.. first.Zip(second, Math.Max)], server: 1).ToString(), both.ToString());
            Assert.Equal(both.ToString(), Provider.ParsePosition(both.ToString()).ToString());
        });

    [Theory]
    [InlineData("0-1-42", "0-1-42")]
    [InlineData("7-2-1,0-1-42", "0-1-42,7-2-1")]
    [InlineData("4294967295-4294967295-18446744073709551615", "4294967295-4294967295-18446744073709551615")]
    [InlineData("3E11FA47-71CA-11E1-9E33-C80AA9429562:1-3:5,\n4350f323-7565-4e59-8763-4b1b83a0ce0e:7", $"{Uuid}:1-3:5,{OtherUuid}:7")]
    [InlineData($"{Uuid}:1-3:4-9:9", $"{Uuid}:1-9")]
    [InlineData($"{Uuid}:1-3:Billing:5-7:9:_x:1", $"{Uuid}:1-3,{Uuid}:_x:1,{Uuid}:billing:5-7:9")]
    [InlineData($"{Uuid}:9223372036854775807", $"{Uuid}:9223372036854775807")]
    [InlineData("", "none")]
    [InlineData("none", "none")]
    [InlineData("0-1-0", "none")]
    public void The_texts_of_the_servers_are_understood(string text, string expected) =>
        Assert.Equal(expected, Provider.ParsePosition(text).ToString());

    [Theory]
    [InlineData("0-1")]
    [InlineData("0-1-42-1")]
    [InlineData("0-1-x")]
    [InlineData("0-1--42")]
    [InlineData("0-1-42,")]
    [InlineData("4294967296-1-1")]
    [InlineData("0-1-18446744073709551616")]
    [InlineData(Uuid)]
    [InlineData($"{Uuid}:")]
    [InlineData($"{Uuid}:0")]
    [InlineData($"{Uuid}:5-3")]
    [InlineData($"{Uuid}:1-")]
    [InlineData($"{Uuid}:-1")]
    [InlineData($"{Uuid}:1-3-5")]
    [InlineData($"{Uuid}:tag")]
    [InlineData($"{Uuid}:1:tag")]
    [InlineData($"{Uuid}:1-3:a_tag_of_more_than_32_characters_x:1")]
    [InlineData($"{Uuid}:1-3:tag!:1")]
    [InlineData($"{Uuid}:9223372036854775808")]
    [InlineData("not-a-uuid:1-5")]
    [InlineData("16/B374D848")]
    public void An_invalid_position_is_refused_without_being_quoted(string text)
    {
        var refusal = Assert.Throws<FormatException>(() => Provider.ParsePosition(text));
        Assert.Equal($"The text is not a position of MySQL or MariaDB. Positions look like 0-1-42 or {Uuid}:1-5.", refusal.Message);
    }

    [Fact]
    public void Positions_of_the_two_servers_are_not_comparable()
    {
        var galera = Provider.ParsePosition($"{Uuid}:1-9");
        var mariaDb = Provider.ParsePosition("0-1-9");
        Assert.False(galera.Covers(mariaDb) || mariaDb.Covers(galera));
        Assert.True(galera.Combine(mariaDb).Covers(galera) && galera.Combine(mariaDb).Covers(mariaDb));
    }

    [Fact]
    public void Positions_of_another_database_are_refused()
    {
        var position = Provider.ParsePosition("0-1-42");
        Assert.Throws<ArgumentException>(() => position.Covers(Foreign.Position));
        Assert.Throws<ArgumentException>(() => position.Combine(Foreign.Position));
    }

    private static ReplicationPosition Set((int Source, int First, int Length)[] intervals) => Provider.ParsePosition(
        string.Join(',', intervals.Select(static interval => $"{Sources[interval.Source]}:{interval.First}-{interval.First + interval.Length}")));

    private static HashSet<(int Source, int Number)> Members((int Source, int First, int Length)[] intervals) =>
        [.. intervals.SelectMany(static interval => Enumerable.Range(interval.First, interval.Length + 1).Select(number => (interval.Source, number)))];

    private static ReplicationPosition List(int[] sequences, int server) => Provider.ParsePosition(
        string.Join(',', sequences.Select((sequence, domain) => $"{domain}-{server}-{sequence}")));
}
