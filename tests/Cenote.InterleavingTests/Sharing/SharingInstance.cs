using Cenote.InterleavingTests.Desk;
using Cenote.SharedBudget.Grants;
using Cenote.SharedBudget.Renewal;
using Cenote.SharedBudget.Stores;

namespace Cenote.InterleavingTests.Sharing;

/// <summary>An instance with the real grant, renewal and pool. Its own session counts as one.</summary>
internal sealed class SharingInstance
{
    private readonly Renewer _renewer;
    private readonly Observer _observer;

    public SharingInstance(string id, MemoryStore store, GrantSettings settings, TimeProvider clock)
    {
        Id = id;
        var timeToLive = TimeSpan.FromMilliseconds(settings.TimeToLive);
        _observer = new Observer(clock, timeToLive, timeToLive / 2);
        Grant = new Grant(clock, settings, maxOpening: settings.Hidden - 1);
        Grant.HoldControl();
        var budget = new ConnectionBudget("shared", Grant);
        _renewer = new Renewer(store, budget, Grant, settings, new SessionLabel("shared", id), clock);
        Renew();
        Desk = new TestDesk(size: 6, opened: 0, budget: budget.Ledger);
    }

    public string Id { get; }

    public Grant Grant { get; }

    public TestDesk Desk { get; } = null!;

    /// <summary>The sessions of the pool and the one in which the instance counts.</summary>
    public int Sessions => Desk.Database.Sessions + 1;

    public GrantAnswer Renew(GrantCensus? census = null)
    {
        while (true)
        {
            if (_renewer.TryRenewAsync(census, _observer.KnownEpoch, CancellationToken.None).GetAwaiter().GetResult() is { } answer)
            {
                _observer.Record(answer);
                return answer;
            }
        }
    }

    /// <summary>Renews with a count of the sessions of the other one, if its grant is over.</summary>
    public void RenewAndCount(SharingInstance other)
    {
        var answer = Renew();
        var expired = _observer.FindExpired(answer);
        if (expired.Count > 0)
        {
            Renew(new GrantCensus
            {
                Epoch = answer.Epoch,
                Expired = expired,
                Counted = [new CountedInstance("", Id, Sessions), new CountedInstance("", other.Id, other.Sessions)],
            });
        }
    }
}
