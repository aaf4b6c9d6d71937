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

    /// <summary>Also where the instances do not fill a vector of the processor.</summary>
    [Fact]
    public void Shares_of_many_instances_are_those_of_one_connection_at_a_time()
    {
        var random = new Random(1);
        for (var run = 0; run < 300; run++)
        {
            var settings = new GrantSettings { MaxConnections = random.Next(1, 200), Instances = random.Next(1, 30), Guaranteed = random.Next(1, 6), TimeToLive = 1000 };
            var table = new GrantTable();
            for (var number = random.Next(1, 40); number > 0; number--)
            {
                var hasPlace = random.Next(3) > 0;
                table.Members.Add(new GrantMember
                {
                    Id = random.Next().ToString("x8", CultureInfo.InvariantCulture),
                    Guaranteed = hasPlace ? settings.Guaranteed : 0,
                    HasPlace = hasPlace,
                    Reserved = random.Next(9),
                    Demand = random.Next(random.Next(2) == 0 ? 5 : 200),
                    ExpiresAt = random.Next(5) == 0 ? 0 : 1,
                });
            }

            foreach (var (member, share) in Deal(table, settings))
            {
                Assert.Equal(share, FairShares.Find(table, settings, 0, member).Share);
            }
        }
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

    /// <summary>Gives one connection at a time to each that wants more, until none is left.</summary>
    private static Dictionary<GrantMember, int> Deal(GrantTable table, GrantSettings settings)
    {
        var live = table.Members.Where(static member => member.ExpiresAt > 0).OrderBy(static member => member.Id, StringComparer.Ordinal).ToList();
        var shares = live.ToDictionary(static member => member, static member => member.Guaranteed);
        var left = settings.MaxConnections - GrantRules.KeptForNewcomers(table.Members.Count(static member => member.HasPlace), settings)
            - table.Members.Where(static member => member.ExpiresAt <= 0).Sum(static member => member.Reserved) - shares.Values.Sum();
        for (var level = 1; level <= settings.MaxConnections && left > 0; level++)
        {
            foreach (var member in live.Where(member => member.Guaranteed < level && member.Demand >= level).Take(left).ToList())
            {
                shares[member]++;
                left--;
            }
        }

        var spare = live.TrueForAll(member => shares[member] >= member.Demand) ? Math.Max(0, left) / Math.Max(1, live.Count) : 0;
        return shares.ToDictionary(static share => share.Key, share => share.Value + spare);
    }
}
