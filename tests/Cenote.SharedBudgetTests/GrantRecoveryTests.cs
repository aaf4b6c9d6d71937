namespace Cenote.SharedBudgetTests;

/// <summary>The rules after instances were killed, a store has lost changes, or the settings change.</summary>
public sealed class GrantRecoveryTests
{
    private readonly GrantTable _table = new();
    private readonly Dictionary<string, GrantAnswer> _answers = [];
    private GrantSettings _settings = NewSettings(2);
    private string _life = "store";
    private long _now = 1_000_000;
    private int _tables;

    /// <summary>With Redis a newcomer has no session, without it the one in which it asks.</summary>
    [Theory]
    [InlineData(1, 0)]
    [InlineData(1, 1)]
    [InlineData(4, 0)]
    [InlineData(4, 1)]
    public void Instances_start_again_after_all_were_killed(int instances, int control)
    {
        _settings = NewSettings(instances);
        var killed = Enumerable.Range(0, instances).Select(static number => FormattableString.Invariant($"k{number}")).ToList();
        killed.ForEach(id => Join(id));
        Assert.Equal(_settings.MaxConnections, GrantRules.CountReserved(_table, _settings));
        _now += _settings.TimeToLive;
        var started = _now;
        var lastCount = 0L;

        while (!_answers.Any(answer => answer.Value.Guaranteed > 0 && !killed.Contains(answer.Key)))
        {
            _now += 250;
            Assert.InRange(_now - started, 0, _settings.PlaceHold + (3 * _settings.TimeToLive));
            foreach (var id in (string[])["n1", "n2"])
            {
                if (Renew(id, control).MustCount)
                {
                    // One at a time: there is room for one session.
                    Assert.True(_now - lastCount >= _settings.TimeToLive);
                    lastCount = _now;
                    Renew(id, 1, census: Count(new CountedInstance("f", id, 1)));
                }
            }
        }

        Assert.True(_now - started > _settings.PlaceHold);
        Assert.InRange(GrantRules.CountReserved(_table, _settings), 1, _settings.MaxConnections);
    }

