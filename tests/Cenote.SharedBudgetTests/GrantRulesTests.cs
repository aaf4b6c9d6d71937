namespace Cenote.SharedBudgetTests;

/// <summary>The rules on a clock that the test moves. The simulation combines them.</summary>
public sealed class GrantRulesTests
{
    private static readonly GrantSettings Settings = new() { MaxConnections = 30, Instances = 3, Guaranteed = 3, TimeToLive = 1000, Hidden = 3, StartReserve = 1, Standstill = 5000 };

    private readonly GrantTable _table = new();
    private long _now = 1_000_000;
    private int _tables;

    [Fact]
    public void A_newcomer_has_nothing_before_the_sessions_were_counted()
    {
        var answer = Renew("a");

        Assert.True(answer.NeedsCensus);
        Assert.Equal((0, 0), (answer.Permits, answer.Guaranteed));
        Assert.False(answer.MustCount);

        var counted = RenewAndCount("a", answer);

        Assert.Equal((30 - 6 - 1, 3), (counted.Permits, counted.Guaranteed));
    }

    [Fact]
    public void A_deleted_table_is_another_life_in_the_same_store()
    {
        var first = Join("a");
        var before = first.Epoch;
        var lost = new GrantTable();

        var answer = GrantRules.Renew(lost, Request("b", offer: 0), Settings, _now, "store");

        Assert.NotEqual(before, answer.Epoch, StringComparer.Ordinal);
        Assert.Equal((true, false, 0), (answer.NeedsCensus, answer.MustCount, answer.Permits));
    }

    [Fact]
    public void One_instance_at_a_time_counts_for_a_new_table()
    {
        var epoch = Renew("a").Epoch;

        Assert.True(Renew("a", knownEpoch: epoch).MustCount);
        Assert.False(Renew("b", knownEpoch: epoch).MustCount);
        _now += Settings.TimeToLive;
        Assert.True(Renew("b", knownEpoch: epoch).MustCount);
    }

    [Fact]
    public void A_count_is_not_complete_before_each_instance_has_renewed_or_expired()
    {
        Join("a");
        Join("b");
        var old = GrantTable.Parse(_table.ToString());

        // Restarted with this table. Instance b does not renew.
        var answer = GrantRules.Renew(old, Request("a", offer: 3, hadPlace: true), Settings, _now, "restarted");
        _now += 500;
        var early = new GrantCensus { Epoch = answer.Epoch, Expired = [], Counted = [new("f", "a", 3), new("f", "b", 20)] };
        answer = GrantRules.Renew(old, Request("a", offer: 3, hadPlace: true, census: early), Settings, _now, "restarted");
        Assert.True(answer.NeedsCensus);
        Assert.Equal(3, answer.Permits);

        _now += 501;
        var complete = new GrantCensus { Epoch = answer.Epoch, Expired = [answer.Others[0] with { IsExpired = true }], Counted = [new("f", "a", 3), new("f", "b", 20)] };
        answer = GrantRules.Renew(old, Request("a", offer: 3, hadPlace: true, census: complete), Settings, _now, "restarted");
        Assert.False(answer.NeedsCensus);
        Assert.Equal(30 - 20 - Settings.Hidden - 3 - 1, answer.Permits);
    }

    [Fact]
    public void Sessions_of_another_budget_of_the_name_are_counted_for_a_while_only()
    {
        var answer = Renew("a");
        _now += Settings.TimeToLive;
        GrantAnswer Count() => Renew("a", census: new GrantCensus { Epoch = answer.Epoch, Expired = [], Counted = [new("f", "a", 1), new("other", "x", 9)] });

        answer = Count();
        Assert.Equal((9 + Settings.Hidden, false), (answer.Strangers, answer.NeedsCensus));
        Assert.Equal(30 - 9 - Settings.Hidden - 6 - 1, answer.Permits);
        Assert.DoesNotContain(answer.Others, static other => other.Id == "x");

        for (var waited = 0L; waited <= Settings.PlaceHold; waited += 250)
        {
            _now += 250;
            answer = Renew("a", offer: answer.Permits, hadPlace: true);
        }

        Assert.Equal((0, 30 - 6 - 1), (answer.Strangers, answer.Permits));
        Assert.Equal((0, 30 - 6 - 1), (Count().Strangers, answer.Permits));
    }

    [Fact]
    public void Sessions_of_a_lost_table_belong_to_the_budget_when_one_of_its_instances_comes()
    {
        Renew("new");
        var answer = Renew("old", offer: 5, hadPlace: true, family: "before");
        _now += Settings.TimeToLive;

        answer = Renew("new", census: new GrantCensus { Epoch = answer.Epoch, Expired = [], Counted = [new("before", "old", 5), new("before", "frozen", 12)] });

        Assert.Equal(0, answer.Strangers);
        Assert.Contains(answer.Others, static other => other is { Id: "frozen", IsExpired: true });
        Assert.Equal(12 + Settings.Hidden, _table.Members.Single(static member => member.Id == "frozen").Reserved);
    }

    [Fact]
    public void A_place_is_free_when_no_session_was_seen_for_long_enough()
    {
        foreach (var id in (string[])["a", "b", "c"])
        {
            Join(id);
        }

        Assert.Equal(0, Join("d").Guaranteed);
        var waited = 0L;
        for (; _table.Members.Exists(static member => member.Id == "a") && waited < 60_000; waited += 500)
        {
            _now += 500;
            Join("b");
            Join("c");
            Join("d");
        }

        Assert.InRange(waited, Settings.PlaceHold, Settings.PlaceHold + Settings.TimeToLive + 3000);
        Assert.Equal(3, Join("d").Guaranteed);
    }

