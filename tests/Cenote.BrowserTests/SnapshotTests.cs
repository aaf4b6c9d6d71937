namespace Cenote.BrowserTests;

public sealed class SnapshotTests(Browser browser)
{
    [Fact]
    public async Task A_snapshot_that_was_saved_can_be_opened_when_the_application_is_long_gone()
    {
        await using var app = await RunningApp.StartAsync(held: 2);
        await using var visit = await Visit.BeginAsync(browser, app.Site);
        await visit.Page.PoolRow("orders").ShowsAsync("counts.leased", 2);
        var download = await visit.Page.RunAndWaitForDownloadAsync(() => visit.Page.ClickAsync("#snapshot-save"));
        Assert.Matches("^cenote-snapshot-.*\\.json$", download.SuggestedFilename);
        var file = Path.Combine(AppContext.BaseDirectory, $"{Guid.NewGuid():N}-{download.SuggestedFilename}");
        await download.SaveAsAsync(file);
        try
        {
            await app.DisposeAsync();
            await visit.Page.SetInputFilesAsync("#snapshot-file", file);
            await visit.ConnectionIsAsync("snapshot");
            await visit.Page.PoolRow("orders").ShowsAsync("counts.leased", 2);
            await visit.ShowPoolAsync("orders");
            await Assertions.Expect(visit.Page.Panel("holders").Locator("tr[data-lease]")).ToHaveCountAsync(2);
            await visit.ConnectionIsAsync("snapshot");
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Theory]
    [InlineData("{ \"format\": \"something else\" }")]
    [InlineData("no JSON at all")]
    [InlineData("{ \"format\": \"cenote-snapshot\", \"version\": 99 }")]
    public async Task A_file_that_is_not_a_snapshot_is_refused_and_the_page_stays_live(string content)
    {
        await using var app = await RunningApp.StartAsync(held: 1);
        await using var visit = await Visit.BeginAsync(browser, app.Site);
        await visit.Page.SetInputFilesAsync("#snapshot-file", new FilePayload { Name = "file.json", MimeType = "application/json", Buffer = System.Text.Encoding.UTF8.GetBytes(content) });
        await Assertions.Expect(visit.Page.Locator("#snapshot-problem")).ToBeVisibleAsync();
        await visit.IsLiveAsync();
        await visit.Page.PoolRow("orders").ShowsAsync("counts.leased", 1);
        await visit.IsCleanAsync();
    }
}
