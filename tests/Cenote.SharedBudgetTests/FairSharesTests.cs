namespace Cenote.SharedBudgetTests;

public sealed class FairSharesTests
{
    private static readonly GrantSettings Settings = new() { MaxConnections = 30, Instances = 3, Guaranteed = 2, TimeToLive = 1000 };

    [Theory]
    [InlineData("30 30 30", "10 10 10")]
    [InlineData("4 30 30", "4 13 13")]
    [InlineData("0 30 30", "2 14 14")]
    [InlineData("30 5 9", "16 5 9")]
    [InlineData("31 31 30", "10 10 10")]
    [InlineData("12 9 20", "11 9 10")]
    [InlineData("2 2 2", "10 10 10")]
    [InlineData("20 4 3", "21 5 4")]
    public void Each_gets_what_it_wants_or_as_much_as_any_other(string demands, string expected)
    {
        var table = new GrantTable();
        foreach (var (demand, number) in demands.Split(' ').Select(static (demand, number) => (int.Parse(demand, CultureInfo.InvariantCulture), number)))
        {
            table.Members.Add(new GrantMember { Id = number.ToString(CultureInfo.InvariantCulture), Guaranteed = 2, Reserved = 2, HasPlace = true, Demand = demand, ExpiresAt = 1000 });
        }

        var shares = table.Members.Select(member => FairShares.Find(table, Settings, 0, member).Share);

        Assert.Equal(expected, string.Join(' ', shares));
    }

    [Fact]
    public void What_an_expired_instance_still_has_is_left_to_it()
    {
        var table = new GrantTable();
        table.Members.Add(new GrantMember { Id = "a", Guaranteed = 2, Reserved = 12, HasPlace = true, Demand = 30, ExpiresAt = 500 });
        table.Members.Add(new GrantMember { Id = "b", Guaranteed = 2, Reserved = 2, HasPlace = true, Demand = 30, ExpiresAt = 2000 });

        // Two are kept for the third instance.
        Assert.Equal((30 - 12 - 2, true), FairShares.Find(table, Settings, 1000, table.Members[1]));
    }
}