    [Fact]
    public void An_instance_without_permits_does_not_count_where_another_can()
    {
        Join("a");
        Join("b");
        _now += _settings.TimeToLive;
        _table.Age += 2 * _settings.TimeToLive;
        Renew("a", 3, hadPlace: true);
        _now += 500;

        Assert.Equal((0, false), (Renew("c", 0).Permits, _answers["c"].MustCount));
        Assert.True(Renew("a", 3, hadPlace: true).MustCount);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_place_in_older_data_is_not_given_twice(bool comesLate)
    {
        Join("a");
        Join("b");
        var old = _table.ToString();
        _table.Members.RemoveAll(static member => member.Id == "a");
        Assert.Equal(3, Join("c").Guaranteed);

        // The store restarts with the data of before. Instance a has lost its place meanwhile.
        Load(old);
        _life = "restarted";
        Renew("b", 3, hadPlace: true);
        Renew("c", 3, hadPlace: true);
        if (!comesLate)
        {
            Assert.Equal((0, 0), (Renew("a", 0).Permits, _answers["a"].Guaranteed));
        }

        _now += 500;
        Renew("b", 3, hadPlace: true);
        Renew("c", 3, hadPlace: true);
        _now += 501;
        Renew("b", 3, hadPlace: true, census: Count(new("f", "b", 3), new("f", "c", 3)));
        Assert.False(_answers["b"].NeedsCensus);

        Assert.Equal((0, 0), (Renew("a", 0).Permits, _answers["a"].Guaranteed));
        Assert.Equal((3, 3), (Renew("b", 3, hadPlace: true).Permits, Renew("c", 3, hadPlace: true).Permits));
        Assert.Equal(_settings.MaxConnections, GrantRules.CountReserved(_table, _settings));
    }

    [Fact]
    public void Other_settings_do_not_displace_instances_that_are_only_late()
    {
        Join("a");
        var own = _settings;
        var other = new GrantSettings { MaxConnections = 20, Instances = 2, Guaranteed = 3, TimeToLive = 1000, Hidden = 3, StartReserve = 1, Standstill = 5000 };

        // The store was silent, or its clock has jumped: all grants are over.
        _now += 20_000;
        _settings = other;
        Assert.Equal((own.Fingerprint, true), (Renew("x", 0).OtherSettings, _answers["x"].MayFollow));
        for (var waited = 0L; waited < own.PlaceHold - 500; waited += 250)
        {
            _now += 250;
            Assert.NotNull(Renew("x", 0).OtherSettings);
        }

        _settings = own;
        Assert.Null(Renew("a", 3, hadPlace: true).OtherSettings);
        _settings = other;
        Assert.Equal((own.Fingerprint, false), (Renew("x", 0).OtherSettings, _answers["x"].MayFollow));
    }

    [Fact]
    public void Other_settings_follow_when_the_old_ones_are_not_renewed()
    {
        Join("a");
        var reserved = _table.Members[0].Reserved;
        _now += _settings.TimeToLive;
        var started = _now;
        _settings = new GrantSettings { MaxConnections = 20, Instances = 2, Guaranteed = 3, TimeToLive = 1000, Hidden = 3, StartReserve = 1, Standstill = 5000 };
        while (Renew("x", 0).OtherSettings is not null)
        {
            _now += 250;
            Assert.InRange(_now - started, 0, _settings.PlaceHold + 1000);
        }

        Assert.True(_now - started > _settings.PlaceHold);
        Assert.Equal((0, 0, true), (_answers["x"].Permits, _answers["x"].Guaranteed, _answers["x"].NeedsCensus));
        Assert.Equal(reserved, _table.Members.Single(static member => member.Id == "a").Reserved);
    }

    /// <summary>One instance stands still, and the server shows its sessions.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Other_settings_find_the_places_free_of_instances_without_sessions(bool isFrozen)
    {
        Join("a");
        Join("b");
        _now += _settings.TimeToLive;
        var started = _now;
        _settings = Other(guaranteed: 6);
        CountedInstance[] frozen = isFrozen ? [new("f", "b", 3)] : [];
        while (Renew("x", 0).OtherSettings is not null || _answers["x"].NeedsCensus)
        {
            CountWhereDue("x", frozen);
            _now += 250;
            Assert.InRange(_now - started, 0, _settings.PlaceHold + (4 * _settings.TimeToLive));
        }

        Assert.Equal((0, isFrozen ? 3 + _settings.Hidden : 0, 6), (Reserved("a"), Reserved("b"), _answers["x"].Guaranteed));
        Assert.InRange(GrantRules.CountReserved(_table, _settings), 1, _settings.MaxConnections);
    }

    [Fact]
    public void Counts_of_another_life_free_no_place_for_other_settings()
    {
        Join("a");
        var late = _now += _settings.TimeToLive;
        _settings = Other(guaranteed: 6);
        while (Renew("x", 0).OtherSettings is not null)
        {
            CountWhereDue("x");
            _now += 250;
            _life = _now - late > 2000 ? "restarted" : _life;
            Assert.InRange(_now - late, 0, _settings.PlaceHold + _settings.LongestCountGap + (2 * _settings.TimeToLive));
        }

        Assert.Contains(_table.Members, static member => member is { Id: "a", HasPlace: true });
    }

    [Fact]
    public void A_session_between_the_counts_keeps_the_place_from_other_settings()
    {
        Join("a");
        var late = _now += _settings.TimeToLive;
        _settings = Other(guaranteed: 6);
        while (Renew("x", 0).OtherSettings is not null)
        {
            CountWhereDue("x", _now - late is > 4000 and < 6000 ? [new("f", "a", 1)] : []);
            _now += 250;
        }

        Assert.Contains(_table.Members, static member => member is { Id: "a", HasPlace: true });
    }

    [Fact]
    public void Other_settings_follow_at_once_where_all_have_left()
    {
        Join("a");
        Renew("a", 1, hadPlace: true, isLeaving: true);
        _settings = new GrantSettings { MaxConnections = 20, Instances = 2, Guaranteed = 3, TimeToLive = 1000, Hidden = 3 };

        Assert.Null(Renew("x", 0).OtherSettings);
    }

    [Fact]
    public void The_session_that_leaves_stays_taken_until_it_was_counted()
    {
        Join("a");
        Join("b");
        Renew("b", 1, hadPlace: true, isLeaving: true);

        Assert.Equal((1, 0), (_table.Members.Find(static member => member.Id == "b")!.Reserved, _table.Members.Count(static member => member.Id == "b" && member.HasPlace)));
        Renew("a", 3, hadPlace: true, census: Count(new("f", "a", 3), new("f", "b", 1)));
        Assert.Contains(_table.Members, static member => member is { Id: "b", Reserved: 1 });
        Renew("a", 3, hadPlace: true, census: Count(new CountedInstance("f", "a", 3)));
        Assert.DoesNotContain(_table.Members, static member => member.Id == "b");

        // Where its session is closed before, nothing stays.
        Join("b");
        Renew("b", 0, isLeaving: true);
        Assert.DoesNotContain(_table.Members, static member => member.Id == "b");
    }

    [Theory]
    [InlineData("", false)]
    [InlineData("no table", false)]
    [InlineData("2 broken", false)]
    [InlineData("3 head", false)]
    [InlineData("3 head\na", true)]
    public void A_table_with_instances_of_another_version_is_known(string text, bool isOfOtherVersion) =>
        Assert.Equal((isOfOtherVersion, 0), (GrantTable.Parse(text).IsOfOtherVersion, GrantTable.Parse(text).Members.Count));

    private static GrantSettings NewSettings(int instances) =>
        new() { MaxConnections = (3 * instances) + 1, Instances = instances, Guaranteed = 3, TimeToLive = 1000, Hidden = 3, StartReserve = 1, Standstill = 5000 };

    private static GrantSettings Other(int guaranteed) =>
        new() { MaxConnections = 20, Instances = 2, Guaranteed = guaranteed, TimeToLive = 1000, Hidden = 3, StartReserve = 1, Standstill = 5000 };

    private int Reserved(string id) => _table.Members.Find(member => member.Id == id)?.Reserved ?? 0;

    /// <summary>Counts as an instance does that has known the table for a time to live.</summary>
    private void CountWhereDue(string id, params CountedInstance[] others)
    {
        if (_answers[id].MustCount || _answers[id].NeedsCensus)
        {
            Renew(id, 1, census: Count([new CountedInstance("f", id, 1), .. others]));
        }
    }

    private GrantAnswer Join(string id) => Renew(id, 0).NeedsCensus ? Renew(id, 0, census: Count()) : _answers[id];

    private void Load(string text)
    {
        var table = GrantTable.Parse(text);
        _table.Members.Clear();
        _table.Members.AddRange(table.Members);
        (_table.Id, _table.Epoch, _table.Now, _table.Age, _table.NeedsCensus, _table.CountedAt) = (table.Id, table.Epoch, table.Now, table.Age, table.NeedsCensus, table.CountedAt);
    }

    private GrantCensus Count(params CountedInstance[] counted) => new()
    {
        Epoch = _table.Epoch,
        Expired = [.. _table.Members.Where(member => member.ExpiresAt <= _now).Select(static member => new OtherGrant(member.Id, member.Sequence, member.Guaranteed, IsExpired: true))],
        Counted = counted,
    };

    private GrantAnswer Renew(string id, int offer, bool hadPlace = false, bool isLeaving = false, GrantCensus? census = null) => _answers[id] = GrantRules.Renew(
        _table,
        new GrantRequest
        {
            Id = id,
            Family = "f",
            HasFamily = true,
            NewTableId = (++_tables).ToString(CultureInfo.InvariantCulture),
            HadPlace = hadPlace,
            IsBacked = hadPlace,
            IsBare = !hadPlace && offer <= 1,
            Offer = offer,
            Demand = 50,
            Hidden = 3,
            IsLeaving = isLeaving,
            Census = census,
        },
        _settings,
        _now,
        _life);
}
