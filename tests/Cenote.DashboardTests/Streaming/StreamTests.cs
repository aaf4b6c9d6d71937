using System.Text.Json;

namespace Cenote.DashboardTests.Streaming;

public sealed class StreamTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_first_batch_comes_at_once_and_the_next_with_the_next_tick(bool onKestrel)
    {
        await using var site = await new DashboardSite { OnKestrel = onKestrel }.StartAsync();
        site.AddPool();
        site.Tick();
        using var events = await EventReader.OpenAsync(site, "?pool=orders");

        Assert.Equal("2000", (await events.NextAsync())!["retry"]);
        var overview = (await events.NextAsync())!;
        var pool = (await events.NextAsync())!;
        Assert.Equal(("overview", "pool"), (overview["event"], pool["event"]));
        Assert.Equal(overview["id"], pool["id"]);
        Assert.Equal("orders", JsonSerializer.Deserialize(pool["data"], DashboardJson.Default.PoolJson)!.Row.Name);

        site.Tick();
        var next = (await events.NextAsync())!;
        Assert.Equal(long.Parse(overview["id"]) + 1, long.Parse(next["id"]));
        Assert.Equal(long.Parse(next["id"]), JsonSerializer.Deserialize(next["data"], DashboardJson.Default.OverviewJson)!.Tick);
    }

    [Fact]
    public async Task A_stream_is_never_silent_for_long_even_without_news()
    {
        await using var site = await new DashboardSite().StartAsync();
        using var events = await EventReader.OpenAsync(site);
        await events.NextAsync();
        await events.NextAsync();
        site.App.Services.GetRequiredService<Cenote.Dashboard.Sampling.Sampler>().Stop();

        var next = events.NextAsync();
        await Patience.UntilAsync(
            async () =>
            {
                // A request in between: the stream's end has its turn, too.
                site.Time.Advance(TimeSpan.FromSeconds(1));
                await site.OverviewAsync();
                return next.IsCompleted;
            },
            isRead => isRead);

        Assert.Equal("", Assert.Single((await next)!).Key);
    }

    [Fact]
    public async Task Streams_end_when_the_application_stops_and_do_not_hold_it_up()
    {
        await using var site = await new DashboardSite { OnKestrel = true }.StartAsync();
        using var events = await EventReader.OpenAsync(site);

        await site.App.StopAsync().Soon();

        await events.ReadToEndAsync();
    }

    [Fact]
    public async Task A_stream_ends_after_an_hour_so_that_its_viewer_is_authorized_again()
    {
        await using var site = await new DashboardSite().StartAsync();
        using var events = await EventReader.OpenAsync(site);
        await events.NextAsync();

        site.Time.Advance(TimeSpan.FromHours(1));

        await events.ReadToEndAsync();
    }

    [Fact]
    public async Task There_are_as_many_streams_as_there_may_be_and_a_seat_that_is_left_is_free_again()
    {
        await using var site = await new DashboardSite().StartAsync();
        var streams = new List<EventReader>();
        for (var i = 0; i < 100; i++)
        {
            site.Remote = IPAddress.Parse(FormattableString.Invariant($"127.0.0.{1 + i / 20}"));
            streams.Add(await EventReader.OpenAsync(site));
        }

        site.Remote = IPAddress.Parse("127.0.0.6");
        var (status, problem) = await site.RefusedAsync("/pools/api/stream");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
        Assert.Contains("100", problem.Detail, StringComparison.Ordinal);

        streams[0].Dispose();
        streams[0] = await Patience.UntilAsync(
            async () =>
            {
                var response = await site.Client.GetAsync(new Uri("/pools/api/stream", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead).Soon();
                return response.IsSuccessStatusCode ? new EventReader(response, new StreamReader(await response.Content.ReadAsStreamAsync())) : null!;
            },
            stream => stream is not null);
        streams.ForEach(stream => stream.Dispose());
    }

    [Fact]
    public async Task However_many_look_a_tick_is_written_once()
    {
        await using var site = await new DashboardSite().StartAsync();
        site.AddPool();
        site.Tick();
        var tick = site.App.Services.GetRequiredService<Cenote.Dashboard.Sampling.Sampler>().Current;
        var pool = tick.FindPool("orders")!;

        Assert.Same(tick.OverviewJson, tick.OverviewJson);
        Assert.Same(tick.JsonOf(pool), tick.JsonOf(pool));
    }
}
