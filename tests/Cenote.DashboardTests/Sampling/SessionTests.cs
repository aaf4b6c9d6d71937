using System.Data.Common;
using Cenote.Providers;
using Cenote.Statistics;

namespace Cenote.DashboardTests.Sampling;

/// <summary>What the server reported about the session of a lease, on the page.</summary>
public sealed class SessionTests
{
    [Fact]
    public async Task Report_of_the_server_is_in_the_json_of_its_lease()
    {
        await using var site = await new DashboardSite().StartAsync();
        await using var provider = new ActivityProvider(site.Database);
        var pool = new ConnectionPool(provider, new ConnectionPoolOptions { Name = "orders", MinSize = 0, TimeProvider = site.Time });
        site.Registry.Register(pool);
        await using var lease = await pool.RentAsync();
        var held = Assert.Single(pool.GetLeases());
        pool.Engine.Sessions!.Publish(new SessionReport(pool.Engine.Settings.Clock.Elapsed, held.RentedAt)
        {
            Leases = new Dictionary<(int, long), SessionActivity>
            {
                [(held.SlotId, held.Number)] = new SessionActivity { SessionId = 7, PoolName = "orders", State = SessionState.IdleInTransaction, StateDuration = TimeSpan.FromSeconds(12) },
            },
        });
        site.Tick();

        Assert.Equal("idle in a transaction for 12.0 s", Assert.Single((await site.PoolAsync()).Leases).Session);
    }

    private sealed class ActivityProvider(StubDatabase database) : StubProvider(database), ISessionActivityReader
    {
        public SessionIdentity? GetSession(PhysicalConnection connection) => null;

        public ValueTask<SessionReading> ReadActivityAsync(
            DbConnection connection, IReadOnlyCollection<long> sessionIds, bool includesStatements, TimeSpan timeout, CancellationToken cancellationToken) =>
            throw new NotSupportedException();
    }
}
