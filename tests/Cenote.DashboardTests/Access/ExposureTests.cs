namespace Cenote.DashboardTests.Access;

public sealed class ExposureTests
{
    private const int Warning = 143;

    [Theory]
    [InlineData("http://127.0.0.1:0", false)]
    [InlineData("http://[::1]:0", false)]
    [InlineData("http://0.0.0.0:0", true)]
    [InlineData("http://[::]:0", true)]
    [InlineData("http://*:0", true)]
    [InlineData("http://127.0.0.1:0;http://*:0", true)]
    public async Task Server_that_others_reach_is_warned_of_when_nothing_is_said_of_authorization(string urls, bool isWarned)
    {
        await using var site = await new DashboardSite { OnKestrel = true, Urls = urls }.StartAsync();

        var warnings = site.Log.Messages.Where(message => message.EventId == Warning).ToList();
        Assert.Equal(isWarned ? 1 : 0, warnings.Count);
        if (isWarned)
        {
            Assert.Contains("/pools", warnings[0].Message, StringComparison.Ordinal);
            Assert.Contains("RequireAuthorization", warnings[0].Message, StringComparison.Ordinal);
            Assert.DoesNotContain("127.0.0.1", warnings[0].Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("dashboard")]
    [InlineData("group")]
    [InlineData("anonymous")]
    [InlineData("option")]
    public async Task Decision_of_any_kind_is_not_warned_of(string where)
    {
        await using var site = await new DashboardSite
        {
            OnKestrel = true,
            Urls = "http://*:0",
            Configure = options => options.AllowAnonymousAccessFromAnywhere = where == "option",
            Map = app => _ = where switch
            {
                "dashboard" => app.MapCenoteDashboard().RequireAuthorization(),
                "group" => app.MapGroup("/admin").RequireAuthorization().MapCenoteDashboard(),
                "anonymous" => app.MapCenoteDashboard().AllowAnonymous(),
                _ => app.MapCenoteDashboard(),
            },
        }.StartAsync();

        Assert.DoesNotContain(site.Log.Messages, message => message.EventId == Warning);
    }

    [Fact]
    public async Task Unix_socket_is_warned_of_since_only_proxies_use_it()
    {
        var folder = Directory.CreateTempSubdirectory("cenote-");
        try
        {
            await using var site = await new DashboardSite { OnKestrel = true, Listen = kestrel => kestrel.ListenUnixSocket(Path.Combine(folder.FullName, "app.sock")) }.StartAsync();

            Assert.Single(site.Log.Messages, message => message.EventId == Warning);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
