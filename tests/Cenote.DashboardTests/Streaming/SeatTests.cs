using System.Text.Json;

namespace Cenote.DashboardTests.Streaming;

public sealed class SeatTests
{
    private const int ForOne = 20;
    private const int InAll = 100;

    [Fact]
    public async Task One_address_does_not_get_all_streams()
    {
        await using var site = await new DashboardSite().StartAsync();
        await using var own = await OpenAsync(site, ForOne);

        var (status, problem) = await site.RefusedAsync("/pools/api/stream");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
        Assert.Contains("20 streams are open for this user or address", problem.Detail, StringComparison.Ordinal);

        site.Remote = IPAddress.Parse("127.0.0.2");
        (await EventReader.OpenAsync(site)).Dispose();
    }

    [Fact]
    public async Task Users_behind_one_address_have_limits_of_their_own()
    {
        await using var site = await new DashboardSite { Map = app => app.MapCenoteDashboard("/pools").RequireAuthorization() }.StartAsync();
        List<HttpResponseMessage> streams = [];
        for (var i = 0; i < ForOne; i++)
        {
            streams.Add(await AskAsync(site, "Ada"));
        }

        using var refused = await AskAsync(site, "Ada");
        using var served = await AskAsync(site, "Grace");

        Assert.All(streams, stream => Assert.Equal(HttpStatusCode.OK, stream.StatusCode));
        Assert.Equal((HttpStatusCode.ServiceUnavailable, HttpStatusCode.OK), (refused.StatusCode, served.StatusCode));
        streams.ForEach(stream => stream.Dispose());
    }

    [Fact]
    public async Task Viewers_that_stop_reading_lose_their_streams_to_others_after_30_s()
    {
        await using var site = await new DashboardSite { OnKestrel = true }.StartAsync();
        List<StuckViewer> stuck = [];
        for (var i = 0; i < InAll; i++)
        {
            stuck.Add(await StuckViewer.OpenAsync(site, FormattableString.Invariant($"127.0.0.{10 + i / ForOne}")));
            Assert.Equal(HttpStatusCode.OK, stuck[i].Status);
        }

        site.Time.Advance(TimeSpan.FromSeconds(29));
        using (var early = await StuckViewer.OpenAsync(site, "127.0.0.1"))
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, early.Status);
        }

        site.Time.Advance(TimeSpan.FromSeconds(1));
        List<StuckViewer> others = [];
        for (var i = 0; i < ForOne; i++)
        {
            others.Add(await StuckViewer.OpenAsync(site, "127.0.0.1"));
            Assert.Equal(HttpStatusCode.OK, others[i].Status);
        }

        // Their connections end, too.
        await stuck[0].ReadToEndAsync();
        stuck.Concat(others).ToList().ForEach(viewer => viewer.Dispose());
    }

    [Fact]
    public async Task Viewer_that_confirms_its_stream_keeps_it()
    {
        await using var site = await new DashboardSite().StartAsync();
        await using var others = await OpenAsync(site, ForOne - 1);
        using var reader = await EventReader.OpenAsync(site);
        var id = IdOf(await reader.NextAsync());

        site.Tick(25);
        Assert.Equal(HttpStatusCode.NoContent, await ConfirmAsync(site, id));
        site.Tick(5);
        await using var newcomers = await OpenAsync(site, ForOne - 1);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await site.RefusedAsync("/pools/api/stream")).Status);
        Assert.Equal(HttpStatusCode.NoContent, await ConfirmAsync(site, id));
    }

    [Fact]
    public async Task Stream_of_another_viewer_cannot_be_confirmed_nor_one_that_has_ended()
    {
        await using var site = await new DashboardSite().StartAsync();
        using var reader = await EventReader.OpenAsync(site);
        var id = IdOf(await reader.NextAsync());

        Assert.Equal(HttpStatusCode.NotFound, await ConfirmAsync(site, "none"));
        site.Remote = IPAddress.Parse("127.0.0.2");
        Assert.Equal(HttpStatusCode.NotFound, await ConfirmAsync(site, id));
        site.Remote = IPAddress.Loopback;
        Assert.Equal(HttpStatusCode.NoContent, await ConfirmAsync(site, id));
        site.Time.Advance(TimeSpan.FromHours(1));
        await reader.ReadToEndAsync();
        await Patience.UntilAsync(() => ConfirmAsync(site, id), status => status == HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_silent_stream_is_kept_while_its_place_is_not_needed()
    {
        await using var site = await new DashboardSite().StartAsync();
        using var reader = await EventReader.OpenAsync(site);
        await reader.NextAsync();

        // Longer than a silent one is kept when others want its place. Each batch is read before the time goes on,
        // because a write that takes 30 s ends its stream, too.
        for (var second = 0; second < 60; second++)
        {
            site.Tick();
            while ((await reader.NextAsync())!.GetValueOrDefault("event") != "overview")
            {
            }
        }
    }

    [Fact]
    public async Task Snapshot_that_is_not_read_makes_place_for_another()
    {
        await using var site = await new DashboardSite().StartAsync();
        for (var i = 0; i < 300; i++)
        {
            site.AddPool($"pool {i}");
        }

        site.Tick();
        var first = await SnapshotAsync(site);
        var second = await SnapshotAsync(site);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await site.RefusedAsync("/pools/api/snapshot")).Status);

        site.Time.Advance(TimeSpan.FromSeconds(30));
        using var third = await Patience.UntilAsync(() => SnapshotAsync(site), response => response.IsSuccessStatusCode);

        await Assert.ThrowsAnyAsync<Exception>(() => first.Content.ReadAsStringAsync().Soon());
        first.Dispose();
        second.Dispose();
    }

    private static Task<HttpResponseMessage> SnapshotAsync(DashboardSite site) =>
        site.Client.GetAsync(new Uri("/pools/api/snapshot", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead).Soon();

    private static string IdOf(Dictionary<string, string>? fields)
    {
        Assert.Equal("seat", fields!["event"]);
        using var document = JsonDocument.Parse(fields["data"]);
        return document.RootElement.GetProperty("id").GetString()!;
    }

    private static async Task<HttpStatusCode> ConfirmAsync(DashboardSite site, string id)
    {
        using var response = await site.Client.PostAsync(new Uri($"/pools/api/stream/seat?id={id}", UriKind.Relative), content: null).Soon();
        return response.StatusCode;
    }

    private static async Task<HttpResponseMessage> AskAsync(DashboardSite site, string user)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/pools/api/stream");
        NamedUser.SignIn(request, user);
        return await site.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead).Soon();
    }

    private static async Task<Streams> OpenAsync(DashboardSite site, int count)
    {
        var streams = new Streams();
        for (var i = 0; i < count; i++)
        {
            streams.Add(await EventReader.OpenAsync(site));
        }

        return streams;
    }

    private sealed class Streams : List<EventReader>, IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            ForEach(stream => stream.Dispose());
            return ValueTask.CompletedTask;
        }
    }
}