    [Fact]
    public void An_instance_too_many_has_nothing_that_is_not_free()
    {
        var tight = new GrantSettings { MaxConnections = 10, Instances = 3, Guaranteed = 3, TimeToLive = 1000, Hidden = 3, StartReserve = 1 };
        foreach (var id in (string[])["a", "b", "c"])
        {
            Join(id, tight);
        }

        // It does not even have a session of its own.
        Assert.Equal((0, 0), (Join("d", tight).Permits, Join("d", tight).Guaranteed));
        Assert.Equal(10, GrantRules.CountReserved(_table, tight));
    }

    [Fact]
    public void An_unknown_instance_closes_what_was_not_free()
    {
        var all = Join("a").Permits;

        // It started alone, or stood still for so long that it was forgotten.
        var answer = Join("b", offer: 20);

        Assert.Equal(30 - 6 - 1, all);
        Assert.InRange(answer.Permits, 0, 3);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void An_instance_without_a_grant_is_recorded_with_all_its_sessions(bool isKnown)
    {
        if (isKnown)
        {
            Join("a");
            Join("b");
        }

        // Its callers still hold more than its share, and it asks in its own session.
        GrantRules.Renew(_table, Request("a", offer: 15, isBacked: false), Settings, _now, "store");

        Assert.Equal(15, _table.Members[0].Reserved);
    }

    [Fact]
    public void The_session_of_an_instance_with_nothing_else_is_kept_for_it()
    {
        var answer = GrantRules.Renew(_table, Request("a", offer: 1, isBacked: false, isBare: true), Settings, _now, "store");

        Assert.Equal((0, 0), (answer.Permits, _table.Members[0].Reserved));
    }

    /// <param name="isKnown">Whether it has asked before.</param>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void An_instance_with_nothing_else_leaves_nothing_taken(bool isKnown)
    {
        var tight = new GrantSettings { MaxConnections = 10, Instances = 3, Guaranteed = 3, TimeToLive = 1000, Hidden = 3, StartReserve = 1 };
        foreach (var id in (string[])["a", "b", "c"])
        {
            Join(id, tight);
        }

        if (isKnown)
        {
            GrantRules.Renew(_table, Request("d", offer: 1, isBacked: false, isBare: true), tight, _now, "store");
        }

        GrantRules.Renew(_table, Request("d", offer: 1, isBacked: false, isBare: true, isLeaving: true), tight, _now, "store");

        Assert.Equal(["a", "b", "c"], _table.Members.Select(static member => member.Id), StringComparer.Ordinal);
        Assert.Equal(10, GrantRules.CountReserved(_table, tight));
    }

    [Fact]
    public void An_instance_with_other_settings_is_rejected()
    {
        Join("a");
        var other = new GrantSettings { MaxConnections = 31, Instances = 3, Guaranteed = 3, TimeToLive = 1200 };

        var answer = GrantRules.Renew(_table, Request("b"), other, _now, "store");

        Assert.Equal("MaxConnections is 31 here and 30 there, TimeToLive is 1200 ms here and 1000 ms there", other.DescribeDifferences(answer.OtherSettings!));
        Assert.False(answer.MayFollow);
    }

    /// <summary>Renews, with an immediate count where one is due.</summary>
    private GrantAnswer Join(string id, GrantSettings? settings = null, int? offer = null)
    {
        var own = offer ?? _table.Members.Find(member => member.Id == id)?.Reserved ?? 0;
        var answer = GrantRules.Renew(_table, Request(id, own, hadPlace: own > 0, knownEpoch: _table.Epoch), settings ?? Settings, _now, "store");
        return answer.MustCount || answer.NeedsCensus ? RenewAndCount(id, answer, settings) : answer;
    }

    private GrantAnswer RenewAndCount(string id, GrantAnswer answer, GrantSettings? settings = null) =>
        GrantRules.Renew(
            _table,
            Request(id, _table.Members.Find(member => member.Id == id)?.Reserved ?? 0, census: new GrantCensus { Epoch = answer.Epoch, Expired = [.. answer.Others.Where(static other => other.IsExpired)], Counted = [] }),
            settings ?? Settings,
            _now,
            "store");

    private GrantAnswer Renew(string id, int offer = 0, bool hadPlace = false, string family = "", string knownEpoch = "", GrantCensus? census = null) =>
        GrantRules.Renew(_table, Request(id, offer, hadPlace, family, knownEpoch, census), Settings, _now, "store");

    private GrantRequest Request(string id, int offer = 0, bool hadPlace = false, string family = "", string knownEpoch = "", GrantCensus? census = null, bool? isBacked = null, bool isBare = false, bool isLeaving = false) => new()
    {
        Id = id,
        Family = family.Length > 0 ? family : "f",
        HasFamily = true,
        NewTableId = (++_tables).ToString(CultureInfo.InvariantCulture),
        KnownEpoch = knownEpoch,
        HadPlace = hadPlace,
        IsBacked = isBacked ?? offer > 0,
        IsBare = isBare,
        IsLeaving = isLeaving,
        Offer = offer,
        Demand = 50,
        Hidden = Settings.Hidden,
        Census = census,
    };
}
