using Cenote.Cli.Watching;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;

namespace Cenote.CliTests.Watching;

public sealed class DashboardFeedTests
{
    [Fact]
    public async Task What_is_seen_equals_the_statistics_of_the_pool()
    {
        await using var pool = WatchedSite.NewPool();
        await using var first = await pool.RentAsync(TestContext.Current.CancellationToken);
        await using var second = await pool.RentAsync(TestContext.Current.CancellationToken);
        await using var site = await WatchedSite.StartAsync([pool]);
        await using var feed = new WatchedFeed(site.Options with { Pool = "orders" });

        var sight = await feed.WaitAsync(sight => sight.Pool?.Row.Counts.Leased == 2);

        var statistics = pool.GetStatistics();
        Assert.Equal(SightState.Live, sight.State);
        Assert.Equal(statistics.Counts, OverviewColumn.CountsOf(Assert.Single(sight.Overview.Pools)));
        Assert.Equal((statistics.Rents, statistics.ConnectionsOpened, statistics.Timeouts), (sight.Pool!.Totals.Rents, sight.Pool.Totals.Opened, sight.Pool.Totals.Timeouts));
        Assert.Equal(pool.Diagnose().Summary, sight.Pool.Diagnosis.Summary);
        Assert.Equal(2, sight.Pool.Leases.Count);
    }

    [Fact]
    public async Task A_site_that_is_restarted_is_followed_again_and_nothing_old_passes_for_new()
    {
        await using var pool = WatchedSite.NewPool();
        var before = await WatchedSite.StartAsync([pool]);
        await using var feed = new WatchedFeed(before.Options);
        await feed.WaitAsync(sight => sight.State == SightState.Live);
        var (address, port) = (before.Address, before.Address.Port);
        await before.DisposeAsync();

        var gone = await feed.WaitAsync(sight => sight.State == SightState.Reconnecting);
        var picture = Picture.Draw(new TopView(address, pool: null, 80, 24), gone, TimeSpan.FromSeconds(3));
        Assert.Contains("reconnecting", picture[0]);
        Assert.Contains("3 s ago", picture[0]);

        await using var lease = await pool.RentAsync(TestContext.Current.CancellationToken);
        await using var after = await WatchedSite.StartAsync([pool], port);
        var back = await feed.WaitAsync(sight => sight.State == SightState.Live);
        Assert.Equal(1, Assert.Single(back.Overview.Pools).Counts.Leased);
        Assert.Null(back.Problem);
    }

    [Fact]
    public async Task Where_nothing_streams_it_asks()
    {
        await using var pool = WatchedSite.NewPool();
        await using var site = await WatchedSite.StartAsync(
            [pool], refuses: request => request.Path.Value!.EndsWith("/stream", StringComparison.Ordinal) ? StatusCodes.Status502BadGateway : null);
        await using var feed = new WatchedFeed(site.Options with { Pool = "orders" });

        var sight = await feed.WaitAsync(_ => true);

        Assert.Equal(SightState.Polling, sight.State);
        Assert.Equal("orders", sight.Pool!.Row.Name);
    }

    [Fact]
    public async Task A_stream_through_which_nothing_comes_is_given_up()
    {
        var clock = new FakeTimeProvider();
        using var stream = new EventStream(new HttpResponseMessage(), new BoundedStream(new SilentStream()), clock);
        await using var events = stream.ReadAsync(TestContext.Current.CancellationToken).GetAsyncEnumerator(TestContext.Current.CancellationToken);
        var next = events.MoveNextAsync().AsTask();
        Assert.False(next.IsCompleted);

        clock.Advance(TimeSpan.FromSeconds(5));

        await Assert.ThrowsAsync<SilentStreamException>(() => next);
    }

    [Fact]
    public async Task A_pool_that_the_restarted_site_no_longer_has_is_not_shown_as_if_it_were_there()
    {
        await using var pool = WatchedSite.NewPool();
        var before = await WatchedSite.StartAsync([pool]);
        await using var feed = new WatchedFeed(before.Options with { Pool = "orders" });
        await feed.WaitAsync(sight => sight.Pool is not null);
        var port = before.Address.Port;
        await before.DisposeAsync();

        await using var after = await WatchedSite.StartAsync([], port);

        var sight = await feed.WaitAsync(sight => sight.Problem?.Contains("No pool is called 'orders'", StringComparison.Ordinal) == true);
        Assert.Equal(SightState.Reconnecting, sight.State);
    }
}
