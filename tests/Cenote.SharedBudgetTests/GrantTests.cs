using Cenote.SharedBudget.Renewal;
using Microsoft.Extensions.Time.Testing;

namespace Cenote.SharedBudgetTests;

public sealed class GrantTests
{
    private static readonly GrantSettings Settings = new() { MaxConnections = 30, Instances = 3, Guaranteed = 3, TimeToLive = 1000 };

    private readonly FakeTimeProvider _clock = new();
    private readonly Grant _grant;

    public GrantTests()
    {
        _grant = new Grant(_clock, Settings, maxOpening: 2);
        _grant.Accept(new GrantAnswer { Permits = 11, Guaranteed = 3, Others = [], Epoch = "1", Family = "f" }, _grant.Now());
    }

    [Fact]
    public void Guaranteed_connections_last_while_the_own_session_answers()
    {
        Assert.Equal(10, _grant.Read());
        for (var second = 0; second < 600; second++)
        {
            _clock.Advance(TimeSpan.FromSeconds(1));
            _grant.RecordSign(_grant.Now());
        }

        Assert.Equal((2, true), (_grant.Read(), _grant.HasPlace));
    }

    [Fact]
    public void Guaranteed_connections_end_without_a_sign_and_stay_ended()
    {
        _clock.Advance(TimeSpan.FromMilliseconds(Settings.Standstill));
        Assert.Equal(2, _grant.Read());
        _clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal((0, false), (_grant.Read(), _grant.MayConnect));

        // Another instance may have the place since.
        _grant.RecordSign(_grant.Now());

        Assert.Equal(0, _grant.Read());
    }

    [Fact]
    public void What_a_start_alone_gave_is_kept_until_the_place_is_lost_or_rejected()
    {
        var alone = new Grant(_clock, Settings, maxOpening: 2);
        Assert.Equal(0, alone.Guaranteed);
        alone.BeginAlone(alone.Now());
        Assert.Equal((3, 2), (alone.Guaranteed, alone.Read()));

        alone.EndAlone();
        Assert.Equal((0, 0, false), (alone.Guaranteed, alone.Read(), alone.HasPlace));

        Assert.Equal(3, _grant.Guaranteed);
        _clock.Advance(TimeSpan.FromMilliseconds(Settings.Standstill + 1));
        Assert.Equal(0, _grant.Guaranteed);
    }

    [Fact]
    public void A_revoked_grant_is_over()
    {
        _grant.Revoke();

        Assert.Equal((0, false), (_grant.Read(), _grant.MayConnect));
    }

    [Fact]
    public void An_instance_is_not_expired_because_the_store_was_silent()
    {
        var timeToLive = TimeSpan.FromMilliseconds(Settings.TimeToLive);
        var observer = new Observer(_clock, timeToLive, timeToLive / 2);
        GrantAnswer Answer(bool isExpired) => new() { Others = [new OtherGrant("b", 7, 3, isExpired)], Epoch = "1", Family = "f" };
        observer.Record(Answer(isExpired: false));

        _clock.Advance(timeToLive * 3);
        observer.Record(Answer(isExpired: true));
        Assert.Empty(observer.FindExpired(Answer(isExpired: true)));

        for (var quarter = 0; quarter < 4; quarter++)
        {
            _clock.Advance(timeToLive / 4);
            observer.Record(Answer(isExpired: true));
        }

        Assert.Single(observer.FindExpired(Answer(isExpired: true)));
    }
}
