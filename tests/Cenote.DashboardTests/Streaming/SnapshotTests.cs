using System.Text.Json;

namespace Cenote.DashboardTests.Streaming;

public sealed class SnapshotTests
{
    [Fact]
    public async Task A_snapshot_has_everything_that_the_page_shows()
    {
        await using var site = await new DashboardSite().StartAsync();
        site.AddPool();
        site.AddPool("reports");
        site.Tick(3);

        using var response = await site.Client.GetAsync(new Uri("/pools/api/snapshot", UriKind.Relative)).Soon();
        using var document = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        var root = document.RootElement;

        Assert.Equal("attachment; filename=\"cenote-snapshot-20260101-000003Z.json\"", response.Content.Headers.ContentDisposition!.ToString());
        Assert.Equal("format version time host overview pools replicaSets histories", string.Join(' ', root.EnumerateObject().Select(member => member.Name)));
        Assert.Equal(("cenote-snapshot", 1), (root.GetProperty("format").GetString(), root.GetProperty("version").GetInt32()));
        Assert.Equal(2, root.GetProperty("overview").Deserialize(DashboardJson.Default.OverviewJson)!.Pools.Count);
        Assert.Equal("orders reports", string.Join(' ', root.GetProperty("pools").EnumerateArray().Select(pool => pool.Deserialize(DashboardJson.Default.PoolJson)!.Row.Name)));
        var histories = root.GetProperty("histories").EnumerateArray().Select(history => history.Deserialize(DashboardJson.Default.HistoryJson)!).ToList();
        Assert.Equal(12, histories.Count);
        Assert.Equal([1, 1, 10, 10, 60, 240], histories.Where(history => history.Pool == "orders").Select(history => history.StepSeconds));
    }
}
